import { renameSync, rmSync, statSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import type { CatalogDatabase } from './CatalogDatabase.ts'
import { backupPathOf } from './mendCatalog.ts'

const DAY_MS = 24 * 60 * 60_000

/** A step of copying, some 2 MiB: other work goes on between two of them. */
const PAGES_AT_ONCE = 500

/** Keeps a copy of the catalog that is at most about a day old, for what a damaged one cannot give back. */
export class CatalogBackup {
  readonly #db: CatalogDatabase
  readonly #path: string
  #running: Promise<void> | null = null
  #isClosed = false

  /** @param path Of the catalog; the copy lies beside it. */
  constructor(db: CatalogDatabase, path: string) {
    this.#db = db
    this.#path = backupPathOf(path)
  }

  /**
   * Copies the catalog if the last copy is a day old: 1.4 s for 100,000 frames, mostly beside the thread. The new copy
   * takes the place of the old one only if it is sound; checking it holds the thread for a third of a second then.
   *
   * What goes wrong is not told: the old copy stays, and the next turn tries again. But damage that the check finds is
   * damage of the catalog.
   */
  async makeIfDue(nowMs: number): Promise<void> {
    const madeAtMs = statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (this.#running || this.#isClosed || Math.abs(nowMs - madeAtMs) < DAY_MS) return
    this.#running = this.#make().catch(() => {})
    await this.#running
    this.#running = null
  }

  /** Ends a copy under way. To be waited for before the catalog is closed. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  async #make(): Promise<void> {
    const halfPath = `${this.#path}.new`
    rmSync(halfPath, { force: true })
    await backup(this.#db, halfPath, {
      rate: PAGES_AT_ONCE,
      progress: () => {
        if (this.#isClosed) throw new Error('The catalog is being closed')
      }
    })
    const copy = new DatabaseSync(halfPath)
    const fault = faultOf(copy)
    copy.close()
    if (fault === null) renameSync(halfPath, this.#path)
    else if (faultOf(this.#db) !== null) this.#db.onDamage(new AppError('record-damaged', fault))
  }
}

/** What SQLite finds wrong with a database, or null. */
function faultOf(db: DatabaseSync): string | null {
  const found = String(db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'])
  return found === 'ok' ? null : found
}
