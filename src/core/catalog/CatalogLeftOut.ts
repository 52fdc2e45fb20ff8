import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Frames that the rules of their collection leave out, why, and by which version of the rules. */
export class CatalogLeftOut {
  readonly #put: StatementSync
  readonly #drop: StatementSync
  readonly #select: StatementSync
  readonly #count: StatementSync
  readonly #selectAny: StatementSync
  readonly #selectOfCollection: StatementSync
  readonly #selectOfShot: StatementSync
  readonly #selectOutdated: StatementSync

  constructor(db: DatabaseSync) {
    this.#put = db.prepare(
      `INSERT INTO left_out (frame_id, collection_id, reason, rules_number)
       SELECT frames.id, collection_id, ?, rules_number FROM frames JOIN collections ON collections.id = collection_id
       WHERE frames.id = ?
       ON CONFLICT (frame_id) DO UPDATE SET reason = excluded.reason, rules_number = excluded.rules_number`
    )
    this.#drop = db.prepare('DELETE FROM left_out WHERE frame_id = ?')
    this.#select = db.prepare('SELECT reason FROM left_out WHERE frame_id = ?')
    this.#count = db.prepare('SELECT count(*) AS frames FROM left_out WHERE collection_id = ?')
    this.#selectAny = db.prepare('SELECT 1 FROM left_out LIMIT 1')
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
    this.#selectOutdated = db.prepare(
      `SELECT frame_id FROM claims JOIN collections ON collections.id = claims.collection_id
       JOIN left_out ON left_out.collection_id = collections.id AND left_out.rules_number < collections.rules_number
       WHERE claims.session = ? AND collections.is_paused = 0 AND collections.removed_at_ms IS NULL LIMIT ?`
    )
  }

  /** By the rules that its collection has now. @param reason In words, for the row. */
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

  /** Frames left out by rules that hold no more, of the collections that this session has claimed and nobody has paused. */
  outdated(session: string, limit: number): ReadonlyArray<string> {
    return this.#selectOutdated.all(session, limit).map((row) => String(row['frame_id']))
  }

  count(collectionId: string): number {
    return Number(this.#count.get(collectionId)?.['frames'])
  }

  /** Whether anything at all is left out. */
  hasAny(): boolean {
    return this.#selectAny.get() !== undefined
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
