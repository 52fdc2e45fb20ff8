import { ORIGINAL, outputSchema } from '../../shared/model/output.ts'
import { isMade } from '../images/isMade.ts'
import { uploadStateSchema } from '../transfer/UploadState.ts'
import type { Orphan } from './CatalogUploads.ts'
import { numberOrNull, type Row, readJson, textOrNull } from './columns.ts'
import type { Upload, UploadWork } from './records.ts'

/** What an upload in that state waits for. What someone works on, or nobody can go on with, waits for nothing. */
export function workOf({ state, output, spoolPath }: Upload): UploadWork {
  if (state.kind !== 'waiting' && state.kind !== 'retrying') return null
  return isMade(output) && spoolPath === null ? 'render' : 'send'
}

/** A row that does not parse comes back as `failed` with the code `record-damaged`. */
export function toUpload(row: Row): Upload {
  const state = readJson(uploadStateSchema, row['state'])
  const output = readJson(outputSchema, row['output'])
  const isDamaged = !state || !output
  const detail = `Upload ${String(row['id'])} does not parse`
  return {
    id: String(row['id']),
    frameId: String(row['frame_id']),
    frameSeq: Number(row['frame_seq']),
    ordinal: Number(row['ordinal']),
    output: output ?? ORIGINAL,
    accountId: String(row['account_id']),
    bucket: String(row['bucket']),
    baseKey: String(row['base_key']),
    key: String(row['key']),
    keyNumber: Number(row['key_number']),
    state: isDamaged ? { kind: 'failed', problem: { code: 'record-damaged', detail } } : state,
    spoolPath: textOrNull(row['spool_path']),
    sizeBytes: numberOrNull(row['size_bytes']),
    sha256: textOrNull(row['sha256']),
    widthPx: numberOrNull(row['width_px']),
    heightPx: numberOrNull(row['height_px']),
    contentType: String(row['content_type']),
    replaces: textOrNull(row['replaces'])
  }
}

/** Set aside: starting its frame anew writes a whole row again. */
export function isDamaged({ state }: Upload): boolean {
  return state.kind === 'failed' && state.problem.code === 'record-damaged'
}

export function toOrphan(row: Row): Orphan {
  return {
    accountId: String(row['account_id']),
    bucket: String(row['bucket']),
    multipart: { key: String(row['key']), uploadId: String(row['upload_id']), partBytes: Number(row['part_bytes']) }
  }
}
