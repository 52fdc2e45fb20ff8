import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import { CatalogDatabase } from './CatalogDatabase.ts'
import firstLight from './migrations/0001-first-light.ts'
import turns from './migrations/0002-turns.ts'
import openings from './migrations/0003-openings.ts'
import engines from './migrations/0004-engines.ts'
import volumes from './migrations/0005-volumes.ts'
import shots from './migrations/0006-shots.ts'
import folders from './migrations/0007-folders.ts'
import thumbhash from './migrations/0008-thumbhash.ts'
import { isBusy, toCatalogError } from './toCatalogError.ts'

/** How long another process may keep the catalog locked. */
const BUSY_MS = 10_000

/** Numbered from 1 by place; unchanged once released. `PRAGMA user_version` says how many a file has had. */
export const migrations: ReadonlyArray<string> = [
  firstLight,
  turns,
  openings,
  engines,
  volumes,
  shots,
  folders,
  thumbhash
]

/**
 * Opens the catalog, making or migrating it.
 *
 * WAL with `synchronous=NORMAL`: a kill of the process loses nothing that was committed; a power cut may lose the last
 * commits, never the file, and what it loses is found again by looking into the bucket.
 *
 * @param toVersion How far an older catalog is migrated: less than all only to take over rows of that version.
 * @throws AppError `already-running` if the file stays locked for ten seconds; `internal` if a newer Silverdrop wrote
 *   it; `record-damaged` if it is no catalog (any more); `disk-full`, `file-unreadable`.
 */
export function openCatalog(path: string, toVersion = migrations.length): CatalogDatabase {
  let db: CatalogDatabase | null = null
  try {
    mkdirSync(dirname(path), { recursive: true })
    db = new CatalogDatabase(path)
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    switchToWal(db)
    db.exec('PRAGMA synchronous = NORMAL')
    // 64 MiB of log: each checkpoint waits for the disk, and a busy queue would make one every few hundred frames.
    // 16 MiB of pages: with the 2 MiB that SQLite starts with, a queue of 5,000 reads its own indexes again and again.
    db.exec('PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 16000; PRAGMA cache_size = -16384')
    migrate(db, path, toVersion)
    return db
  } catch (error) {
    db?.close()
    throw toCatalogError(error, path)
  }
}

/** SQLite does not wait for the lock that this switch takes, and two processes may make one catalog together. */
function switchToWal(db: DatabaseSync): void {
  const untilMs = Date.now() + BUSY_MS
  for (;;) {
    try {
      db.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > untilMs) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10) // a pause, in ms
    }
  }
}

function migrate(db: DatabaseSync, path: string, toVersion: number): void {
  inTransaction(db, () => {
    const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
    if (version > migrations.length) {
      throw new AppError('internal', `${path} was written by a newer Silverdrop (catalog version ${version})`)
    }
    for (const sql of migrations.slice(version, toVersion)) db.exec(sql)
    db.exec(`PRAGMA user_version = ${Math.max(version, toVersion)}`)
  })
}

/**
 * Runs `act` as one transaction: all of it is kept or nothing. Inside another it is part of that one.
 *
 * @throws what `act` throws; AppError `disk-full`, `already-running` for what the catalog's file did.
 */
export function inTransaction<T>(db: DatabaseSync, act: () => T): T {
  if (db.isTransaction) return act()
  try {
    db.exec('BEGIN IMMEDIATE')
    const result = act()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw toCatalogError(error, db.location() ?? 'The catalog')
  }
}
