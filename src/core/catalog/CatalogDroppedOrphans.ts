import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Orphan } from './CatalogUploads.ts'
import { toOrphan } from './uploadRow.ts'

/** Orphans that their store has dropped once, and is to be told of a second time. */
export class CatalogDroppedOrphans {
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #delete: StatementSync

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      `INSERT OR REPLACE INTO dropped_orphans (account_id, bucket, key, upload_id, part_bytes, dropped_at_ms)
       VALUES (?, ?, ?, ?, ?, ?)`
    )
    this.#select = db.prepare('SELECT * FROM dropped_orphans WHERE dropped_at_ms <= ? ORDER BY account_id, upload_id')
    this.#delete = db.prepare('DELETE FROM dropped_orphans WHERE account_id = ? AND upload_id = ?')
  }

  put({ accountId, bucket, multipart }: Orphan, droppedAtMs: number): void {
    const { key, uploadId, partBytes } = multipart
    this.#insert.run(accountId, bucket, key, uploadId, partBytes, droppedAtMs)
  }

  /** Those that were dropped at `untilMs` or before. */
  list(untilMs: number): ReadonlyArray<Orphan> {
    return this.#select.all(untilMs).map(toOrphan)
  }

  delete({ accountId, multipart }: Orphan): void {
    this.#delete.run(accountId, multipart.uploadId)
  }
}
