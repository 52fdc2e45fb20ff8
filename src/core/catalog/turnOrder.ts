import type { DatabaseSync } from 'node:sqlite'
import { isUnwritable } from '../../shared/errors.ts'
import type { TransferOrder, TransferSettings } from '../../shared/model/transfer.ts'
import { inTransaction } from './openCatalog.ts'

/** In which order a collection's frames and uploads go. */
export type TurnOrder = Pick<TransferSettings, 'order' | 'renditionsFirst'>

export const FIRST_ORDER: TurnOrder = { order: 'as-dropped', renditionsFirst: false }

/** Columns by which a collection's frames are prepared. A time in ns does not fit a number of JavaScript, but an index. */
const FRAME_TERMS: Record<TransferOrder, string> = {
  'as-dropped': 'seq',
  newest: 'CAST(mtime_ns AS INTEGER) DESC, seq',
  smallest: 'size_bytes, seq',
  'by-name': 'name_key, seq'
}

const UPLOAD_TERMS: Record<TransferOrder, string> = {
  'as-dropped': 'frame_seq, ordinal',
  newest: 'source_mtime_ms DESC, frame_seq, ordinal',
  smallest: 'source_bytes, frame_seq, ordinal',
  'by-name': 'name_key, frame_seq, ordinal'
}

export function frameTerms({ order }: TurnOrder): string {
  return FRAME_TERMS[order]
}

export function uploadTerms({ order, renditionsFirst }: TurnOrder): string {
  return renditionsFirst ? `output_id = 'original', ${UPLOAD_TERMS[order]}` : UPLOAD_TERMS[order]
}

/**
 * Lets the one index of the uploads that wait have the order in force. An index for each order would make every change
 * of an upload several times as dear; to write one anew takes a fifth of a second for 100,000 uploads. Without the right
 * index, as where two engines go by different orders, the order is still right, only slow to find.
 */
export function indexUploads(db: DatabaseSync, order: TurnOrder): void {
  const columns = `work, account_id, collection_id, due_at_ms, ${uploadTerms(order)}`
  replaceIndex(db, 'uploads_turns', `CREATE INDEX uploads_turns ON uploads (${columns}) WHERE work IS NOT NULL`)
}

/** The same for the frames that wait to be prepared. */
export function indexFrames(db: DatabaseSync, order: TurnOrder): void {
  const columns = `work, collection_id, ${frameTerms(order)}`
  replaceIndex(db, 'frames_turns', `CREATE INDEX frames_turns ON frames (${columns}) WHERE work IS NOT NULL`)
}

function replaceIndex(db: DatabaseSync, name: string, sql: string): void {
  const before = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?").get(name)?.['sql']
  if (before === sql) return
  try {
    inTransaction(db, () => db.exec(`DROP INDEX IF EXISTS ${name}; ${sql}`))
  } catch (error) {
    if (!isUnwritable(error)) throw error // it can be done without
  }
}
