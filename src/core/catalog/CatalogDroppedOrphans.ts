import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Orphan } from './CatalogUploads.ts'
import { inTransaction } from './openCatalog.ts'
import { toOrphan } from './uploadRow.ts'

/**
 * Orphans that their store has dropped once, and is to be told of a second time; and since when those are known that no
 * store has dropped yet. The latter have their row in `orphans` as well.
 */
export class CatalogDroppedOrphans {
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #delete: StatementSync
  readonly #noteWaiting: StatementSync
  readonly #forgetWaiting: StatementSync
  readonly #forget: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#insert = db.prepare(
      `INSERT OR REPLACE INTO dropped_orphans (account_id, bucket, key, upload_id, part_bytes, dropped_at_ms)
       VALUES (?, ?, ?, ?, ?, ?)`
    )
    this.#select = db.prepare(
      `SELECT * FROM dropped_orphans AS dropped WHERE dropped_at_ms <= ? AND NOT EXISTS
         (SELECT 1 FROM orphans WHERE orphans.account_id = dropped.account_id AND orphans.upload_id = dropped.upload_id)
       ORDER BY account_id, upload_id`
    )
    this.#delete = db.prepare('DELETE FROM dropped_orphans WHERE account_id = ? AND upload_id = ?')
    this.#noteWaiting = db.prepare(
      `INSERT OR IGNORE INTO dropped_orphans (account_id, bucket, key, upload_id, part_bytes, dropped_at_ms)
       SELECT account_id, bucket, key, upload_id, part_bytes, ? FROM orphans`
    )
    this.#forgetWaiting = db.prepare(
      `DELETE FROM orphans WHERE (account_id, upload_id) IN
         (SELECT account_id, upload_id FROM dropped_orphans WHERE dropped_at_ms <= ?)`
    )
    this.#forget = db.prepare('DELETE FROM dropped_orphans WHERE dropped_at_ms <= ?')
  }

  put({ accountId, bucket, multipart }: Orphan, droppedAtMs: number): void {
    const { key, uploadId, partBytes } = multipart
    this.#insert.run(accountId, bucket, key, uploadId, partBytes, droppedAtMs)
  }

  /** Notes since when orphans wait for their store to drop them; those that are noted keep their time. */
  noteWaiting(nowMs: number): void {
    this.#noteWaiting.run(nowMs)
  }

  /** Nobody is told any more of what was dropped, or has waited since, `untilMs` or before. */
  forget(untilMs: number): void {
    inTransaction(this.#db, () => {
      this.#forgetWaiting.run(untilMs)
      this.#forget.run(untilMs)
    })
  }

  /** Those that were dropped at `untilMs` or before. */
  list(untilMs: number): ReadonlyArray<Orphan> {
    return this.#select.all(untilMs).map(toOrphan)
  }

  delete({ accountId, multipart }: Orphan): void {
    this.#delete.run(accountId, multipart.uploadId)
  }
}
