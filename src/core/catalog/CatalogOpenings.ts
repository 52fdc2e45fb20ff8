import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** A multipart upload that is being asked for. */
export type Opening = {
  readonly accountId: string
  readonly bucket: string
  readonly key: string
  /** Just before the request goes out, Unix ms by this computer's clock. */
  readonly sinceMs: number
}

export type NotedOpening = Opening & { readonly id: number }

/**
 * Multipart uploads that are asked for and whose id is not in the catalog yet. Noted before the request; settled in the
 * transaction that keeps the id, or once the store has refused. What stays after a crash or a lost answer tells the
 * janitor where to look.
 */
export class CatalogOpenings {
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #select: StatementSync
  readonly #selectKnown: StatementSync

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO openings (account_id, bucket, key, since_ms) VALUES (?, ?, ?, ?)')
    this.#delete = db.prepare('DELETE FROM openings WHERE id = ?')
    this.#select = db.prepare('SELECT * FROM openings ORDER BY since_ms, id')
    this.#selectKnown = db.prepare(
      `SELECT 1 FROM uploads WHERE account_id = ?1 AND CASE WHEN json_valid(state) THEN state ->> '$.multipart.uploadId' END = ?2
       UNION ALL SELECT 1 FROM orphans WHERE account_id = ?1 AND upload_id = ?2
       UNION ALL SELECT 1 FROM dropped_orphans WHERE account_id = ?1 AND upload_id = ?2 LIMIT 1`
    )
  }

  /** @returns the number to settle it with. */
  note({ accountId, bucket, key, sinceMs }: Opening): number {
    return Number(this.#insert.run(accountId, bucket, key, Math.round(sinceMs)).lastInsertRowid)
  }

  /** Nothing is in doubt any more. Settling twice does nothing. */
  settle(id: number): void {
    this.#delete.run(id)
  }

  /** Whether the catalog has this id of a store: someone sends its parts, or the store is told to drop it. */
  isKnown(accountId: string, uploadId: string): boolean {
    return this.#selectKnown.get(accountId, uploadId) !== undefined
  }

  /** All that are in doubt or under way, oldest first. A handful: each upload has one while it waits for one answer. */
  list(): ReadonlyArray<NotedOpening> {
    return this.#select.all().map((row) => ({
      id: Number(row['id']),
      accountId: String(row['account_id']),
      bucket: String(row['bucket']),
      key: String(row['key']),
      sinceMs: Number(row['since_ms'])
    }))
  }
}
