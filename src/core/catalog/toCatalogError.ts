import { AppError, type ErrorCode } from '../../shared/errors.ts'

/** SQLite's primary result codes that are about the file and not about us. @see https://sqlite.org/rescode.html */
const codes: Readonly<Record<number, ErrorCode>> = {
  5: 'already-running', // SQLITE_BUSY: another process held the lock for longer than we wait
  8: 'file-unreadable', // SQLITE_READONLY
  10: 'file-unreadable', // SQLITE_IOERR
  11: 'record-damaged', // SQLITE_CORRUPT
  13: 'disk-full', // SQLITE_FULL
  14: 'file-unreadable', // SQLITE_CANTOPEN
  26: 'record-damaged' // SQLITE_NOTADB
}

/** What SQLite threw about the catalog's file, as ours; anything else as it is. */
export function toCatalogError(error: unknown, path: string): unknown {
  const code = codes[resultCodeOf(error) ?? 0]
  if (code === undefined || !(error instanceof Error)) return error
  return new AppError(code, `${path}: ${error.message}`, { cause: error })
}

/** Another process has the lock. */
export function isBusy(error: unknown): boolean {
  return resultCodeOf(error) === 5
}

/** Extended codes carry the primary one in their low byte. */
function resultCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode & 0xff
}
