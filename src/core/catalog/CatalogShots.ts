import { sep } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { typeOfExtension, usualExtension } from '../images/fileTypes.ts'
import { shotOf } from '../shots/shotOf.ts'
import type { Row } from './columns.ts'
import { inTransaction } from './openCatalog.ts'

/** The frames that are one picture. */
export type Shot = {
  readonly key: string
  /** As the disk spells it. */
  readonly name: string
  readonly frames: number
}

/** Frames placed in one transaction; between two the engine does other things at its start. */
const BATCH = 1_000

/** Which frames are one picture, by their names. */
export class CatalogShots {
  readonly #db: DatabaseSync
  readonly #selectFrame: StatementSync
  readonly #selectMissing: StatementSync
  readonly #insert: StatementSync
  readonly #insertOrigin: StatementSync
  readonly #selectDerived: StatementSync
  readonly #selectNumbered: StatementSync
  readonly #join: StatementSync
  readonly #selectShot: StatementSync
  readonly #selectMembers: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#selectFrame = db.prepare(
      `SELECT seq, collection_id, path FROM frames WHERE id = ?
       AND NOT EXISTS (SELECT 1 FROM shots WHERE shots.frame_seq = frames.seq)`
    )
    this.#selectMissing = db.prepare(
      `SELECT seq, collection_id, path FROM frames WHERE seq > ?
       AND NOT EXISTS (SELECT 1 FROM shots WHERE shots.frame_seq = frames.seq) ORDER BY seq LIMIT ${BATCH}`
    )
    this.#insert = db.prepare(
      'INSERT INTO shots (frame_seq, collection_id, own_key, key, name, is_source) VALUES (?, ?, ?, ?, ?, ?)'
    )
    this.#insertOrigin = db.prepare(
      'INSERT INTO shot_origins (frame_seq, place, collection_id, key, is_numbered) VALUES (?, ?, ?, ?, ?)'
    )
    this.#selectDerived = db.prepare('SELECT frame_seq FROM shot_origins WHERE collection_id = ? AND key = ?')
    // What others were made from comes before them: it has fewer origins.
    this.#selectNumbered = db.prepare(
      `SELECT frame_seq FROM shot_origins WHERE collection_id = ? GROUP BY frame_seq
       HAVING max(is_numbered) = 1 ORDER BY max(place), frame_seq`
    )
    // A source that was itself joined to another has left its own key; what is made of it goes to that other as well.
    this.#join = db.prepare(
      `UPDATE shots SET key = ifnull((
         SELECT origin.key FROM shot_origins AS origin
         WHERE origin.frame_seq = shots.frame_seq AND EXISTS (
           SELECT 1 FROM shots AS source WHERE source.collection_id = origin.collection_id
           AND source.key = origin.key AND source.own_key = origin.key AND source.is_source = 1)
         AND (origin.is_numbered = 0 OR
           (SELECT rules ->> '$.joinsNumbered' FROM collections WHERE id = origin.collection_id) = 1)
         ORDER BY origin.place LIMIT 1), own_key)
       WHERE frame_seq = ?`
    )
    // The shot is called as the frame of its shortest name, which is that of what the others were made from.
    this.#selectShot = db.prepare(
      `SELECT shots.key AS key, count(*) AS frames,
         (SELECT name FROM shots AS one WHERE one.collection_id = shots.collection_id AND one.key = shots.key
          ORDER BY length(name), name LIMIT 1) AS name
       FROM shots AS own JOIN shots ON shots.collection_id = own.collection_id AND shots.key = own.key
       WHERE own.frame_seq = (SELECT seq FROM frames WHERE id = ?) GROUP BY shots.key`
    )
    this.#selectMembers = db.prepare(
      `SELECT frames.id FROM shots AS own
       JOIN shots ON shots.collection_id = own.collection_id AND shots.key = own.key
       JOIN frames ON frames.seq = shots.frame_seq
       WHERE own.frame_seq = (SELECT seq FROM frames WHERE id = ?) ORDER BY frames.seq`
    )
  }

  /** Gives new frames their shots; those that have one keep it. */
  place(frameIds: ReadonlyArray<string>): void {
    inTransaction(this.#db, () => {
      for (const id of frameIds) {
        const row = this.#selectFrame.get(id)
        if (row) this.#place(row)
      }
    })
  }

  /**
   * Gives a shot to frames that have none: taken by an older Silverdrop, or just before the engine ended.
   *
   * @param after The place in the queue that the call before came to; 0 at first.
   * @returns how far it came, or null if no more are left. One call places a thousand.
   */
  placeMissing(after: number): number | null {
    return inTransaction(this.#db, () => {
      const rows = this.#selectMissing.all(after)
      for (const row of rows) this.#place(row)
      return rows.length < BATCH ? null : Number(rows.at(-1)?.['seq'])
    })
  }

  /** The rules of the collection have changed: names that differ by a number alone join, or part. */
  rejoin(collectionId: string): void {
    inTransaction(this.#db, () => {
      for (const row of this.#selectNumbered.all(collectionId)) this.#join.run(Number(row['frame_seq']))
    })
  }

  /** @returns null for a frame that has no shot yet. */
  of(frameId: string): Shot | null {
    const row = this.#selectShot.get(frameId)
    return row ? { key: String(row['key']), name: String(row['name']), frames: Number(row['frames']) } : null
  }

  /**
   * Frames of the shots that have a frame among those chosen, shot by shot; shots in the order of their first such frame.
   *
   * @param where SQL about `collection_id` and `frame_seq`, with the values of its parameters.
   * @param limit Of shots, as is `total`.
   */
  page(where: string, values: ReadonlyArray<string>, offset: number, limit: number) {
    const groups = `SELECT collection_id, key, min(frame_seq) AS first FROM shots
      WHERE ${where} GROUP BY collection_id, key`
    const total = this.#db.prepare(`SELECT count(*) AS total FROM (${groups})`).get(...values)
    const rows = this.#db
      .prepare(
        `SELECT frames.id FROM (${groups} ORDER BY first LIMIT ? OFFSET ?) AS shot
         JOIN shots ON shots.collection_id = shot.collection_id AND shots.key = shot.key
         JOIN frames ON frames.seq = shots.frame_seq ORDER BY shot.first, frames.seq`
      )
      .all(...values, limit, offset)
    return { total: Number(total?.['total']), frameIds: rows.map((row) => String(row['id'])) }
  }

  /** All frames of a frame's shot, itself among them, in the order of the queue. */
  framesWith(frameId: string): ReadonlyArray<string> {
    return this.#selectMembers.all(frameId).map((row) => String(row['id']))
  }

  #place(row: Row): void {
    const [seq, collectionId] = [Number(row['seq']), String(row['collection_id'])]
    const { key, name, madeFrom, isSource } = shotOf(String(row['path']).replaceAll(sep, '/'), kindOfExtension)
    this.#insert.run(seq, collectionId, key, key, name, isSource ? 1 : 0)
    madeFrom.forEach((origin, place) => {
      this.#insertOrigin.run(seq, place, collectionId, origin.key, origin.isNumbered ? 1 : 0)
    })
    if (madeFrom.length > 0) this.#join.run(seq)
    if (isSource) for (const of of this.#selectDerived.all(collectionId, key)) this.#join.run(Number(of['frame_seq']))
  }
}

function kindOfExtension(extension: string) {
  return typeOfExtension(usualExtension(extension))?.kind ?? null
}
