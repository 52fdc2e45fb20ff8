import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { z } from 'zod'
import type { FrameFile } from '../files/FrameFile.ts'

/** A drop's places, each with its volume, stand as JSON where a watched folder has its one volume. */
const placesSchema = z.preprocess(parseJson, z.array(z.tuple([z.string(), z.string()])))

const WAITING = "status IN ('waiting', 'working')"
const UNFINISHED = "status NOT IN ('done', 'cancelled')"
/** The place is given with a separator at its end. */
const BELOW = 'substr(path, 1, length(?2)) = ?2'

/** What the folders of collections lay on when they were last seen, so that another card is not taken for the same. */
export class CatalogVolumes {
  readonly #select: StatementSync
  readonly #put: StatementSync
  readonly #drop: StatementSync
  readonly #selectFrame: StatementSync
  readonly #selectWaiting: StatementSync
  readonly #selectWaitingBelow: StatementSync
  readonly #selectUnfinishedBelow: StatementSync
  readonly #selectSomeBelow: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT volume FROM volumes WHERE collection_id = ?')
    this.#put = db.prepare(
      `INSERT INTO volumes (collection_id, volume) VALUES (?, ?)
       ON CONFLICT (collection_id) DO UPDATE SET volume = excluded.volume`
    )
    this.#drop = db.prepare('DELETE FROM volumes WHERE collection_id = ?')
    this.#selectFrame = db.prepare("SELECT 1 FROM frames WHERE collection_id = ? AND mtime_ns <> '0' LIMIT 1")
    this.#selectWaiting = db.prepare(`SELECT 1 FROM frames WHERE collection_id = ? AND ${WAITING} LIMIT 1`)
    const below = (what: string) => `FROM frames WHERE collection_id = ?1 AND ${what} AND ${BELOW}`
    this.#selectWaitingBelow = db.prepare(`SELECT 1 ${below(WAITING)} LIMIT 1`)
    this.#selectUnfinishedBelow = db.prepare(`SELECT 1 ${below(UNFINISHED)} LIMIT 1`)
    this.#selectSomeBelow = db.prepare(
      `SELECT path, size_bytes, mtime_ns ${below("mtime_ns <> '0'")} ORDER BY random() LIMIT ?3`
    )
  }

  /** @returns null if nothing is known. */
  recall(collectionId: string): string | null {
    const row = this.#select.get(collectionId)
    return row ? String(row['volume']) : null
  }

  remember(collectionId: string, volume: string): void {
    this.#put.run(collectionId, volume)
  }

  /** Whatever the folder lies on next is the right one. */
  forget(collectionId: string): void {
    this.#drop.run(collectionId)
  }

  /** Whether any file of the collection was ever taken. */
  hasFrames(collectionId: string): boolean {
    return this.#selectFrame.get(collectionId) !== undefined
  }

  /** Of a drop: by place, what lay there. What does not parse is as if it had never been known. */
  recallPlaces(collectionId: string): ReadonlyMap<string, string> {
    return new Map(placesSchema.safeParse(this.recall(collectionId)).data)
  }

  rememberPlaces(collectionId: string, volumes: ReadonlyMap<string, string>): void {
    this.remember(collectionId, JSON.stringify([...volumes]))
  }

  /** Whether anything of the collection has yet to be read. */
  hasWaiting(collectionId: string): boolean {
    return this.#selectWaiting.get(collectionId) !== undefined
  }

  /** Whether anything below a folder has yet to be read. @param place Ends in a separator. */
  hasWaitingBelow(collectionId: string, place: string): boolean {
    return this.#selectWaitingBelow.get(collectionId, place) !== undefined
  }

  /** The same with what a person may still want to be read: what is paused, or needs them. */
  hasUnfinishedBelow(collectionId: string, place: string): boolean {
    return this.#selectUnfinishedBelow.get(collectionId, place) !== undefined
  }

  /** Some of all files that were ever taken from below a folder, others each time. @param place Ends in a separator. */
  someBelow(
    collectionId: string,
    place: string,
    limit: number
  ): ReadonlyArray<Pick<FrameFile, 'path' | 'sizeBytes' | 'mtimeNs'>> {
    return this.#selectSomeBelow.all(collectionId, place, limit).map((row) => ({
      path: String(row['path']),
      sizeBytes: Number(row['size_bytes']),
      mtimeNs: BigInt(String(row['mtime_ns']))
    }))
  }
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return null
  }
}
