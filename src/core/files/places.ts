import { type BigIntStats, lstatSync, realpathSync, unlinkSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { FrameFile } from './FrameFile.ts'

/** So many files of one name are no accident any more. */
export const MOST_NAMES = 1_000

/** What tells one version of a file from another. A move takes nothing from size and time. */
type Version = Pick<FrameFile, 'sizeBytes' | 'mtimeNs'>

/** A version of a file, and the path where it was seen. */
export type Source = Version & Pick<FrameFile, 'path'>

/** Whether the version that was seen is at that path now, which waits for the disk. */
export function isAt({ sizeBytes, mtimeNs }: Version, path: string): boolean {
  const stats = lookAt(path)
  return stats?.isFile() === true && Number(stats.size) === sizeBytes && stats.mtimeNs === mtimeNs
}

/**
 * Whether nothing has that name, so that something can be renamed to it.
 *
 * @throws the system's error where nobody can tell.
 */
export function isFree(path: string): boolean {
  try {
    lstatSync(path)
    return false
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true
    throw error
  }
}

/** Null for what is not there, or not to be looked at. */
export function lookAt(path: string): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true })
  } catch {
    return null
  }
}

/**
 * Whether two names are of one file, so that one of them can go.
 *
 * One name spelt in two ways (a linked folder, a mount, a file system that ignores case) is not one file with two names,
 * and to unlink it would be to lose the file.
 *
 * @throws AppError `file-unreadable` where it is.
 */
export function haveOneFile(a: string, b: string): boolean {
  const [one, other] = [lookAt(a), lookAt(b)]
  if (!one || !other || one.ino === 0n || one.ino !== other.ino || one.dev !== other.dev) return false
  const isOneName =
    one.nlink < 2n || (realpathSync(dirname(a)) === realpathSync(dirname(b)) && basename(a) === basename(b))
  if (isOneName) throw new AppError('file-unreadable', `${a} and ${b} are one file with one name`)
  return true
}

/**
 * Removes the empty file with which a move has reserved its path, and nothing else.
 *
 * @throws AppError `file-unreadable` where it stays. Also if a program holds it: a next try would take it for another's.
 */
export function removeReserved(path: string): void {
  const stats = lookAt(path)
  if (!stats?.isFile() || stats.size > 0n) return
  try {
    unlinkSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw new AppError('file-unreadable', `${path}, an empty file that a move has made, cannot be removed`, {
      cause: error
    })
  }
}

/** @param number From 1, which has none in its name. */
export function numbered(path: string, number: number): string {
  if (number === 1) return path
  const extension = extname(path)
  return join(dirname(path), `${basename(path, extension)}-${number}${extension}`)
}

/** For example `ENOENT`; null for what is no system error. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}

/**
 * Whether a program has the file open. Windows lets nobody rename that, as Lightroom or a scanner for viruses does it for a
 * moment, and calls it by several names, two of which are about permissions elsewhere, and there too at times.
 */
export function isHeld(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'EBUSY' || (process.platform === 'win32' && (code === 'EPERM' || code === 'EACCES'))
}

/** What stood in the way of a move. @returns AppError `file-in-use` or `file-unreadable`, or the AppError that it was. */
export function toMoveError(error: unknown, path: string, to: string): AppError {
  if (error instanceof AppError) return error
  const code = isHeld(error) ? 'file-in-use' : 'file-unreadable'
  return new AppError(code, `${path} cannot be moved to ${to}`, { cause: error })
}
