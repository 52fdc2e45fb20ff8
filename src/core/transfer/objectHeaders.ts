import { basename } from 'node:path'
import type { ErrorCode } from '../../shared/errors.ts'
import type { CacheKind, CollectionRules } from '../../shared/model/collection.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { isMade } from '../images/isMade.ts'
import type { ObjectFacts, ObjectHeaders, WriteCondition } from '../store/ObjectStore.ts'
import type { SendJob, SendPorts } from './SendPorts.ts'

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
  output: 'output',
  /** Of an original: the code of why a copy of it could not be made. */
  processingError: 'processing-error'
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
  readonly processingError: ErrorCode | null
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
  if (object.processingError !== null) metadata[metadataNames.processingError] = object.processingError
  if (object.widthPx !== null) metadata[metadataNames.width] = String(object.widthPx)
  if (object.heightPx !== null) metadata[metadataNames.height] = String(object.heightPx)
  return {
    contentType: object.contentType,
    cacheControl: (object.cacheControl[kind] ?? defaultCacheControl[kind]) || null, // '': the person wants none
    metadata
  }
}

/** The same for an upload whose digest is known. */
export function headersOf(
  upload: Upload,
  { frame, rules }: SendJob,
  { uploads, nowMs }: Pick<SendPorts, 'uploads' | 'nowMs'>
): ObjectHeaders {
  const isOriginal = upload.output.kind === 'original'
  return objectHeaders({
    contentType: upload.contentType,
    sourcePath: frame.path,
    sourceSha256: sourceSha256Of(upload, frame),
    sha256: upload.sha256 ?? '',
    widthPx: upload.widthPx,
    heightPx: upload.heightPx,
    outputId: upload.output.id,
    processingError: isOriginal ? failureOf(uploads.failedOfFrame(frame.id)) : null,
    cacheControl: rules.cacheControl,
    nowMs: nowMs()
  })
}

/** Why a copy of the frame could not be made: known by now, unless it was put off, since the original waits for the rest. */
function failureOf(uploads: ReadonlyArray<Upload>): ErrorCode | null {
  const failed = uploads.find(({ output, state }) => output.kind === 'rendition' && state.kind === 'failed')
  return failed?.state.kind === 'failed' ? failed.state.problem.code : null
}

/** What must hold for the write: the key is free, or has the one object that may be overwritten. */
export function conditionOf({ replaces }: Upload): WriteCondition {
  return replaces === null ? { kind: 'absent' } : { kind: 'matches', etag: replaces }
}

/** A file that goes itself is its own source; that of what is made was digested before. */
export function sourceSha256Of(upload: Upload, frame: Frame): string {
  return (isMade(upload.output) ? frame.sha256 : upload.sha256) ?? ''
}

/** The object is this upload's content: size and the digest in its metadata say so. */
export function isOurs(found: ObjectFacts, upload: Upload): boolean {
  return found.sizeBytes === upload.sizeBytes && found.metadata[metadataNames.sha256] === upload.sha256
}
