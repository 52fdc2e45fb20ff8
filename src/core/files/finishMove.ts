import { isAt, lookAt, removeReserved, type Source } from './places.ts'
import { putBack } from './putBack.ts'

/**
 * Finds out what became of a move that was stopped, and undoes what it has left half. Afterwards the file is at the one
 * path or at the other, and whatever a program has saved over it meanwhile has its own name, and lies where it was saved.
 *
 * Only to be called where the folder is known to be the one that was meant: of another card, which has the same names,
 * this would take pictures for versions that a move has left behind.
 *
 * @param file As it was when the move began.
 * @param to Where `moveWithin` was moving it.
 * @returns `moved`: it is there. `stayed`: it is where it was, or another version is, or none. `unknown`: there is nothing
 *   at either path, as when their disk is away.
 * @throws AppError `file-unreadable`, `file-in-use` where another version cannot go back now, or the empty file with which
 *   the move had taken its name cannot be removed.
 */
export function finishMove(file: Source, to: string): 'moved' | 'stayed' | 'unknown' {
  if (isAt(file, file.path)) {
    removeReserved(to)
    return 'stayed'
  }
  if (isAt(file, to)) return 'moved'
  const moved = lookAt(to)
  if (!moved) return lookAt(file.path) ? 'stayed' : 'unknown'
  if (moved.isFile() && moved.size > 0n) putBack(to, file.path)
  else removeReserved(to)
  return 'stayed'
}
