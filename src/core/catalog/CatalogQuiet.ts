import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { FrameKind } from '../../shared/model/frame.ts'
import { inTransaction } from './openCatalog.ts'

/** Not what is under way, and nothing that a person has paused. */
const WAITS = "uploads.status IN ('waiting', 'retrying')"

/** Originals that wait for the quiet hours of their collection: they have no work as long. */
export class CatalogQuiet {
  readonly #db: DatabaseSync
  readonly #noteKinds: StatementSync
  readonly #noteFrame: StatementSync
  readonly #holdNoted: StatementSync
  readonly #holdFrame: StatementSync
  readonly #giveBack: StatementSync
  readonly #forget: StatementSync
  readonly #selectOfFrame: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    const note = `INSERT OR REPLACE INTO quiet_uploads (upload_id, collection_id, work)
       SELECT uploads.id, uploads.collection_id, uploads.work FROM uploads JOIN frames ON frames.id = uploads.frame_id
       WHERE uploads.work IS NOT NULL AND uploads.output_id = 'original' AND ${WAITS}`
    this.#noteKinds = db.prepare(
      `${note} AND uploads.collection_id = ? AND frames.facts ->> '$.kind' IN (SELECT value FROM json_each(?))`
    )
    this.#noteFrame = db.prepare(`${note} AND uploads.frame_id = ?`)
    const hold = `UPDATE uploads SET work = NULL WHERE work IS NOT NULL AND ${WAITS}`
    this.#holdNoted = db.prepare(`${hold} AND id IN (SELECT upload_id FROM quiet_uploads WHERE collection_id = ?)`)
    this.#holdFrame = db.prepare(`${hold} AND frame_id = ? AND id IN (SELECT upload_id FROM quiet_uploads)`)
    this.#giveBack = db.prepare(
      `UPDATE uploads SET work = quiet_uploads.work FROM quiet_uploads
       WHERE quiet_uploads.upload_id = uploads.id AND quiet_uploads.collection_id = ?
       AND uploads.work IS NULL AND ${WAITS}`
    )
    this.#forget = db.prepare('DELETE FROM quiet_uploads WHERE collection_id = ?')
    this.#selectOfFrame = db.prepare(
      `SELECT 1 FROM uploads JOIN quiet_uploads ON quiet_uploads.upload_id = uploads.id
       WHERE uploads.frame_id = ? AND uploads.work IS NULL AND ${WAITS}`
    )
  }

  /** Originals of these kinds that could go wait from now on, besides those that wait already. */
  hold(collectionId: string, kinds: ReadonlyArray<FrameKind>): void {
    inTransaction(this.#db, () => {
      if (this.#noteKinds.run(collectionId, JSON.stringify(kinds)).changes > 0) this.#holdNoted.run(collectionId)
    })
  }

  /** The original of a frame that was just prepared waits. */
  holdFrame(frameId: string): void {
    inTransaction(this.#db, () => {
      if (this.#noteFrame.run(frameId).changes > 0) this.#holdFrame.run(frameId)
    })
  }

  /** The quiet hours have come, or the rules no longer ask for them. @returns whether anything can go that could not. */
  release(collectionId: string): boolean {
    return inTransaction(this.#db, () => {
      const { changes } = this.#giveBack.run(collectionId)
      this.#forget.run(collectionId)
      return changes > 0
    })
  }

  /** Whether something of the frame waits for the quiet hours. */
  holds(frameId: string): boolean {
    return this.#selectOfFrame.get(frameId) !== undefined
  }
}
