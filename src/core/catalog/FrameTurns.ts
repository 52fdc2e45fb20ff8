import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Row } from './columns.ts'
import { lanesAfter } from './lanesAfter.ts'
import { FIRST_ORDER, frameTerms, indexFrames, type TurnOrder } from './turnOrder.ts'

/** Each is answered by `frames_turns` alone, without a scan and without sorting. */
export const frameTurnQueries = (order: TurnOrder) => ({
  lane: `SELECT collection_id,
      (SELECT session FROM claims WHERE claims.collection_id = frames.collection_id) AS session
    FROM frames WHERE work = 'prepare' AND collection_id > ? ORDER BY collection_id LIMIT 1`,
  next: `SELECT * FROM frames WHERE work = 'prepare' AND collection_id = ?
    AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY ${frameTerms(order)} LIMIT ?`
})

/** Whose turn it is among the frames that wait to be prepared: collections take turns, as `UploadTurns` has it. */
export class FrameTurns {
  readonly #db: DatabaseSync
  readonly #selectLane: StatementSync
  #selectNext: StatementSync
  #served: string | null = null

  constructor(db: DatabaseSync) {
    this.#db = db
    const queries = frameTurnQueries(FIRST_ORDER)
    this.#selectLane = db.prepare(queries.lane)
    this.#selectNext = db.prepare(queries.next)
  }

  /** The order that holds from now on. */
  setOrder(order: TurnOrder): void {
    indexFrames(this.#db, order)
    this.#selectNext = this.#db.prepare(frameTurnQueries(order).next)
  }

  /**
   * The row whose turn it is; where no other collection has any that can go, as many as `limit`. Asked again before they
   * have changed, it may give them again.
   *
   * @param held Frames to pass over.
   * @param away Collections to pass over.
   */
  next(session: string, held: ReadonlyArray<string>, away: ReadonlyArray<string>, limit: number): ReadonlyArray<Row> {
    const frames = JSON.stringify(held)
    const lanes = lanesAfter<string>(this.#served, (after, until) => this.#lane(session, after, until))
    let lane = lanes.next()
    while (!lane.done) {
      const collectionId = lane.value
      lane = lanes.next()
      if (away.includes(collectionId)) continue
      const isLast = lane.done === true // all others have been asked, and gave none
      const rows = this.#selectNext.all(collectionId, frames, isLast ? limit : 1)
      if (rows.length === 0) continue
      this.#served = collectionId
      return rows
    }
    return []
  }

  #lane(session: string, after: string | null, until: string | null): string | null {
    let at = after ?? ''
    for (;;) {
      const row = this.#selectLane.get(at)
      if (!row) return null
      at = String(row['collection_id'])
      if (until !== null && at > until) return null
      if (row['session'] === session) return at
    }
  }
}
