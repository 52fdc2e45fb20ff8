import { DatabaseSync } from 'node:sqlite'
import { isBusy, toCatalogError } from './toCatalogError.ts'

/**
 * `shared`: works with the catalog, beside others. `leading`: beside others too, but no second one leads. `alone`:
 * nobody else has the catalog.
 */
export type HoldKind = 'shared' | 'leading' | 'alone'

/** A lock on a catalog. The system takes it back from a process that ends, however it ends. */
export type Hold = { release(): void }

/**
 * SQLite's own locks on a file that holds nothing: SHARED, RESERVED and EXCLUSIVE go together exactly as our three
 * kinds do, on all systems, and no crash, no process id in use again and no wrong clock can leave one behind.
 *
 * @see https://sqlite.org/lockingv3.html
 */
const LOCKS: Record<HoldKind, string> = {
  shared: 'BEGIN; SELECT 1 FROM sqlite_schema',
  leading: 'BEGIN IMMEDIATE',
  alone: 'BEGIN EXCLUSIVE'
}

/**
 * @param path Of the catalog; the lock lies beside it.
 * @param waitMs How long to wait for others, who may be about to end.
 * @returns null if somebody's hold stands against it.
 * @throws AppError `file-unreadable`, `disk-full`.
 */
export function holdCatalog(path: string, kind: HoldKind, waitMs: number): Hold | null {
  const lockPath = `${path}.lock`
  let db: DatabaseSync | null = null
  try {
    db = new DatabaseSync(lockPath, { timeout: waitMs })
    db.exec(LOCKS[kind])
    const held = db
    return { release: () => held.close() }
  } catch (error) {
    db?.close()
    if (isBusy(error)) return null
    throw toCatalogError(error, lockPath)
  }
}
