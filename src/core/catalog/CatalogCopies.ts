import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Upload, UploadWork } from './records.ts'
import { isDamaged, workOf } from './uploadRow.ts'

/**
 * Originals wait for the copies of their frame, which are made in well under a second: why one could not be made belongs
 * into the metadata of the original, and that is written with the object. They do not wait for a copy that is paused or to
 * be tried again later: a full disk has no room for copies, and keeps no original back.
 */
export class CatalogCopies {
  readonly #selectUnmade: StatementSync
  readonly #release: StatementSync
  readonly #releaseQuiet: StatementSync
  readonly #releaseAll: StatementSync
  readonly #releaseAllQuiet: StatementSync

  constructor(db: DatabaseSync) {
    this.#selectUnmade = db.prepare(
      `SELECT 1 FROM uploads WHERE frame_id = ? AND output_id <> 'original' AND spool_path IS NULL
       AND status IN ('waiting', 'rendering') LIMIT 1`
    )
    this.#release = db.prepare("UPDATE uploads SET work = 'send' WHERE frame_id = ? AND work = 'copies'")
    this.#releaseQuiet = db.prepare(
      `UPDATE quiet_uploads SET work = 'send'
       WHERE work = 'copies' AND upload_id IN (SELECT id FROM uploads WHERE frame_id = ?)`
    )
    const ofSameEngine = `collection_id IN (SELECT collection_id FROM claims WHERE session =
       (SELECT session FROM claims JOIN uploads USING (collection_id) WHERE uploads.id = ?))`
    this.#releaseAll = db.prepare(`UPDATE uploads SET work = 'send' WHERE work = 'copies' AND ${ofSameEngine}`)
    this.#releaseAllQuiet = db.prepare(
      `UPDATE quiet_uploads SET work = 'send' WHERE work = 'copies' AND ${ofSameEngine}`
    )
  }

  /** What an upload of the catalog waits for, were it `work` without the copies of its frame. */
  workBeside(upload: Upload, work: UploadWork): UploadWork {
    return work === 'send' && isWaitingOriginal(upload) && this.#areUnmade(upload.frameId) ? 'copies' : work
  }

  /** To be told of each copy that has changed: once the last one is made, or cannot be, the original goes. */
  noteCopy(copy: Upload): void {
    const isOriginal = copy.output.kind === 'original' && !isDamaged(copy) // of what does not parse nobody knows what it is
    if (isOriginal || isUnmade(copy) || this.#areUnmade(copy.frameId)) return
    this.#release.run(copy.frameId)
    this.#releaseQuiet.run(copy.frameId)
  }

  /** No copy can be made for now, as this one cannot: no original waits for one in the collections of the same engine. */
  letOriginalsGo({ id }: Upload): void {
    this.#releaseAll.run(id)
    this.#releaseAllQuiet.run(id)
  }

  #areUnmade(frameId: string): boolean {
    return this.#selectUnmade.get(frameId) !== undefined
  }
}

/** What an upload that is new waits for. @param all Of its frame. */
export function firstWorkOf(upload: Upload, all: ReadonlyArray<Upload>): UploadWork {
  const work = workOf(upload)
  return work === 'send' && isWaitingOriginal(upload) && all.some(isUnmade) ? 'copies' : work
}

function isWaitingOriginal({ output, state }: Upload): boolean {
  return output.kind === 'original' && (state.kind === 'waiting' || state.kind === 'retrying')
}

function isUnmade({ output, spoolPath, state: { kind } }: Upload): boolean {
  return output.kind === 'rendition' && spoolPath === null && (kind === 'waiting' || kind === 'rendering')
}
