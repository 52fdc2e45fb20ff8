import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Frames that the rules of their collection leave out, and why. */
export class CatalogLeftOut {
  readonly #put: StatementSync
  readonly #drop: StatementSync
  readonly #select: StatementSync
  readonly #count: StatementSync
  readonly #selectOfCollection: StatementSync
  readonly #selectOfShot: StatementSync

  constructor(db: DatabaseSync) {
    this.#put = db.prepare(
      `INSERT INTO left_out (frame_id, collection_id, reason) SELECT id, collection_id, ? FROM frames WHERE id = ?
       ON CONFLICT (frame_id) DO UPDATE SET reason = excluded.reason`
    )
    this.#drop = db.prepare('DELETE FROM left_out WHERE frame_id = ?')
    this.#select = db.prepare('SELECT reason FROM left_out WHERE frame_id = ?')
    this.#count = db.prepare('SELECT count(*) AS frames FROM left_out WHERE collection_id = ?')
    this.#selectOfCollection = db.prepare(
      `SELECT frames.id FROM left_out JOIN frames ON frames.id = left_out.frame_id
       WHERE left_out.collection_id = ? ORDER BY frames.seq LIMIT ? OFFSET ?`
    )
    this.#selectOfShot = db.prepare(
      `SELECT left_out.frame_id FROM frames AS sidecar
       JOIN shots AS own ON own.frame_seq = sidecar.seq
       JOIN shots ON shots.collection_id = own.collection_id AND shots.key = own.key AND shots.frame_seq <> own.frame_seq
       JOIN frames ON frames.seq = shots.frame_seq
       JOIN left_out ON left_out.frame_id = frames.id
       WHERE sidecar.id = ? AND sidecar.path LIKE '%.xmp'`
    )
  }

  /** @param reason In words, for the row. */
  put(frameId: string, reason: string): void {
    this.#put.run(reason, frameId)
  }

  drop(frameId: string): void {
    this.#drop.run(frameId)
  }

  /** Null for a frame that is not left out. */
  reasonOf(frameId: string): string | null {
    const row = this.#select.get(frameId)
    return row ? String(row['reason']) : null
  }

  count(collectionId: string): number {
    return Number(this.#count.get(collectionId)?.['frames'])
  }

  /** Ids in the order of the queue. */
  ofCollection(collectionId: string, offset = 0, limit = -1): ReadonlyArray<string> {
    return this.#selectOfCollection.all(collectionId, limit, offset).map((row) => String(row['id']))
  }

  /** The frames of its shot that are left out, for an XMP sidecar that is new or has changed; none for other frames. */
  besideSidecar(frameId: string): ReadonlyArray<string> {
    return this.#selectOfShot.all(frameId).map((row) => String(row['frame_id']))
  }
}
