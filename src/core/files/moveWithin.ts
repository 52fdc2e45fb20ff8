import { type BigIntStats, lstatSync } from 'node:fs'
import { link, lstat, mkdir, open, realpath, rename, unlink } from 'node:fs/promises'
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

/**
 * Moves a file on its own file system. Nothing is overwritten: where the name is taken, the file gets a number,
 * `IMG_1-2.jpg`. Stopped at any moment, the file is in one of the two places, or in both.
 *
 * @param file As it was when it was last looked at: one that is different now stays where it is.
 * @param reserve Called with each path before it is tried; false: it is to have another.
 * @returns where it is now, or null if it has changed or is gone.
 * @throws AppError `file-unreadable` if it cannot be moved.
 */
export async function moveWithin(
  file: Pick<FrameFile, 'path' | 'sizeBytes' | 'mtimeNs'>,
  to: string,
  reserve: (path: string) => boolean
): Promise<string | null> {
  try {
    if (!isSame(await lstat(file.path, { bigint: true }).catch(() => null), file)) return null
    await mkdir(dirname(to), { recursive: true })
    for (let number = 1; number <= MOST_NAMES; number += 1) {
      const path = number === 1 ? to : numbered(to, number)
      if (reserve(path) && (await moveTo(file.path, path))) return path
    }
  } catch (error) {
    throw new AppError('file-unreadable', `${file.path} cannot be moved to ${to}`, { cause: error })
  }
  throw new AppError('file-unreadable', `${file.path} cannot be moved: too many files are named ${to}`)
}

/** Whether the file that was seen is at that path now, which waits for the disk. */
export function isAt(file: Pick<FrameFile, 'sizeBytes' | 'mtimeNs'>, path: string): boolean {
  try {
    return isSame(lstatSync(path, { bigint: true }), file)
  } catch {
    return false // not there, or not to be looked at
  }
}

/** A move takes nothing from size and time. */
function isSame(stats: BigIntStats | null, { sizeBytes, mtimeNs }: Pick<FrameFile, 'sizeBytes' | 'mtimeNs'>): boolean {
  return stats?.isFile() === true && Number(stats.size) === sizeBytes && stats.mtimeNs === mtimeNs
}

/** @returns whether the name was free, or was this very file's already. */
async function moveTo(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
  } catch (error) {
    const code = codeOf(error)
    if (NO_LINKS.has(code)) return renameTo(from, to)
    if (code !== 'EEXIST') throw error
    if (!(await isOneFile(from, to))) return false
  }
  await unlink(from) // the same file has its other name now
  return true
}

/**
 * Two names of one file: an earlier move was stopped half way. One name spelt in two ways (a linked folder, a mount, a
 * file system that ignores case) is not that, and to unlink it would be to lose the file.
 */
async function isOneFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([lstat(a, { bigint: true }), lstat(b, { bigint: true })])
  if (one.ino === 0n || one.ino !== other.ino || one.dev !== other.dev) return false
  const [inA, inB] = await Promise.all([realpath(dirname(a)), realpath(dirname(b))])
  const isOneName = one.nlink < 2n || (inA === inB && basename(a) === basename(b))
  if (isOneName) throw new AppError('file-unreadable', `${a} and ${b} are one file with one name`)
  return true
}

/** The name is taken with an empty file first, since a rename would overwrite whatever has it. */
async function renameTo(from: string, to: string): Promise<boolean> {
  try {
    await (await open(to, 'wx')).close()
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
  await rename(from, to)
  return true
}

function numbered(path: string, number: number): string {
  const extension = extname(path)
  return join(dirname(path), `${basename(path, extension)}-${number}${extension}`)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}
