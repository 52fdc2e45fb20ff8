import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** SQLite's page size, unless told otherwise. */
const PAGE_BYTES = 4096
/** Pages of a b-tree that point to others. @see https://sqlite.org/fileformat2.html */
const INNER = [2, 5]

/** Overwrites pages of a closed catalog with zeros, as a failing disk does. @param pages From 1, as SQLite counts. */
export function zeroPages(path: string, pages: ReadonlyArray<number>): void {
  const file = openSync(path, 'r+')
  for (const page of pages) writeSync(file, Buffer.alloc(PAGE_BYTES), 0, PAGE_BYTES, (page - 1) * PAGE_BYTES)
  closeSync(file)
}

/** The pages that hold the rows of a table, in their order. */
export function leavesOf(path: string, table: string): number[] {
  const db = new DatabaseSync(path, { readOnly: true })
  const root = Number(db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)?.['rootpage'])
  db.close()
  const file = readFileSync(path)
  const found: number[] = []
  const walk = (page: number) => {
    const start = (page - 1) * PAGE_BYTES
    if (!INNER.includes(file.readUInt8(start))) {
      found.push(page)
      return
    }
    const cells = file.readUInt16BE(start + 3)
    for (let cell = 0; cell < cells; cell += 1)
      walk(file.readUInt32BE(start + file.readUInt16BE(start + 12 + cell * 2)))
    walk(file.readUInt32BE(start + 8))
  }
  walk(root)
  return found
}
