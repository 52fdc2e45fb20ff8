import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import firstLight from './migrations/0001-first-light.ts'

/** Numbered from 1 by place; unchanged once released. `PRAGMA user_version` says how many a file has had. */
export const migrations: ReadonlyArray<string> = [firstLight]

/**
 * Opens the catalog, making or migrating it.
 *
 * WAL with `synchronous=NORMAL`: a kill of the process loses nothing that was committed; a power cut may lose the last
 * commits, never the file, and what it loses is found again by looking into the bucket.
 *
 * @throws AppError `already-running` if the file stays locked for ten seconds; `internal` if a newer Silverdrop wrote it.
 */
export function openCatalog(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true })
  const db = new DatabaseSync(path)
  db.exec(
    'PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON'
  )
  migrate(db, path)
  return db
}

function migrate(db: DatabaseSync, path: string): void {
  inTransaction(db, () => {
    const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
    if (version > migrations.length) {
      throw new AppError('internal', `${path} was written by a newer Silverdrop (catalog version ${version})`)
    }
    for (const sql of migrations.slice(version)) db.exec(sql)
    db.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

/** Runs `act` as one transaction: all of it is kept or nothing. Inside another it is part of that one. */
export function inTransaction<T>(db: DatabaseSync, act: () => T): T {
  if (db.isTransaction) return act()
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = act()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
