import { problemSchema } from '../../shared/errors.ts'
import { frameStatuses } from '../../shared/model/frame.ts'
import type { FrameFile } from '../files/FrameFile.ts'
import { frameFactsSchema } from '../images/FrameFacts.ts'
import { type Row, readJson, textOrNull } from './columns.ts'
import type { Frame } from './records.ts'

/** Whether the row is of this very version of the file. */
export function isSameVersion(row: Row, file: FrameFile): boolean {
  return row['size_bytes'] === file.sizeBytes && row['mtime_ns'] === `${file.mtimeNs}`
}

/** A row that does not parse comes back as `failed` with the code `record-damaged`. */
export function toFrame(row: Row): Frame {
  const facts = readJson(frameFactsSchema, row['facts'])
  const problem = readJson(problemSchema, row['problem'])
  const status = frameStatuses.find((name) => name === row['status'])
  const isDamaged = facts === undefined || problem === undefined || status === undefined
  return {
    seq: Number(row['seq']),
    id: String(row['id']),
    collectionId: String(row['collection_id']),
    number: Number(row['number']),
    path: String(row['path']),
    relativePath: String(row['relative_path']),
    sizeBytes: Number(row['size_bytes']),
    mtimeNs: toBigInt(row['mtime_ns']),
    ino: toBigInt(row['inode']),
    // Set aside and shown: the row stays as it is until the person starts it anew.
    status: isDamaged ? 'failed' : status,
    problem: isDamaged ? { code: 'record-damaged', detail: `Frame ${String(row['id'])} does not parse` } : problem,
    facts: facts ?? null,
    sha256: textOrNull(row['sha256']),
    hasPreview: row['has_preview'] === 1
  }
}

function toBigInt(text: unknown): bigint {
  return typeof text === 'string' && /^\d+$/.test(text) ? BigInt(text) : 0n
}
