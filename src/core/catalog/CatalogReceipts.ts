import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { problemSchema } from '../../shared/errors.ts'
import { frameStatuses } from '../../shared/model/frame.ts'
import { type Output, outputSchema } from '../../shared/model/output.ts'
import type { ReceiptFrame, ReceiptRows, ReceiptUpload } from '../insight/receipts/ReceiptRows.ts'
import { uploadStateSchema } from '../transfer/UploadState.ts'
import { type Row, readJson, textOrNull } from './columns.ts'

/** What receipts are made of. Reads, writes nothing, and needs no claim: it may be asked while another engine works. */
export class CatalogReceipts implements ReceiptRows {
  readonly #selectAfter: StatementSync

  constructor(db: DatabaseSync) {
    // What the darkroom read is left where it is: it says nothing about bytes, and is most of the row.
    this.#selectAfter = db.prepare(
      `SELECT frames.seq, frames.id, frames.path, frames.size_bytes, frames.mtime_ns, frames.inode, frames.status,
         frames.problem, frames.sha256, uploads.id AS upload_id, uploads.output, uploads.output_id, uploads.account_id,
         uploads.bucket, uploads.key, uploads.state, proofs.sha256 AS last_sha256
       FROM (SELECT * FROM frames WHERE collection_id = ? AND seq > ? ORDER BY seq LIMIT ?) AS frames
       LEFT JOIN uploads ON uploads.frame_id = frames.id
       LEFT JOIN proofs ON proofs.account_id = uploads.account_id AND proofs.bucket = uploads.bucket
         AND proofs.key = uploads.key
       ORDER BY frames.seq, uploads.ordinal`
    )
  }

  framesAfter(collectionId: string, afterSeq: number, limit: number): ReadonlyArray<ReceiptFrame> {
    const frames: ReceiptFrame[] = []
    /** Outputs by their text, null for those that do not parse: thousands of rows share a few. */
    const outputs = new Map<unknown, Output | null>()
    const outputOf = (text: unknown): Output | null => {
      const known = outputs.get(text)
      const output = known === undefined ? (readJson(outputSchema, text) ?? null) : known
      outputs.set(text, output)
      return output
    }
    let uploads: ReceiptUpload[] = []
    for (const row of this.#selectAfter.all(collectionId, afterSeq, limit)) {
      if (frames.at(-1)?.id !== row['id']) {
        uploads = []
        frames.push(toFrame(row, uploads))
      }
      if (row['upload_id'] !== null) uploads.push(toUpload(row, outputOf(row['output'])))
    }
    return frames
  }
}

function toFrame(row: Row, uploads: ReadonlyArray<ReceiptUpload>): ReceiptFrame {
  return {
    id: String(row['id']),
    seq: Number(row['seq']),
    path: String(row['path']),
    sizeBytes: Number(row['size_bytes']),
    mtimeNs: toBigInt(row['mtime_ns']),
    ino: toBigInt(row['inode']),
    status: frameStatuses.find((name) => name === row['status']) ?? null,
    problem: readJson(problemSchema, row['problem']) ?? null,
    sha256: textOrNull(row['sha256']),
    uploads
  }
}

function toUpload(row: Row, output: Output | null): ReceiptUpload {
  const id = String(row['upload_id'])
  const state = readJson(uploadStateSchema, row['state'])
  const detail = `Upload ${id} does not parse`
  return {
    id,
    outputId: String(row['output_id']),
    isWithoutPosition: output?.kind === 'original' && output.removesPosition === true,
    accountId: String(row['account_id']),
    bucket: String(row['bucket']),
    key: String(row['key']),
    state: state && output ? state : { kind: 'failed', problem: { code: 'record-damaged', detail } },
    lastSha256AtKey: textOrNull(row['last_sha256'])
  }
}

/** A row's time or inode that is no number is none that a file could have. */
function toBigInt(text: unknown): bigint {
  return typeof text === 'string' && /^\d+$/.test(text) ? BigInt(text) : -1n
}
