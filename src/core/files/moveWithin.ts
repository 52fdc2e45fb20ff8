import { type BigIntStats, closeSync, linkSync, lstatSync, openSync, renameSync, unlinkSync } from 'node:fs'
import { lstat, mkdir, open, realpath, rename } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { FrameFile } from './FrameFile.ts'

/** So many files of one name are no accident any more. */
const MOST_NAMES = 1_000

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

/** What tells one version of a file from another. A move takes nothing from size and time. */
type Version = Pick<FrameFile, 'sizeBytes' | 'mtimeNs'>

type Source = Version & Pick<FrameFile, 'path'>

/**
 * Moves a file on its own file system. Nothing is overwritten: where the name is taken, the file gets a number,
 * `IMG_1-2.jpg`. Stopped at any moment, the file is in one of the two places, and where it is still in the first, the
 * other may have an empty file: see `removeReserved`.
 *
 * A program may save another version over the file at any moment. So the name that it has is never unlinked: what has
 * it goes to the new place in one step, is looked at there, and goes back where it is not the version that was meant.
 *
 * @param file As it was when it was last looked at: one that is different now stays where it is.
 * @param reserve Called with each path before it is tried, which nothing has by then; false: it is to have another.
 * @returns where it is now, or null if it has changed or is gone.
 * @throws AppError `file-unreadable` if it cannot be moved, and what `reserve` throws.
 */
export async function moveWithin(file: Source, to: string, reserve: (path: string) => boolean): Promise<string | null> {
  try {
    if (!isAt(file, file.path)) return null
    await mkdir(dirname(to), { recursive: true })
    for (let number = 1; number <= MOST_NAMES; number += 1) {
      const path = numbered(to, number)
      const occupant = await occupantOf(path, file.path)
      if (occupant === 'another' || !reserve(path)) continue
      if (occupant === 'this-file') unlinkSecondName(path, file.path)
      const moved = await moveTo(file, path)
      if (moved !== 'name-taken') return moved === 'moved' ? path : null
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('file-unreadable', `${file.path} cannot be moved to ${to}`, { cause: error })
  }
  throw new AppError('file-unreadable', `${file.path} cannot be moved: too many files are named ${to}`)
}

/** Whether the version that was seen is at that path now, which waits for the disk. */
export function isAt({ sizeBytes, mtimeNs }: Version, path: string): boolean {
  const stats = lookAt(path)
  return stats?.isFile() === true && Number(stats.size) === sizeBytes && stats.mtimeNs === mtimeNs
}

/** Removes the empty file with which a move that was stopped has reserved its path, and nothing else. */
export function removeReserved(path: string): void {
  const stats = lookAt(path)
  if (!stats?.isFile() || stats.size > 0n) return
  try {
    unlinkSync(path)
  } catch {
    // It stays, and takes nothing but the name.
  }
}

/** Null for what is not there, or not to be looked at. */
function lookAt(path: string): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true })
  } catch {
    return null
  }
}

/** What has a name. `this-file`: a move of an older Silverdrop was stopped half way, and left the file with two names. */
async function occupantOf(path: string, from: string): Promise<'nothing' | 'this-file' | 'another'> {
  try {
    await lstat(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nothing'
    throw error
  }
  return (await isOneFile(from, path)) ? 'this-file' : 'another'
}

/**
 * One name spelt in two ways (a linked folder, a mount, a file system that ignores case) is not one file with two names,
 * and to unlink it would be to lose the file.
 */
async function isOneFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([lstat(a, { bigint: true }), lstat(b, { bigint: true })])
  if (one.ino === 0n || one.ino !== other.ino || one.dev !== other.dev) return false
  const [inA, inB] = await Promise.all([realpath(dirname(a)), realpath(dirname(b))])
  const isOneName = one.nlink < 2n || (inA === inB && basename(a) === basename(b))
  if (isOneName) throw new AppError('file-unreadable', `${a} and ${b} are one file with one name`)
  return true
}

/** The new one, so that nothing is lost where a program saves over the file just now. */
function unlinkSecondName(path: string, from: string): void {
  const [one, other] = [lookAt(from), lookAt(path)]
  if (one && other && one.ino === other.ino && one.dev === other.dev) unlinkSync(path)
}

async function moveTo(file: Source, to: string): Promise<'moved' | 'changed' | 'name-taken'> {
  if (!isAt(file, file.path)) return 'changed' // meanwhile folders were made, and the catalog may have been waited for
  if (!(await makeEmpty(to))) return 'name-taken' // a rename overwrites whatever has the name, so it is taken first
  try {
    await rename(file.path, to)
  } catch (error) {
    removeReserved(to)
    if (codeOf(error) === 'ENOENT') return 'changed'
    throw error
  }
  if (isAt(file, to)) return 'moved'
  putBack(to, file.path)
  return 'changed'
}

/** @returns false if something has that name. */
async function makeEmpty(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close()
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Never over what has the name by now, which is newer still: then it gets a number. */
function putBack(path: string, home: string): void {
  for (let number = 1; number <= MOST_NAMES; number += 1) if (returnTo(path, numbered(home, number))) return
  throw new AppError('file-unreadable', `${path} cannot go back: too many files are named ${home}`)
}

/** @returns false if something has that name. */
function returnTo(path: string, name: string): boolean {
  try {
    linkSync(path, name)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (!NO_LINKS.has(codeOf(error))) throw error
    return renameTo(path, name)
  }
  unlinkSync(path)
  return true
}

/** Two system calls, since there is none that renames without overwriting: what comes between them would be lost. */
function renameTo(path: string, name: string): boolean {
  try {
    closeSync(openSync(name, 'wx'))
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
  renameSync(path, name)
  return true
}

/** @param number From 1, which has none in its name. */
function numbered(path: string, number: number): string {
  if (number === 1) return path
  const extension = extname(path)
  return join(dirname(path), `${basename(path, extension)}-${number}${extension}`)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}
