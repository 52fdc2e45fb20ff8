import { basename } from 'node:path'
import type { CacheKind, CollectionRules } from '../../shared/model/collection.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import type { ObjectFacts, ObjectHeaders, WriteCondition } from '../store/ObjectStore.ts'
import type { SendJob } from './SendPorts.ts'

const DAY_S = 86_400

/**
 * How long a cache may keep an object, by kind. Pictures get a year: their keys do not change their meaning, since a
 * new version gets a new key unless the person chose otherwise.
 */
export const defaultCacheControl: Record<CacheKind, string> = {
  image: `public, max-age=${365 * DAY_S}, immutable`,
  video: `public, max-age=${30 * DAY_S}`,
  pdf: `public, max-age=${90 * DAY_S}`,
  other: `public, max-age=${DAY_S}`
}

export function cacheKindOf(contentType: string): CacheKind {
  if (contentType.startsWith('image/')) return 'image'
  if (contentType.startsWith('video/')) return 'video'
  return contentType === 'application/pdf' ? 'pdf' : 'other'
}

/** What an object's metadata says of where it comes from; names without `x-amz-meta-`. */
export const metadataNames = {
  sourceName: 'source-name',
  uploadedAt: 'uploaded-at',
  sourceSha256: 'source-sha256',
  /** Of the object's own bytes: by it an object is known again, whoever sent it. */
  sha256: 'sha256',
  width: 'width',
  height: 'height',
  output: 'output'
} as const

/** Headers of one object. Metadata stays far below R2's 8,192 bytes: a file name has 255 bytes at most. */
export function objectHeaders(object: {
  readonly contentType: string
  readonly sourcePath: string
  readonly sourceSha256: string
  readonly sha256: string
  readonly widthPx: number | null
  readonly heightPx: number | null
  readonly outputId: string
  readonly cacheControl: CollectionRules['cacheControl']
  readonly nowMs: number
}): ObjectHeaders {
  const kind = cacheKindOf(object.contentType)
  const metadata: Record<string, string> = {
    [metadataNames.sourceName]: basename(object.sourcePath).normalize('NFC'),
    [metadataNames.uploadedAt]: new Date(object.nowMs).toISOString(),
    [metadataNames.sourceSha256]: object.sourceSha256,
    [metadataNames.sha256]: object.sha256,
    [metadataNames.output]: object.outputId
  }
  if (object.widthPx !== null) metadata[metadataNames.width] = String(object.widthPx)
  if (object.heightPx !== null) metadata[metadataNames.height] = String(object.heightPx)
  return {
    contentType: object.contentType,
    cacheControl: (object.cacheControl[kind] ?? defaultCacheControl[kind]) || null, // '': the person wants none
    metadata
  }
}

/** The same for an upload whose digest is known. */
export function headersOf(upload: Upload, { frame, rules }: SendJob, nowMs: number): ObjectHeaders {
  return objectHeaders({
    contentType: upload.contentType,
    sourcePath: frame.path,
    sourceSha256: sourceSha256Of(upload, frame),
    sha256: upload.sha256 ?? '',
    widthPx: upload.widthPx,
    heightPx: upload.heightPx,
    outputId: upload.output.id,
    cacheControl: rules.cacheControl,
    nowMs
  })
}

/** What must hold for the write: the key is free, or has the one object that may be overwritten. */
export function conditionOf({ replaces }: Upload): WriteCondition {
  return replaces === null ? { kind: 'absent' } : { kind: 'matches', etag: replaces }
}

/** An original is its own source; a rendition's was digested before it was made. */
export function sourceSha256Of(upload: Upload, frame: Frame): string {
  return (upload.output.kind === 'original' ? upload.sha256 : frame.sha256) ?? ''
}

/** The object is this upload's content: size and the digest in its metadata say so. */
export function isOurs(found: ObjectFacts, upload: Upload): boolean {
  return found.sizeBytes === upload.sizeBytes && found.metadata[metadataNames.sha256] === upload.sha256
}
