import { randomUUID } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Problem } from '../../shared/errors.ts'
import { type FrameSelection, type FrameStatus, frameStatuses, type QueueFilter } from '../../shared/model/frame.ts'
import type { FrameFile } from '../files/FrameFile.ts'
import { naturalKey } from '../files/naturalOrder.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { CatalogLeftOut } from './CatalogLeftOut.ts'
import { CatalogMoves } from './CatalogMoves.ts'
import { CatalogShots } from './CatalogShots.ts'
import { CatalogTakenAnyway } from './CatalogTakenAnyway.ts'
import { CatalogThumbs } from './CatalogThumbs.ts'
import { FrameTurns } from './FrameTurns.ts'
import { isSameVersion, toFrame } from './frameRow.ts'
import { inTransaction } from './openCatalog.ts'
import type { Frame } from './records.ts'
import type { TurnOrder } from './turnOrder.ts'

/** Statuses behind each chip above the queue. */
const FILTERS: Record<Exclude<QueueFilter, 'all'>, ReadonlyArray<FrameStatus>> = {
  waiting: ['settling', 'waiting', 'paused'],
  working: ['working'],
  done: ['done'],
  'needs-you': ['attention', 'failed'],
  cancelled: ['cancelled']
}

/** They are `cancelled`, and shown by `queue:left-out` alone. */
const NOT_LEFT_OUT = " AND NOT (status = 'cancelled' AND id IN (SELECT frame_id FROM left_out))"

const VISIBLE = 'collection_id IN (SELECT id FROM collections WHERE removed_at_ms IS NULL)'

export type StatusCount = {
  readonly collectionId: string
  readonly status: FrameStatus
  readonly frames: number
  /** Of what is cancelled 0: none of it is to be sent. */
  readonly bytes: number
}

/** Files that were taken, in the order of the queue. */
export class CatalogFrames {
  readonly shots: CatalogShots
  readonly leftOut: CatalogLeftOut
  readonly takenAnyway: CatalogTakenAnyway
  readonly moves: CatalogMoves
  readonly thumbs: CatalogThumbs
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #selectLastNumber: StatementSync
  readonly #selectByPath: StatementSync
  readonly #selectById: StatementSync
  readonly #selectNamed: StatementSync
  readonly #selectStatus: StatementSync
  readonly #selectAmong: StatementSync
  readonly #renew: StatementSync
  readonly #orphanMultiparts: StatementSync
  readonly #releaseKeys: StatementSync
  readonly #dropUploads: StatementSync
  readonly #turns: FrameTurns
  readonly #clearWork: StatementSync
  readonly #setStatus: StatementSync
  readonly #queuePrepare: StatementSync
  readonly #setPrepared: StatementSync
  readonly #setSha256: StatementSync
  readonly #counts: StatementSync
  readonly #recover: StatementSync
  readonly #setPlace: StatementSync
  readonly #setDeleted: StatementSync
  readonly #selectDoneOutside: StatementSync

  constructor(db: DatabaseSync) {
    this.shots = new CatalogShots(db)
    this.leftOut = new CatalogLeftOut(db)
    this.takenAnyway = new CatalogTakenAnyway(db)
    this.moves = new CatalogMoves(db)
    this.thumbs = new CatalogThumbs(db)
    this.#db = db
    this.#insert = db.prepare(
      `INSERT INTO frames
         (id, collection_id, number, path, relative_path, name_key, size_bytes, mtime_ns, inode, status, work)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
    )
    this.#selectLastNumber = db.prepare('SELECT max(number) AS last FROM frames WHERE collection_id = ?')
    this.#selectByPath = db.prepare('SELECT * FROM frames WHERE collection_id = ? AND path = ?')
    this.#selectStatus = db.prepare('SELECT status FROM frames WHERE id = ?')
    this.#selectAmong = db.prepare(
      `SELECT id FROM frames WHERE id IN (SELECT value FROM json_each(?))
       AND status IN (SELECT value FROM json_each(?))`
    )
    this.#selectNamed = db.prepare('SELECT id FROM frames WHERE id IN (SELECT value FROM json_each(?)) ORDER BY seq')
    this.#selectById = db.prepare('SELECT * FROM frames WHERE id = ?')
    this.#renew = db.prepare(
      `UPDATE frames SET size_bytes = ?, mtime_ns = ?, inode = ?, status = ?, work = ?, problem = ?, facts = NULL,
       sha256 = NULL, has_preview = 0 WHERE id = ?`
    )
    this.#orphanMultiparts = db.prepare(
      `INSERT OR IGNORE INTO orphans (account_id, bucket, key, upload_id, part_bytes)
       SELECT account_id, bucket, state ->> '$.multipart.key', state ->> '$.multipart.uploadId',
         state ->> '$.multipart.partBytes'
       FROM uploads WHERE frame_id = ? AND json_valid(state) AND state ->> '$.multipart.uploadId' IS NOT NULL`
    )
    this.#releaseKeys = db.prepare(
      'DELETE FROM object_keys WHERE upload_id IN (SELECT id FROM uploads WHERE frame_id = ?)'
    )
    this.#dropUploads = db.prepare('DELETE FROM uploads WHERE frame_id = ?')
    this.#turns = new FrameTurns(db)
    this.#clearWork = db.prepare('UPDATE frames SET work = NULL WHERE id = ?')
    this.#setStatus = db.prepare('UPDATE frames SET status = ?, work = ?, problem = ? WHERE id = ?')
    this.#queuePrepare = db.prepare(
      "UPDATE frames SET work = 'prepare', status = 'waiting', problem = NULL WHERE id = ?"
    )
    this.#setPrepared = db.prepare('UPDATE frames SET facts = ?, sha256 = ?, problem = NULL, status = ? WHERE id = ?')
    this.#setSha256 = db.prepare('UPDATE frames SET sha256 = ? WHERE id = ?')
    this.#counts = db.prepare(
      `SELECT collection_id, status, count(*) AS frames, sum(size_bytes) AS bytes FROM frames
       WHERE ${VISIBLE} GROUP BY collection_id, status`
    )
    // A frame that was being prepared when the engine ended has no uploads yet and nothing to do: it starts anew.
    this.#recover = db.prepare(
      `UPDATE frames SET work = 'prepare', status = 'waiting' WHERE work IS NULL AND status IN ('waiting', 'working', 'settling')
       AND collection_id = ? AND NOT EXISTS (SELECT 1 FROM uploads WHERE uploads.frame_id = frames.id)`
    )
    this.#selectDoneOutside = db.prepare(
      `SELECT id FROM frames WHERE collection_id = ?1 AND status = 'done'
       AND substr(relative_path, 1, length(?2) + 1) <> ?2 || '/' ORDER BY seq`
    )
    this.#setDeleted = db.prepare(
      `UPDATE frames SET status = 'cancelled', work = NULL, problem = ?, mtime_ns = '0', inode = '0' WHERE id = ?`
    )
    this.#setPlace = db.prepare('UPDATE OR IGNORE frames SET path = ?, relative_path = ? WHERE id = ?')
  }

  /**
   * Takes settled files into the queue, all or none.
   *
   * A path that is known and unchanged is left alone. One that changed starts anew under its old id; what the earlier
   * version put into the bucket stays there and keeps its proof.
   */
  addMany(
    collectionId: string,
    files: ReadonlyArray<FrameFile>,
    as: { readonly isPaused: boolean }
  ): { readonly added: ReadonlyArray<string>; readonly renewed: ReadonlyArray<string>; readonly known: number } {
    const added: string[] = []
    const renewed: string[] = []
    let known = 0
    const status: FrameStatus = as.isPaused ? 'paused' : 'waiting'
    const work = as.isPaused ? null : 'prepare'
    inTransaction(this.#db, () => {
      let number = Number(this.#selectLastNumber.get(collectionId)?.['last'] ?? 0)
      for (const file of files) {
        const row = this.#selectByPath.get(collectionId, file.path)
        if (!row) {
          const id = randomUUID()
          const { path, relativePath, sizeBytes, mtimeNs, ino } = file
          number += 1
          this.#insert.run(
            id,
            collectionId,
            number,
            path,
            relativePath,
            naturalKey(relativePath),
            sizeBytes,
            `${mtimeNs}`,
            `${ino}`,
            status,
            work
          )
          added.push(id)
        } else if (isSameVersion(row, file)) {
          known += 1
        } else {
          const id = String(row['id'])
          this.#forgetUploads(id)
          this.#renew.run(file.sizeBytes, `${file.mtimeNs}`, `${file.ino}`, status, work, null, id)
          renewed.push(id)
        }
      }
    })
    return { added, renewed, known }
  }

  /** A path that could not be taken gets a row of its own with the reason. One that is in the queue already keeps its row. */
  addRefused(
    collectionId: string,
    refused: ReadonlyArray<{ path: string; relativePath: string; problem: Problem }>
  ): ReadonlyArray<string> {
    return inTransaction(this.#db, () => {
      let number = Number(this.#selectLastNumber.get(collectionId)?.['last'] ?? 0)
      return refused.flatMap(({ path, relativePath, problem }) => {
        const row = this.#selectByPath.get(collectionId, path)
        const id = row ? String(row['id']) : randomUUID()
        if (row && row['status'] !== 'failed') return []
        number += 1
        const name = naturalKey(relativePath)
        if (!row) this.#insert.run(id, collectionId, number, path, relativePath, name, 0, '0', '0', 'failed', null)
        this.#setStatus.run('failed', null, JSON.stringify(problem), id)
        return [id]
      })
    })
  }

  /** Whether that version of the file is in the collection already, whatever became of it. */
  has(collectionId: string, file: FrameFile): boolean {
    const row = this.#selectByPath.get(collectionId, file.path)
    return row !== undefined && isSameVersion(row, file)
  }

  findByPath(collectionId: string, path: string): Frame | null {
    const row = this.#selectByPath.get(collectionId, path)
    return row ? toFrame(row) : null
  }

  /** @returns null if there is no such frame. */
  statusOf(id: string): FrameStatus | null {
    const status = this.#selectStatus.get(id)?.['status']
    return frameStatuses.find((name) => name === status) ?? null
  }

  /** Those of the frames that have one of the statuses. */
  among(ids: ReadonlyArray<string>, statuses: ReadonlyArray<FrameStatus>): ReadonlySet<string> {
    if (ids.length === 0) return new Set()
    const rows = this.#selectAmong.all(JSON.stringify(ids), JSON.stringify(statuses))
    return new Set(rows.map((row) => String(row['id'])))
  }

  find(id: string): Frame | null {
    const row = this.#selectById.get(id)
    return row ? toFrame(row) : null
  }

  /** The order in which what waits goes from now on. */
  setOrder(order: TurnOrder): void {
    this.#turns.setOrder(order)
  }

  /**
   * The next frames to prepare among the collections this session has claimed; they are not given out again.
   *
   * @param held Frames to pass over.
   * @param away Collections to pass over.
   */
  takeToPrepare(
    session: string,
    held: ReadonlyArray<string>,
    limit: number,
    away: ReadonlyArray<string> = []
  ): ReadonlyArray<Frame> {
    return inTransaction(this.#db, () => {
      const taken: Frame[] = []
      while (taken.length < limit) {
        const next = this.#turns.next(session, held, away, limit - taken.length).map(toFrame)
        if (next.length === 0) break
        for (const { id } of next) this.#clearWork.run(id)
        taken.push(...next)
      }
      return taken
    })
  }

  /** For a frame that has no uploads: with uploads its status follows from theirs. */
  setStatus(id: string, status: FrameStatus, problem: Problem | null): void {
    this.#setStatus.run(status, null, problem && JSON.stringify(problem), id)
  }

  /** A person wants none of it sent: its uploads go, its objects and proofs stay. */
  forsake(id: string): void {
    inTransaction(this.#db, () => {
      this.#forgetUploads(id)
      this.#setStatus.run('cancelled', null, null, id)
    })
  }

  /** Its file was deleted before anything of it arrived. Should a file come there again, it is a new version. */
  noteDeleted(id: string, problem: Problem): void {
    inTransaction(this.#db, () => {
      this.#forgetUploads(id)
      this.#setDeleted.run(JSON.stringify(problem), id)
    })
  }

  /** Starts a frame from the beginning: its uploads go, its objects and proofs stay. */
  restart(id: string): void {
    inTransaction(this.#db, () => {
      this.#forgetUploads(id)
      this.#queuePrepare.run(id)
    })
  }

  /** The file is being written: its uploads go, its objects and proofs stay, until it stands still. */
  settle(id: string): void {
    inTransaction(this.#db, () => {
      this.#forgetUploads(id)
      this.#setStatus.run('settling', null, null, id)
    })
  }

  /** Starts a frame from the beginning, for a new version of the file on disk. */
  renew(id: string, file: Pick<FrameFile, 'sizeBytes' | 'mtimeNs' | 'ino'>): void {
    inTransaction(this.#db, () => {
      this.#forgetUploads(id)
      this.#renew.run(file.sizeBytes, `${file.mtimeNs}`, `${file.ino}`, 'waiting', 'prepare', null, id)
    })
  }

  /**
   * Unfinished multipart uploads go to the orphans. Keys become free: if the new version has the same bytes it finds
   * itself there, and if not the condition of the write stands guard over what is in the bucket.
   */
  #forgetUploads(id: string): void {
    this.#orphanMultiparts.run(id)
    this.#releaseKeys.run(id)
    this.#dropUploads.run(id)
    this.leftOut.drop(id)
  }

  setPrepared(id: string, facts: FrameFacts, sha256: string | null, status: FrameStatus): void {
    this.#setPrepared.run(JSON.stringify(facts), sha256, status, id)
  }

  /** The rules leave the frame out: nothing of it is sent until `restart`. @param facts Null if it was not opened. */
  leaveOut(id: string, facts: FrameFacts | null, reason: string): void {
    inTransaction(this.#db, () => {
      this.#setPrepared.run(facts && JSON.stringify(facts), null, 'cancelled', id)
      this.leftOut.put(id, reason)
    })
  }

  /** The file lies elsewhere in its collection now: its move is over. It keeps its shot and its place in the queue. */
  setPlace(id: string, { path, relativePath }: Pick<FrameFile, 'path' | 'relativePath'>): void {
    inTransaction(this.#db, () => {
      this.#setPlace.run(path, relativePath, id)
      this.moves.drop(id)
    })
  }

  /** Frames that are done and do not lie below a folder of the collection's root. */
  doneOutside(collectionId: string, folder: string): ReadonlyArray<string> {
    return this.#selectDoneOutside.all(collectionId, folder).map((row) => String(row['id']))
  }

  setSha256(id: string, sha256: string): void {
    this.#setSha256.run(sha256, id)
  }

  /** After a start: frames of the collection that the last engine was preparing get their turn again. */
  recover(collectionId: string): void {
    this.#recover.run(collectionId)
  }

  page(collectionId: string | null, filter: QueueFilter, offset: number, limit: number) {
    const { where, values } = this.#whereOf({ collectionId, filter })
    const total = this.#db.prepare(`SELECT count(*) AS total FROM frames WHERE ${where}`).get(...values)
    const rows = this.#db.prepare(`SELECT * FROM frames WHERE ${where} ORDER BY seq LIMIT ? OFFSET ?`)
    return { total: Number(total?.['total'] ?? 0), frames: rows.all(...values, limit, offset).map(toFrame) }
  }

  /** Frames of the shots that have one the filter shows, shot by shot; `total` and `limit` are of shots. */
  shotPage(collectionId: string | null, filter: QueueFilter, offset: number, limit: number) {
    const { where, values, isOfFrames } = this.#whereOf({ collectionId, filter })
    const ofShots = isOfFrames ? `frame_seq IN (SELECT seq FROM frames WHERE ${where})` : where
    return this.shots.page(ofShots, values, offset, limit)
  }

  /** Ids in the order of the queue. */
  ids(selection: FrameSelection, offset = 0, limit = -1): ReadonlyArray<string> {
    if ('ids' in selection) {
      const named = this.#selectNamed.all(JSON.stringify(selection.ids))
      return named.map((row) => String(row['id']))
    }
    const { where, values } = this.#whereOf(selection)
    const rows = this.#db.prepare(`SELECT id FROM frames WHERE ${where} ORDER BY seq LIMIT ? OFFSET ?`)
    return rows.all(...values, limit, offset).map((row) => String(row['id']))
  }

  /**
   * Frames and bytes by collection and status, of all collections that are not removed. What the rules leave out is not
   * among them.
   */
  counts(): ReadonlyArray<StatusCount> {
    return this.#counts.all().flatMap((row): StatusCount[] => {
      const collectionId = String(row['collection_id'])
      const status = String(row['status']) as FrameStatus
      if (status !== 'cancelled') {
        return [{ collectionId, status, frames: Number(row['frames']), bytes: Number(row['bytes']) }]
      }
      const frames = Number(row['frames']) - this.leftOut.count(collectionId)
      return frames > 0 ? [{ collectionId, status, frames, bytes: 0 }] : []
    })
  }

  /** @returns SQL about frames; `isOfFrames`: about more of them than their collection. */
  #whereOf({ collectionId, filter }: { readonly collectionId: string | null; readonly filter: QueueFilter }) {
    const statuses = filter === 'all' ? [] : FILTERS[filter]
    const byStatus = statuses.length === 0 ? '' : ` AND status IN (${statuses.map(() => '?').join(', ')})`
    const mayBeLeftOut = statuses.length === 0 || statuses.includes('cancelled')
    const rest = byStatus + (mayBeLeftOut && this.leftOut.hasAny() ? NOT_LEFT_OUT : '')
    const isOfFrames = rest !== ''
    return collectionId === null
      ? { where: VISIBLE + rest, values: [...statuses], isOfFrames }
      : { where: `collection_id = ?${rest}`, values: [collectionId, ...statuses], isOfFrames }
  }
}
