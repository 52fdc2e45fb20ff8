import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import type { CatalogDatabase } from './CatalogDatabase.ts'
import { type Hold, type HoldKind, holdCatalog } from './holdCatalog.ts'
import { isKnownDamaged, type Mended, markDamaged, mendCatalog } from './mendCatalog.ts'
import { openCatalog } from './openCatalog.ts'

export type TakenCatalog = {
  readonly db: CatalogDatabase
  /** What was done about a catalog that was damaged; null in most lives. */
  readonly mended: Mended | null
  /** Closes the catalog and lets go of it. */
  close(): void
}

type Options = {
  /** Whether this engine takes up all collections: of those there is one. Others share the catalog with it. */
  readonly leads: boolean
  /** Damage was met in use, and is mended at the next start. Nothing more should be written. */
  readonly onDamage: (error: AppError) => void
}

/** An engine that was told to end, or whose window was closed, takes a moment. */
const WAIT_FOR_ENGINES_MS = 3_000
/** Mending reads and writes all there is. */
const WAIT_FOR_MENDING_MS = 30_000

/**
 * Opens the catalog for an engine, and mends it first where it is damaged.
 *
 * @throws AppError `already-running` if another engine leads, or works on a catalog that must be mended; what
 *   `openCatalog` throws but `record-damaged`.
 */
export function takeCatalog(path: string, options: Options): TakenCatalog {
  makeFolderOf(path)
  const first = tryToTake(path, options)
  if (first) return { ...first, mended: null }
  const alone = requireHold(path, 'alone', WAIT_FOR_ENGINES_MS)
  const mended = callThenRelease(alone, () => mendCatalog(path))
  const second = tryToTake(path, options)
  if (second) return { ...second, mended }
  throw new AppError('file-unreadable', `${path} was mended and is damaged again: the disk may be failing`)
}

/** @returns null where the catalog is damaged. */
function tryToTake(path: string, { leads, onDamage }: Options): Omit<TakenCatalog, 'mended'> | null {
  const hold = leads
    ? requireHold(path, 'leading', WAIT_FOR_ENGINES_MS)
    : requireHold(path, 'shared', WAIT_FOR_MENDING_MS)
  try {
    const db = isKnownDamaged(path) ? null : openSound(path, leads)
    if (!db) {
      hold.release()
      return null
    }
    db.onDamage = (error) => {
      markDamaged(path)
      onDamage(error)
    }
    return {
      db,
      close: () => {
        db.close()
        hold.release()
      }
    }
  } catch (error) {
    hold.release()
    throw error
  }
}

function openSound(path: string, leads: boolean): CatalogDatabase | null {
  let db: CatalogDatabase | null = null
  try {
    db = openCatalog(path)
    if (leads) noteLead(db)
    return db
  } catch (error) {
    db?.close()
    if (error instanceof AppError && error.code === 'record-damaged') return null
    throw error
  }
}

function requireHold(path: string, kind: HoldKind, waitMs: number): Hold {
  const hold = holdCatalog(path, kind, waitMs)
  if (hold) return hold
  const pid = leadingPid(path)
  const who = pid === null ? 'Another Silverdrop' : `Another Silverdrop (process ${pid})`
  const what = kind === 'alone' ? 'still uses' : 'already works on'
  throw new AppError('already-running', `${who} ${what} ${path}`)
}

function noteLead(db: CatalogDatabase): void {
  db.prepare("INSERT OR REPLACE INTO engines (role, pid, started_at_ms) VALUES ('leading', ?, ?)").run(
    process.pid,
    Date.now()
  )
}

/** Whom the catalog names as its leading engine; null where it cannot be asked. */
function leadingPid(path: string): number | null {
  try {
    const db = new DatabaseSync(path, { readOnly: true })
    try {
      const row = db.prepare("SELECT pid FROM engines WHERE role = 'leading'").get()
      return row ? Number(row['pid']) : null
    } finally {
      db.close()
    }
  } catch {
    return null // it names somebody for the reader's convenience only
  }
}

function makeFolderOf(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (cause) {
    throw new AppError('file-unreadable', `${dirname(path)} cannot be made`, { cause })
  }
}

function callThenRelease<T>(hold: Hold, act: () => T): T {
  try {
    return act()
  } finally {
    hold.release()
  }
}
