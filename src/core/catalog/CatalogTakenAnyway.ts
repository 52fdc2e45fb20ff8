import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Frames that go although the rules of their collection leave them out: a person has said so. */
export class CatalogTakenAnyway {
  readonly #put: StatementSync
  readonly #drop: StatementSync
  readonly #select: StatementSync

  constructor(db: DatabaseSync) {
    this.#put = db.prepare('INSERT OR IGNORE INTO taken_anyway (frame_id) VALUES (?)')
    this.#drop = db.prepare('DELETE FROM taken_anyway WHERE frame_id = ?')
    this.#select = db.prepare('SELECT 1 FROM taken_anyway WHERE frame_id = ?')
  }

  put(frameId: string): void {
    this.#put.run(frameId)
  }

  /** @returns whether it was among them. */
  drop(frameId: string): boolean {
    return this.#drop.run(frameId).changes > 0
  }

  has(frameId: string): boolean {
    return this.#select.get(frameId) !== undefined
  }
}
