import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Row } from './columns.ts'
import { readableRows, type Table } from './readableRows.ts'
import { isRefusedRow, isUnreadable } from './toCatalogError.ts'

/** Frames before uploads: which uploads of a backup are wanted depends on its frames. */
const FIRST = ['collections', 'frames', 'uploads']
/** Of runs that have ended. */
const OF_RUNS = ['claims', 'engines']

/** The tables that hold what outlives a run, in an order in which they can be filled. */
export function lastingTables(db: DatabaseSync): ReadonlyArray<Table> {
  const listed = db.prepare("SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'").all()
  const tables = listed.flatMap(({ name, wr }): Table[] => {
    if (String(name).startsWith('sqlite_') || OF_RUNS.includes(String(name))) return []
    const keys = db.prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk').all(String(name))
    return [{ name: String(name), ownKey: wr === 1 ? keys.map((key) => String(key['name'])) : [] }]
  })
  const place = ({ name }: Table) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length)
  return tables.sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name))
}

/**
 * A database to be read as it is.
 *
 * @returns null for a file that is not there, or is no database any more.
 */
export function openReadable(path: string): DatabaseSync | null {
  if (!existsSync(path)) return null
  let db: DatabaseSync | null = null
  try {
    db = new DatabaseSync(path, { readOnly: true, defensive: false })
    // Otherwise SQLite reads nothing at all of a file that is shorter than its header says.
    db.exec('PRAGMA writable_schema = ON')
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch (error) {
    db?.close()
    if (isUnreadable(error)) return null
    throw error
  }
}

/**
 * Copies the rows of a table that can be read and that `to` allows.
 *
 * @param isWanted Which of them are to be kept.
 * @param onKept Called with each that is.
 * @returns whether any that were wanted could not be kept.
 */
export function copyRows(
  from: DatabaseSync,
  to: DatabaseSync,
  table: Table,
  { isWanted = () => true, onKept }: { isWanted?: (row: Row) => boolean; onKept?: (row: Row) => void } = {}
): boolean {
  if (!hasTable(from, table)) return true
  let hasLost = false
  const insert = createInsert(to, table.name)
  const lose = () => {
    hasLost = true
  }
  for (const row of readableRows(from, table, lose)) {
    if (!isWanted(row)) continue
    if (insert(row)) onKept?.(row)
    else lose()
  }
  return hasLost
}

function hasTable(db: DatabaseSync, { name }: Table): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined
}

/** @returns a function that says whether the row is kept: not if another has its place, or a value is missing. */
function createInsert(db: DatabaseSync, table: string): (row: Row) => boolean {
  const names = db
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all(table)
    .map(({ name }) => String(name))
  const columns = names.map((name) => `"${name}"`).join(', ')
  const statement = db.prepare(
    `INSERT OR IGNORE INTO "${table}" (${columns}) VALUES (${names.map(() => '?').join(', ')})`
  )
  return (row) => {
    try {
      return statement.run(...names.map((name) => (row[name] ?? null) as string | number | null)).changes === 1
    } catch (error) {
      if (isRefusedRow(error)) return false
      throw error
    }
  }
}
