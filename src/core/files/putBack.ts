import { linkSync, mkdirSync, renameSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { codeOf, haveOneFile, isFree, MOST_NAMES, numbered, toMoveError } from './places.ts'

/** Of file systems without hard links: FAT, exFAT, most network drives. */
const NO_LINKS: ReadonlySet<unknown> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EISDIR',
  'EINVAL'
])

/**
 * Gives a file that was moved its name again. Never over what has the name by now, which is newer still: then it gets a
 * number. Stopped at any moment, it can be called again.
 *
 * @throws AppError `file-unreadable` if it cannot go back, `file-in-use` if it cannot now; then nothing has changed.
 */
export function putBack(path: string, home: string): void {
  try {
    mkdirSync(dirname(home), { recursive: true })
    for (let number = 1; number <= MOST_NAMES; number += 1) if (returnTo(path, numbered(home, number))) return
  } catch (error) {
    throw toMoveError(error, path, home)
  }
  throw new AppError('file-unreadable', `${path} cannot go back: too many files are named ${home}`)
}

/** @returns false if something has that name. */
function returnTo(path: string, name: string): boolean {
  try {
    linkSync(path, name)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return unlinkSecondName(path, name)
    if (!NO_LINKS.has(codeOf(error))) throw error
    return renameTo(path, name)
  }
  unlinkSync(path)
  return true
}

/**
 * Two system calls, since there is none that renames without overwriting: what comes between them would be lost. The name is
 * not reserved meanwhile, since an empty file that is left in a watched folder would be one more version of the picture.
 */
function renameTo(path: string, name: string): boolean {
  if (!isFree(name)) return unlinkSecondName(path, name)
  renameSync(path, name)
  return true
}

/** What has the name may be what an earlier way back, which was stopped, has left there. @returns false if it is not. */
function unlinkSecondName(path: string, name: string): boolean {
  const isSecond = haveOneFile(path, name)
  if (isSecond) unlinkSync(path)
  return isSecond
}
