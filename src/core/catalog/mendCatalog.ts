import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { AppError } from '../../shared/errors.ts'
import { toFileError } from '../files/toFileError.ts'
import { openCatalog } from './openCatalog.ts'
import { countRows, type Salvage, salvageCatalog } from './salvageCatalog.ts'

/** A damaged catalog was replaced by one with all that could be read of it. */
export type Mended = Salvage & {
  /** Where the damaged file is kept, with its log beside it. */
  readonly asideAt: string
}

/** SQLite keeps these beside a database while it is open, and after a crash. */
const COMPANIONS = ['-wal', '-shm']

/** Beside the catalog: an older copy of it. */
export function backupPathOf(path: string): string {
  return path.replace(/\.sqlite$/, '.backup.sqlite')
}

/** Damage was met while the catalog was in use: the next start mends it, whatever a check says. */
export function markDamaged(path: string): void {
  try {
    writeFileSync(markOf(path), '')
  } catch {
    // On a disk that takes nothing more the damage is met again, and marked then.
  }
}

/** What can be told without opening it: damage was met, mending was cut off, or a file that held rows is empty now. */
export function isKnownDamaged(path: string): boolean {
  if (existsSync(markOf(path)) || existsSync(mendedOf(path))) return true
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.size === 0 && [`${path}-wal`, backupPathOf(path)].some((other) => sizeOf(other) > 0)
}

/**
 * Replaces a damaged catalog. Its file is never changed or deleted, but renamed. May be cut off at any line: running it
 * again finishes the job. The caller holds the catalog alone.
 *
 * @returns null if the catalog is sound: another process has mended it meanwhile.
 * @throws AppError `disk-full`, `file-unreadable`; `internal` if a newer Silverdrop wrote it.
 */
export function mendCatalog(path: string): Mended | null {
  try {
    return mend(path)
  } catch (error) {
    throw error instanceof AppError ? error : toFileError(error, path)
  }
}

function mend(path: string): Mended | null {
  const mendedPath = mendedOf(path)
  const halfPath = `${path}.mending`
  let salvage: Salvage | null = null
  if (!existsSync(mendedPath)) {
    if (!isKnownDamaged(path) && isSound(path)) return null
    for (const suffix of ['', ...COMPANIONS]) rmSync(halfPath + suffix, { force: true })
    salvage = salvageCatalog(path, backupPathOf(path), halfPath)
    renameSync(halfPath, mendedPath)
  }
  // The new file comes last: beside the log of the old one SQLite would take that log for its own.
  const asideAt = `${path}.damaged-${timeOf(mendedPath)}`
  for (const suffix of [...COMPANIONS, '']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, asideAt + suffix)
  }
  rmSync(markOf(path), { force: true })
  renameSync(mendedPath, path)
  return { ...(salvage ?? describeMended(path)), asideAt }
}

function isSound(path: string): boolean {
  try {
    const db = openCatalog(path)
    try {
      return db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok'
    } finally {
      db.close()
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'record-damaged') return false
    throw error
  }
}

/** Of a mending that was cut off nobody remembers whether it lost anything. */
function describeMended(path: string): Salvage {
  const db = openCatalog(path)
  try {
    return { ...countRows(db), isWhole: false }
  } finally {
    db.close()
  }
}

function markOf(path: string): string {
  return `${path}.is-damaged`
}

function mendedOf(path: string): string {
  return `${path}.mended`
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** When the file was written, for a name: the same however often it is asked. No colons, for Windows. */
function timeOf(path: string): string {
  return statSync(path).mtime.toISOString().replaceAll(/[:.]/g, '-')
}
