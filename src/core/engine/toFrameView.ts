import { basename } from 'node:path'
import type { FrameDetail, FrameView, UploadView } from '../../shared/model/frame.ts'
import type { PrivacyZone } from '../../shared/model/zone.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { zonesOf } from '../images/zonesOf.ts'
import { folderOf } from '../transfer/prepareFrame.ts'
import { multipartOf } from '../transfer/UploadState.ts'
import { frameNotes } from './frameNotes.ts'

/**
 * A frame as the window sees it.
 *
 * @param sentBytes Of an upload, what the store has acknowledged so far.
 * @param privacyZones That the person has drawn.
 */
export function toFrameView(
  frame: Frame,
  uploads: ReadonlyArray<Upload>,
  sentBytes: (uploadId: string) => number,
  privacyZones: ReadonlyArray<PrivacyZone> = []
): FrameView {
  const zones = frame.facts?.position ? zonesOf(frame.facts.position, privacyZones) : []
  return {
    id: frame.id,
    collectionId: frame.collectionId,
    name: basename(frame.relativePath),
    folder: folderOf(frame.relativePath),
    path: frame.path,
    kind: frame.facts?.kind ?? 'other',
    sizeBytes: frame.sizeBytes,
    status: frame.status,
    problem: frame.problem,
    notes: [...frameNotes(frame.facts, uploads, zones)],
    previewUrl: frame.hasPreview ? previewUrlOf(frame.id) : null,
    ...(zones.length > 0 && { zones: [...zones] }),
    uploads: uploads.map((upload) => toUploadView(upload, sentBytes(upload.id)))
  }
}

/** Relative to the page; the same below the previews' folder on disk. */
export function previewUrlOf(frameId: string): string {
  return `previews/${frameId.slice(0, 2)}/${frameId}.webp`
}

function toUploadView(upload: Upload, sentBytes: number): UploadView {
  const { state } = upload
  const multipart = multipartOf(state)
  const sizeBytes = upload.sizeBytes
  const isThere = state.kind === 'done' || state.kind === 'proving'
  const sent = isThere ? (sizeBytes ?? 0) : Math.min(sentBytes, sizeBytes ?? 0)
  return {
    id: upload.id,
    outputId: upload.output.id,
    status: state.kind,
    key: upload.key,
    sizeBytes,
    sentBytes: sent,
    parts:
      multipart && sizeBytes !== null
        ? { done: Math.floor(sent / multipart.partBytes), total: Math.ceil(sizeBytes / multipart.partBytes) }
        : null,
    widthPx: upload.widthPx,
    heightPx: upload.heightPx,
    contentType: upload.contentType,
    attempt: 'attempt' in state ? state.attempt : 0,
    retryAtMs: state.kind === 'retrying' ? state.retryAtMs : null,
    problem: 'problem' in state ? state.problem : null,
    restart: 'restart' in state ? (state.restart?.problem ?? null) : null,
    occupant: 'occupant' in state ? state.occupant : null,
    proof: state.kind === 'done' ? state.proof : null
  }
}

export function toFrameDetail(
  frame: Frame,
  view: FrameView,
  place: { readonly accountName: string; readonly bucket: string }
): FrameDetail {
  const { facts } = frame
  return {
    frame: view,
    widthPx: facts?.widthPx ?? null,
    heightPx: facts?.heightPx ?? null,
    capturedAt: facts?.capturedAt ?? null,
    camera: facts?.camera ?? null,
    lens: facts?.lens ?? null,
    exposure: facts?.exposure ?? null,
    creator: facts?.creator ?? null,
    copyright: facts?.copyright ?? null,
    hasPosition: facts?.hasPosition ?? false,
    position: facts?.position ?? null,
    rating: facts?.marks?.rating || null, // 0 is none
    label: facts?.marks?.label ?? null,
    keywords: [...(facts?.marks?.keywords ?? [])],
    durationSeconds: facts?.durationSeconds ?? null,
    sha256: frame.sha256,
    ...place
  }
}
