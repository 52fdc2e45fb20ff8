import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { inTransaction } from './openCatalog.ts'

/** Which frames have a small picture on disk, and what it looks like in a few bytes. */
export class CatalogThumbs {
  readonly #db: DatabaseSync
  readonly #setPreview: StatementSync
  readonly #clearPreview: StatementSync
  readonly #put: StatementSync
  readonly #select: StatementSync
  readonly #selectBelow: StatementSync
  readonly #selectPreview: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#setPreview = db.prepare('UPDATE frames SET has_preview = 1 WHERE id = ?')
    this.#clearPreview = db.prepare('UPDATE frames SET has_preview = 0 WHERE id = ? AND has_preview = 1')
    this.#put = db.prepare('INSERT OR REPLACE INTO thumbs (frame_id, hash) VALUES (?, ?)')
    this.#select = db.prepare('SELECT hash FROM thumbs WHERE frame_id = ?')
    this.#selectPreview = db.prepare('SELECT has_preview FROM frames WHERE id = ?')
    this.#selectBelow = db.prepare('SELECT id FROM frames WHERE id >= ? AND id < ? AND has_preview = 1')
  }

  /** Its small picture is on disk. @param hash ThumbHash of it, base64. */
  put(frameId: string, hash: string): void {
    inTransaction(this.#db, () => {
      this.#setPreview.run(frameId)
      this.#put.run(frameId, hash)
    })
  }

  /** The small pictures are gone, or are about to be; what they look like is still known. @returns those that had one. */
  lose(frameIds: ReadonlyArray<string>): ReadonlyArray<string> {
    return inTransaction(this.#db, () => frameIds.filter((id) => this.#clearPreview.run(id).changes > 0))
  }

  hasPreview(frameId: string): boolean {
    return this.#selectPreview.get(frameId)?.['has_preview'] === 1
  }

  /** @returns null where none was made of this version of the file. */
  hashOf(frameId: string): string | null {
    const hash = this.#select.get(frameId)?.['hash']
    return typeof hash === 'string' ? hash : null
  }

  /** Frames said to have a small picture on disk whose ids begin so. @param prefix Hexadecimal digits, lower case. */
  withPreviewBelow(prefix: string): ReadonlyArray<string> {
    // "g" comes after all that a UUID is written with.
    return this.#selectBelow.all(prefix, `${prefix}g`).map((row) => String(row['id']))
  }
}
