import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Frames that go although the rules of their collection leave them out: a person has said so. */
export class CatalogTakenAnyway {
  readonly #put: StatementSync
  readonly #drop: StatementSync
  readonly #select: StatementSync
  readonly #selectOpen: StatementSync

  constructor(db: DatabaseSync) {
    this.#put = db.prepare('INSERT OR IGNORE INTO taken_anyway (frame_id) VALUES (?)')
    this.#drop = db.prepare('DELETE FROM taken_anyway WHERE frame_id = ?')
    this.#select = db.prepare('SELECT 1 FROM taken_anyway WHERE frame_id = ?')
    this.#selectOpen = db.prepare(
      `SELECT 1 FROM frames JOIN collections ON collections.id = frames.collection_id
       WHERE frames.id = ? AND json_valid(rules) AND rules ->> '$.selection' IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM taken_anyway WHERE frame_id = frames.id)`
    )
  }

  put(frameId: string): void {
    this.#put.run(frameId)
  }

  drop(frameId: string): void {
    this.#drop.run(frameId)
  }

  has(frameId: string): boolean {
    return this.#select.get(frameId) !== undefined
  }

  /** Whether it is not among them, and its collection has rules that may leave it out. */
  isOpen(frameId: string): boolean {
    return this.#selectOpen.get(frameId) !== undefined
  }
}
