import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { inTransaction } from './openCatalog.ts'
import type { Frame } from './records.ts'

/** A file that was being moved when this was written, or still is. */
export type Move = {
  readonly frameId: string
  /** Where it was to go, absolute. */
  readonly path: string
}

/** Files on their way to another folder: written before the file is touched, so that it is found wherever a crash left it. */
export class CatalogMoves {
  readonly #db: DatabaseSync
  readonly #put: StatementSync
  readonly #drop: StatementSync
  readonly #select: StatementSync
  readonly #selectOwner: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#put = db.prepare('INSERT OR REPLACE INTO moves (frame_id, collection_id, path) VALUES (?, ?, ?)')
    this.#drop = db.prepare('DELETE FROM moves WHERE frame_id = ?')
    this.#select = db.prepare('SELECT frame_id, path FROM moves WHERE collection_id = ?')
    this.#selectOwner = db.prepare('SELECT 1 FROM frames WHERE collection_id = ? AND path = ? AND id <> ?')
  }

  /** @returns whether the frame may go there: not where the collection has another one of that path. */
  reserve({ id, collectionId }: Pick<Frame, 'id' | 'collectionId'>, path: string): boolean {
    return inTransaction(this.#db, () => {
      if (this.#selectOwner.get(collectionId, path, id)) return false
      this.#put.run(id, collectionId, path)
      return true
    })
  }

  /** It stays where it was, or is where it was to go. */
  drop(frameId: string): void {
    this.#drop.run(frameId)
  }

  ofCollection(collectionId: string): ReadonlyArray<Move> {
    return this.#select
      .all(collectionId)
      .map((row) => ({ frameId: String(row['frame_id']), path: String(row['path']) }))
  }
}
