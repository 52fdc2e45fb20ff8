import type { DatabaseSync } from 'node:sqlite'
import type { Row } from './columns.ts'
import { isUnreadable } from './toCatalogError.ts'

export type Table = {
  readonly name: string
  /** Columns of its primary key, in order, where the table is its own index; empty where its rows have a rowid. */
  readonly ownKey: ReadonlyArray<string>
}

/** Beyond it no table of ours has a row. */
const LAST_ROWID = Number.MAX_SAFE_INTEGER

/**
 * The rows of a table that can still be read. SQLite ends a walk at the first damaged page; this goes on behind it.
 *
 * @param onLoss Called once for each damaged place.
 */
export function* readableRows(db: DatabaseSync, { name, ownKey }: Table, onLoss: () => void): Generator<Row> {
  if (ownKey.length === 0) yield* byRowid(db, name, onLoss)
  else yield* fromBothEnds(db, name, ownKey, onLoss)
}

function* byRowid(db: DatabaseSync, name: string, onLoss: () => void): Generator<Row> {
  let next: number | null = 0
  while (next !== null) {
    try {
      const rows = db.prepare(`SELECT rowid AS at, * FROM "${name}" WHERE rowid >= ? ORDER BY rowid`).iterate(next)
      for (const { at, ...row } of rows) {
        next = Number(at) + 1
        yield row
      }
      return
    } catch (error) {
      if (!isUnreadable(error)) throw error
      onLoss()
      next = findReadable(db, name, next)
    }
  }
}

/**
 * The least rowid behind a damaged place from which on rows can be read: steps that double, then halves.
 *
 * @returns null if nothing behind it can be read.
 */
function findReadable(db: DatabaseSync, name: string, damagedAt: number): number | null {
  const seek = db.prepare(`SELECT 1 FROM "${name}" WHERE rowid >= ? ORDER BY rowid LIMIT 1`)
  let bad = damagedAt
  let good = damagedAt
  for (let step = 1; good === bad; step *= 2) {
    const tried = damagedAt + step
    if (tried > LAST_ROWID) return null
    if (canRead(() => seek.get(tried))) good = tried
    else bad = good = tried
  }
  while (good - bad > 1) {
    const middle = bad + Math.floor((good - bad) / 2)
    if (canRead(() => seek.get(middle))) good = middle
    else bad = middle
  }
  return good
}

function canRead(act: () => unknown): boolean {
  try {
    act()
    return true
  } catch (error) {
    if (isUnreadable(error)) return false
    throw error
  }
}

/** Keys of words cannot be counted on: what lies between the first damaged place and the last one is lost. */
function* fromBothEnds(
  db: DatabaseSync,
  name: string,
  ownKey: ReadonlyArray<string>,
  onLoss: () => void
): Generator<Row> {
  for (const direction of ['ASC', 'DESC']) {
    try {
      const order = ownKey.map((column) => `"${column}" ${direction}`).join(', ')
      yield* db.prepare(`SELECT * FROM "${name}" ORDER BY ${order}`).iterate()
      return
    } catch (error) {
      if (!isUnreadable(error)) throw error
      onLoss()
    }
  }
}
