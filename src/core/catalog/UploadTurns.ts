import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Row } from './columns.ts'
import { lanesAfter } from './lanesAfter.ts'
import { FIRST_ORDER, indexUploads, type TurnOrder, uploadTerms } from './turnOrder.ts'

/** What is passed over for now. */
export type Held = {
  readonly accounts: ReadonlyArray<string>
  readonly frames: ReadonlyArray<string>
  readonly collections?: ReadonlyArray<string>
}

type Work = 'render' | 'send'
type Lane = { readonly accountId: string; readonly collectionId: string }

const IN_LANE = 'work = ? AND account_id = ? AND collection_id = ?'
/** Not a frame whose last task has yet to end. */
const FREE = 'frame_id NOT IN (SELECT value FROM json_each(?))'

const SESSION = '(SELECT session FROM claims WHERE claims.collection_id = uploads.collection_id) AS session'

/** Each is answered by an index alone, without a scan of what waits and without sorting. */
export const uploadTurnQueries = (order: TurnOrder) => ({
  laneOfAccount: `SELECT account_id, collection_id, ${SESSION} FROM uploads
    WHERE work = ? AND account_id = ? AND collection_id > ? ORDER BY collection_id LIMIT 1`,
  laneBehindAccount: `SELECT account_id, collection_id, ${SESSION} FROM uploads
    WHERE work = ? AND account_id > ? ORDER BY account_id, collection_id LIMIT 1`,
  fresh: `SELECT * FROM uploads WHERE ${IN_LANE} AND due_at_ms = 0 AND ${FREE} ORDER BY ${uploadTerms(order)} LIMIT 1`,
  due: `SELECT * FROM uploads WHERE ${IN_LANE} AND due_at_ms > 0 AND due_at_ms <= ? AND ${FREE} ORDER BY due_at_ms LIMIT 1`,
  nextDue: 'SELECT min(due_at_ms) AS due FROM uploads WHERE work IS NOT NULL AND due_at_ms > 0 AND due_at_ms > ?',
  makeDue:
    'UPDATE uploads SET due_at_ms = 1 WHERE work IS NOT NULL AND due_at_ms > 0 AND account_id = ifnull(?, account_id)'
})

/**
 * Whose turn it is among the uploads that wait. Collections take turns; within one, what waits for its first attempt
 * goes in the order in force, and takes turns with what is due to be tried again. A turn costs a few seeks in one index,
 * however much waits.
 */
export class UploadTurns {
  readonly #db: DatabaseSync
  readonly #selectLaneOfAccount: StatementSync
  readonly #selectLaneBehindAccount: StatementSync
  readonly #selectDue: StatementSync
  readonly #selectNextDue: StatementSync
  readonly #makeDue: StatementSync
  #selectFresh: StatementSync
  readonly #served: Record<Work, Lane | null> = { render: null, send: null }
  /** Lanes whose last turn was that of a retry. */
  readonly #retried = new Set<string>()

  constructor(db: DatabaseSync) {
    this.#db = db
    const queries = uploadTurnQueries(FIRST_ORDER)
    this.#selectLaneOfAccount = db.prepare(queries.laneOfAccount)
    this.#selectLaneBehindAccount = db.prepare(queries.laneBehindAccount)
    this.#selectFresh = db.prepare(queries.fresh)
    this.#selectDue = db.prepare(queries.due)
    this.#selectNextDue = db.prepare(queries.nextDue)
    this.#makeDue = db.prepare(queries.makeDue)
  }

  /** The order that holds from now on. */
  setOrder(order: TurnOrder): void {
    indexUploads(this.#db, order)
    this.#selectFresh = this.#db.prepare(uploadTurnQueries(order).fresh)
  }

  /** The row whose turn it is. Asked again before that row has changed, it may give it again. */
  next(work: Work, session: string, nowMs: number, held: Held): Row | null {
    const frames = JSON.stringify(held.frames)
    const skipped = new Set(held.accounts)
    for (const lane of lanesAfter(this.#served[work], (after, until) =>
      this.#lane(work, after, until, skipped, session)
    )) {
      if (held.collections?.includes(lane.collectionId)) continue
      const row = this.#inLane(work, lane, nowMs, frames)
      if (!row) continue
      this.#served[work] = lane
      return row
    }
    return null
  }

  /** When the next waiting retry is due, Unix ms; null if none waits. */
  nextDueMs(nowMs: number): number | null {
    const due = this.#selectNextDue.get(nowMs)?.['due']
    return typeof due === 'number' ? due : null
  }

  /** What waits to be tried again is due, longest of all. @param accountId Null: of all accounts. */
  makeDue(accountId: string | null): void {
    this.#makeDue.run(accountId)
  }

  #inLane(work: Work, { accountId, collectionId }: Lane, nowMs: number, frames: string): Row | null {
    const lane = `${work} ${accountId} ${collectionId}`
    const due = this.#selectDue.get(work, accountId, collectionId, nowMs, frames)
    if (due && !this.#retried.has(lane)) {
      this.#retried.add(lane)
      return due
    }
    this.#retried.delete(lane)
    return this.#selectFresh.get(work, accountId, collectionId, frames) ?? due ?? null
  }

  /** The next lane of this session; accounts that are skipped are jumped over, however many collections they have. */
  #lane(
    work: Work,
    after: Lane | null,
    until: Lane | null,
    skipped: ReadonlySet<string>,
    session: string
  ): Lane | null {
    let at = after ?? { accountId: '', collectionId: '' }
    for (;;) {
      const isSkipped = at.accountId === '' || skipped.has(at.accountId)
      const row =
        (isSkipped ? undefined : this.#selectLaneOfAccount.get(work, at.accountId, at.collectionId)) ??
        this.#selectLaneBehindAccount.get(work, at.accountId)
      if (!row) return null
      at = { accountId: String(row['account_id']), collectionId: String(row['collection_id']) }
      if (until && isBehind(at, until)) return null
      if (!skipped.has(at.accountId) && row['session'] === session) return at
    }
  }
}

/** Ids are ASCII, which SQLite and JavaScript sort alike. */
function isBehind(lane: Lane, other: Lane): boolean {
  if (lane.accountId !== other.accountId) return lane.accountId > other.accountId
  return lane.collectionId > other.collectionId
}
