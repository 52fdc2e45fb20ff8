import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { AppError } from '../../shared/errors.ts'
import { requireSame, type SeenFrame } from './readFrame.ts'
import { toFileError } from './toFileError.ts'

/**
 * Reads a frame that was seen before in one go, for a thread that may wait for the disk: eight calls that cost a few
 * microseconds each, where as many promises cost the engine's own thread more than sending the bytes.
 *
 * @param bytes Filled whole: exactly as long as the frame.
 * @throws AppError `file-changed` if it is not, or is no longer, the file that was seen; `file-missing`,
 *   `file-unreadable`.
 */
export function readWholeFrame(frame: SeenFrame, bytes: Uint8Array): void {
  const { path } = frame
  try {
    // Before opening: what took its place may be a pipe, and to open one is to wait for its other end.
    requireSame(frame, statSync(path, { bigint: true }))
    const file = openSync(path, constants.O_RDONLY)
    try {
      for (let filled = 0; filled < bytes.length; ) {
        const bytesRead = readSync(file, bytes, filled, bytes.length - filled, filled)
        if (bytesRead === 0) throw new AppError('file-changed', `${path}: ends before byte ${bytes.length}`)
        filled += bytesRead
      }
      requireSame(frame, fstatSync(file, { bigint: true }))
      requireSame(frame, statSync(path, { bigint: true }))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw toFileError(error, path)
  }
}
