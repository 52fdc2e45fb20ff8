import type { DatabaseSync } from 'node:sqlite'
import { copyRows, lastingTables, openReadable } from './copyRows.ts'
import { fillGaps } from './fillGaps.ts'
import { inTransaction, migrations, openCatalog } from './openCatalog.ts'

/** What could be saved of a damaged catalog. */
export type Salvage = {
  readonly collections: number
  readonly frames: number
  /** Whether all that was in it is in the new one, as far as can be told. */
  readonly isWhole: boolean
}

/**
 * Writes a new catalog with all rows of a damaged one that can be read, and fills what gaps can be filled. The damaged
 * file and the backup are only read.
 *
 * @throws AppError `disk-full`, `file-unreadable`; `internal` if a newer Silverdrop wrote it.
 */
export function salvageCatalog(damagedPath: string, backupPath: string, newPath: string): Salvage {
  const lossy = copyReadable(damagedPath, newPath)
  const fresh = openCatalog(newPath) // brings older rows up to today
  try {
    if (lossy.size > 0) {
      fresh.exec('PRAGMA foreign_keys = OFF')
      inTransaction(fresh, () => fillGaps(fresh, backupPath, lossy))
    }
    return { ...countRows(fresh), isWhole: lossy.size === 0 }
  } finally {
    fresh.close()
  }
}

export function countRows(db: DatabaseSync): Pick<Salvage, 'collections' | 'frames'> {
  const count = (table: string) => Number(db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'])
  return { collections: count('collections'), frames: count('frames') }
}

/** @returns the tables of which rows were lost. */
function copyReadable(damagedPath: string, newPath: string): ReadonlySet<string> {
  const damaged = openReadable(damagedPath)
  const version = Number(damaged?.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  // The rows are of that version, and the migrations that follow know how to read them.
  const fresh = openCatalog(newPath, version === 0 ? migrations.length : version)
  try {
    fresh.exec('PRAGMA foreign_keys = OFF') // what a row refers to may come from elsewhere: see mendReferences
    const tables = lastingTables(fresh)
    return inTransaction(fresh, () => {
      const lossy = tables.filter((table) => damaged === null || copyRows(damaged, fresh, table))
      return new Set(lossy.map(({ name }) => name))
    })
  } finally {
    fresh.close()
    damaged?.close()
  }
}
