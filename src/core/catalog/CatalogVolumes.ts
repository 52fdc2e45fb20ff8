import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** What the folders of collections lay on when they were last seen, so that another card is not taken for the same. */
export class CatalogVolumes {
  readonly #select: StatementSync
  readonly #put: StatementSync
  readonly #drop: StatementSync
  readonly #selectFrame: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT volume FROM volumes WHERE collection_id = ?')
    this.#put = db.prepare(
      `INSERT INTO volumes (collection_id, volume) VALUES (?, ?)
       ON CONFLICT (collection_id) DO UPDATE SET volume = excluded.volume`
    )
    this.#drop = db.prepare('DELETE FROM volumes WHERE collection_id = ?')
    this.#selectFrame = db.prepare("SELECT 1 FROM frames WHERE collection_id = ? AND mtime_ns <> '0' LIMIT 1")
  }

  /** @returns null if nothing is known. */
  recall(collectionId: string): string | null {
    const row = this.#select.get(collectionId)
    return row ? String(row['volume']) : null
  }

  remember(collectionId: string, volume: string): void {
    this.#put.run(collectionId, volume)
  }

  /** Whatever the folder lies on next is the right one. */
  forget(collectionId: string): void {
    this.#drop.run(collectionId)
  }

  /** Whether any file of the collection was ever taken. */
  hasFrames(collectionId: string): boolean {
    return this.#selectFrame.get(collectionId) !== undefined
  }
}
