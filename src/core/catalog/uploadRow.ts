import { ORIGINAL, type Output, outputSchema } from '../../shared/model/output.ts'
import { isMade } from '../images/isMade.ts'
import { firstState, type UploadState, uploadStateSchema } from '../transfer/UploadState.ts'
import type { Orphan } from './CatalogUploads.ts'
import { numberOrNull, type Row, readJson, textOrNull } from './columns.ts'
import type { Upload, UploadWork } from './records.ts'

const FIRST_STATE = JSON.stringify(firstState)

/** More texts than the outputs of all collections in use have. */
const MOST_OUTPUTS = 100

/** By their text: a thousand uploads have the same few, and to parse one takes longer than to find the row. */
const outputs = new Map<string, Output>()

/** What an upload in that state waits for. What someone works on, or nobody can go on with, waits for nothing. */
export function workOf({ state, output, spoolPath }: Upload): UploadWork {
  if (state.kind !== 'waiting' && state.kind !== 'retrying') return null
  return isMade(output) && spoolPath === null ? 'render' : 'send'
}

/** A row that does not parse comes back as `failed` with the code `record-damaged`. */
export function toUpload(row: Row): Upload {
  const state = readState(row['state'])
  const output = readOutput(row['output'])
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

/** Most that is read has not begun yet. */
function readState(text: unknown): UploadState | null | undefined {
  return text === FIRST_STATE ? firstState : readJson(uploadStateSchema, text)
}

function readOutput(text: unknown): Output | null | undefined {
  const known = outputs.get(String(text))
  if (known) return known
  const output = readJson(outputSchema, text)
  if (!output) return output
  if (outputs.size >= MOST_OUTPUTS) outputs.clear()
  outputs.set(String(text), output)
  return output
}
