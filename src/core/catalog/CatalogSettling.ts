import { randomUUID } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { FrameFile } from '../files/FrameFile.ts'
import { naturalKey } from '../files/naturalOrder.ts'
import { inTransaction } from './openCatalog.ts'

/** A row of a file that was never taken: whatever version of the file comes is another one. */
const NEVER_TAKEN = "mtime_ns = '0' AND inode = '0'"

/**
 * Rows of files that are still being written, so that they are seen in the queue before they can be taken. When one is
 * taken (`CatalogFrames.addMany`) its row goes on as the frame's, under the same id.
 */
export class CatalogSettling {
  readonly #db: DatabaseSync
  readonly #select: StatementSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #drop: StatementSync
  readonly #dropAll: StatementSync
  readonly #giveUp: StatementSync
  readonly #adopt: StatementSync
  readonly #noteSize: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#select = db.prepare(
      `SELECT id, size_bytes, status, ${NEVER_TAKEN} AS is_never_taken FROM frames WHERE collection_id = ? AND path = ?`
    )
    this.#insert = db.prepare(
      `INSERT INTO frames
         (id, collection_id, number, path, relative_path, name_key, size_bytes, mtime_ns, inode, status)
       VALUES ($id, $collectionId, (SELECT coalesce(max(number), 0) + 1 FROM frames WHERE collection_id = $collectionId),
         $path, $relativePath, $nameKey, $sizeBytes, '0', '0', 'settling')`
    )
    this.#update = db.prepare("UPDATE frames SET status = 'settling', size_bytes = ?, problem = NULL WHERE id = ?")
    this.#drop = db.prepare(
      `DELETE FROM frames WHERE collection_id = ? AND path = ? AND status = 'settling' AND ${NEVER_TAKEN}`
    )
    this.#dropAll = db.prepare(`DELETE FROM frames WHERE collection_id = ? AND status = 'settling' AND ${NEVER_TAKEN}`)
    this.#giveUp = db.prepare(
      `UPDATE frames SET status = 'failed' WHERE collection_id = ? AND path = ? AND status = 'settling' AND ${NEVER_TAKEN}`
    )
    this.#noteSize = db.prepare(
      `UPDATE frames SET size_bytes = ? WHERE collection_id = ? AND path = ? AND status = 'failed' AND ${NEVER_TAKEN}`
    )
    this.#adopt = db.prepare(
      `UPDATE frames SET size_bytes = ?, mtime_ns = ?, inode = ?
       WHERE collection_id = ? AND path = ? AND status IN ('paused', 'cancelled') AND problem IS NULL AND ${NEVER_TAKEN}`
    )
  }

  /**
   * Shows files as being written. One whose file was taken before keeps its row as it is: what is true of the version in
   * the bucket stays true until the new one is whole.
   *
   * @returns the rows that are new or look different.
   */
  show(
    collectionId: string,
    files: ReadonlyArray<Pick<FrameFile, 'path' | 'relativePath' | 'sizeBytes'>>
  ): ReadonlyArray<string> {
    return inTransaction(this.#db, () =>
      files.flatMap(({ path, relativePath, sizeBytes }) => {
        const row = this.#select.get(collectionId, path)
        if (!row) {
          const id = randomUUID()
          const nameKey = naturalKey(relativePath)
          this.#insert.run({
            $id: id,
            $collectionId: collectionId,
            $path: path,
            $relativePath: relativePath,
            $nameKey: nameKey,
            $sizeBytes: sizeBytes
          })
          return [id]
        }
        const isShown = row['status'] === 'settling' && row['size_bytes'] === sizeBytes
        const isOurs = row['is_never_taken'] === 1 && (row['status'] === 'settling' || row['status'] === 'failed')
        if (!isOurs || isShown) return []
        this.#update.run(sizeBytes, String(row['id']))
        return [String(row['id'])]
      })
    )
  }

  /** These went away before they were whole: a temporary file has had its day. */
  hide(collectionId: string, paths: Iterable<string>): void {
    inTransaction(this.#db, () => {
      for (const path of paths) this.#drop.run(collectionId, path)
    })
  }

  /** After a start, before anything is shown: what an earlier run was waiting for is found again by the scan. */
  hideAll(collectionId: string): void {
    this.#dropAll.run(collectionId)
  }

  /** These will not be taken. To be called before `CatalogFrames.addRefused` says why. */
  giveUp(collectionId: string, paths: Iterable<string>): void {
    inTransaction(this.#db, () => {
      for (const path of paths) this.#giveUp.run(collectionId, path)
    })
  }

  /** How large a file is that was refused since it is not on this computer; without it a retry would take it for empty. */
  noteSize(collectionId: string, path: string, sizeBytes: number): void {
    this.#noteSize.run(sizeBytes, collectionId, path)
  }

  /** Notes the whole files behind rows that a person has paused or cancelled while they were written: so they stay. */
  adopt(collectionId: string, files: ReadonlyArray<FrameFile>): void {
    inTransaction(this.#db, () => {
      for (const { path, sizeBytes, mtimeNs, ino } of files) {
        this.#adopt.run(sizeBytes, `${mtimeNs}`, `${ino}`, collectionId, path)
      }
    })
  }
}
