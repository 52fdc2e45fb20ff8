import { DatabaseSync } from 'node:sqlite'

/**
 * Takes a lock that only one process can hold and that ends with it, however it ends. An SQLite file is used for its
 * lock alone: Node has no other lock that the system takes back from a killed process on all of its platforms.
 *
 * @returns false if another living process holds it.
 */
export function holdLock(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false
    throw error
  }
  held.add(database)
  return true
}

/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5

/** Locks end when their database is collected, so it is kept. */
const held = new Set<DatabaseSync>()
