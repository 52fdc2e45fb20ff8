import { closeSync, openSync, renameSync, unlinkSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Clock } from './Clock.ts'
import {
  codeOf,
  haveOneFile,
  isAt,
  isFree,
  isHeld,
  MOST_NAMES,
  numbered,
  removeReserved,
  type Source,
  toMoveError
} from './places.ts'
import { putBack } from './putBack.ts'

/** How long a file that a program holds is waited for: it is tried again after each of these, six seconds in all. */
const PAUSES_MS = [50, 100, 200, 400, 800, 1_600, 3_200]

export type Patience = { readonly clock: Clock; readonly signal: AbortSignal }

/**
 * Moves a file on its own file system. Nothing is overwritten: where the name is taken, the file gets a number,
 * `IMG_1-2.jpg`. Stopped at any moment, `finishMove` finds what there is.
 *
 * A program may save another version over the file at any moment. So the name that it has is never unlinked: what has
 * it goes to the new place in one step, is looked at there, and goes back where it is not the version that was meant.
 *
 * @param file As it was when it was last looked at: one that is different now stays where it is.
 * @param reserve Called with each path before it is tried, which nothing has by then; false: it is to have another.
 * @param patience For a file that a program holds; null: it is not waited for.
 * @returns where it is now, or null if it has changed or is gone.
 * @throws AppError `file-in-use`, `file-unreadable` if it cannot be moved, and what `reserve` throws; `signal.reason`.
 */
export async function moveWithin(
  file: Source,
  to: string,
  reserve: (path: string) => boolean,
  patience: Patience | null
): Promise<string | null> {
  try {
    if (!isAt(file, file.path)) return null
    await mkdir(dirname(to), { recursive: true })
    for (let number = 1; number <= MOST_NAMES; number += 1) {
      const path = numbered(to, number)
      const occupant = occupantOf(path, file.path)
      if (occupant === 'another' || !reserve(path)) continue
      if (occupant === 'this-file') unlinkSecondName(path, file.path)
      const moved = await moveTo(file, path, patience)
      if (moved !== 'name-taken') return moved === 'moved' ? path : null
    }
  } catch (error) {
    if (patience?.signal.aborted) throw error
    throw toMoveError(error, file.path, to)
  }
  throw new AppError('file-unreadable', `${file.path} cannot be moved: too many files are named ${to}`)
}

/** What has a name. `this-file`: a move of an older Silverdrop was stopped half way, and left the file with two names. */
function occupantOf(path: string, from: string): 'nothing' | 'this-file' | 'another' {
  if (isFree(path)) return 'nothing'
  return haveOneFile(from, path) ? 'this-file' : 'another'
}

/** The new one, so that nothing is lost where a program saves over the file just now. */
function unlinkSecondName(path: string, from: string): void {
  if (haveOneFile(from, path)) unlinkSync(path)
}

type Outcome = 'moved' | 'changed' | 'name-taken'

async function moveTo(file: Source, to: string, patience: Patience | null): Promise<Outcome> {
  if (patience === null) return tryTo(file, to)
  for (const pauseMs of PAUSES_MS) {
    try {
      return tryTo(file, to)
    } catch (error) {
      if (!isHeld(error)) throw error
    }
    await passed(pauseMs, patience)
  }
  return tryTo(file, to)
}

/**
 * A rename overwrites whatever has the name, so it is taken first, which shows that nothing had it. In one go: nobody is
 * waited for while the name looks like an empty file, into which another program might save. Where that cannot be removed
 * again, nothing more is tried: the next try would take it for another's, and leave one more.
 */
function tryTo(file: Source, to: string): Outcome {
  if (!isAt(file, file.path)) return 'changed' // meanwhile folders were made, or the catalog or a program was waited for
  if (!makeEmpty(to)) return 'name-taken'
  try {
    renameSync(file.path, to)
  } catch (error) {
    removeReserved(to)
    if (codeOf(error) === 'ENOENT') return 'changed'
    throw error
  }
  if (isAt(file, to)) return 'moved'
  putBack(to, file.path)
  return 'changed'
}

/** @throws `signal.reason`. */
function passed(ms: number, { clock, signal }: Patience): Promise<void> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      stopTimer()
      reject(signal.reason)
    }
    const stopTimer = clock.setTimer(ms, () => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    })
    signal.addEventListener('abort', giveUp, { once: true })
  })
}

/** @returns false if something has that name. */
function makeEmpty(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}
