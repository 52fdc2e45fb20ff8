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
  if (code === undefined || !(error instanceof Error) || error instanceof AppError) return error
  return new AppError(code, `${path}: ${error.message}`, { cause: error })
}

/** Another process has the lock. */
export function isBusy(error: unknown): boolean {
  return resultCodeOf(error) === 5
}

/** The bytes that were to be read are no longer those that were written: SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR. */
export function isUnreadable(error: unknown): boolean {
  return [11, 26, 10].includes(resultCodeOf(error) ?? 0)
}

/** A row that the schema does not allow: SQLITE_CONSTRAINT, SQLITE_MISMATCH. */
export function isRefusedRow(error: unknown): boolean {
  return [19, 20].includes(resultCodeOf(error) ?? 0)
}

/** Of what SQLite threw, or of what we made of that. Extended codes carry the primary one in their low byte. */
function resultCodeOf(error: unknown): number | null {
  const thrown = error instanceof AppError ? error.cause : error
  if (!(thrown instanceof Error) || !('errcode' in thrown) || typeof thrown.errcode !== 'number') return null
  return thrown.errcode & 0xff
}
