import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Orphan } from './CatalogUploads.ts'

/** Orphans that their store has dropped once, and is to be told of a second time. */
export class CatalogDroppedOrphans {
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #delete: StatementSync

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT OR REPLACE INTO dropped_orphans VALUES (?, ?, ?, ?, ?)')
    this.#select = db.prepare('SELECT * FROM dropped_orphans WHERE dropped_at_ms <= ? ORDER BY account_id, upload_id')
    this.#delete = db.prepare('DELETE FROM dropped_orphans WHERE account_id = ? AND upload_id = ?')
  }

  put({ accountId, multipart }: Orphan, droppedAtMs: number): void {
    const { key, uploadId, partBytes } = multipart
    this.#insert.run(accountId, key, uploadId, partBytes, droppedAtMs)
  }

  /** Those that were dropped at `untilMs` or before. */
  list(untilMs: number): ReadonlyArray<Orphan> {
    return this.#select.all(untilMs).map((row) => ({
      accountId: String(row['account_id']),
      multipart: {
        key: String(row['key']),
        uploadId: String(row['upload_id']),
        partBytes: Number(row['part_bytes'])
      }
    }))
  }

  delete({ accountId, multipart }: Orphan): void {
    this.#delete.run(accountId, multipart.uploadId)
  }
}
