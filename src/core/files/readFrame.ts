import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { type Fingerprint, fingerprintOf, sameFingerprint } from './FrameFile.ts'
import { toFileError } from './toFileError.ts'

/** Of a frame, what it takes to find it again and to know it. */
export type SeenFrame = Fingerprint & { readonly path: string }

/** A frame opened for reading. Must be closed. */
export interface FrameReader {
  /**
   * Fills the start of `buffer` with the bytes from `range.start` (inclusive) to `range.end` (exclusive).
   * Several reads may be under way at once.
   *
   * @returns the filled part of `buffer`, exactly `end - start` bytes.
   * @throws AppError `file-changed` if the file ends before `range.end`; `file-unreadable`, `disk-full`.
   */
  read(range: { readonly start: number; readonly end: number }, buffer: Uint8Array): Promise<Uint8Array>
  /**
   * Call it after the last read and before the bytes are published: half an old file and half a new one never is.
   * Looks at what is open and at what has the path now, since a program may put a new file in the old one's place.
   *
   * @throws AppError `file-changed`, `file-missing`.
   */
  requireUnchanged(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a frame that was seen before.
 *
 * @throws AppError `file-changed` if it is not the file that was seen; `file-missing`, `file-unreadable`.
 */
export async function readFrame(frame: SeenFrame): Promise<FrameReader> {
  const { path } = frame
  // Before opening: what took its place may be a pipe, and to open one is to wait for its other end.
  requireSame(frame, await stat(path, { bigint: true }).catch(rethrow))
  const handle = await open(path, 'r').catch(rethrow)
  const reader: FrameReader = {
    read: async (range, buffer) => {
      const bytes = buffer.subarray(0, range.end - range.start)
      if (bytes.length !== range.end - range.start) {
        throw new RangeError(`Expected \`buffer\` to hold ${range.end - range.start} bytes, got ${buffer.length}`)
      }
      if ((await fill(handle, range.start, bytes).catch(rethrow)) < bytes.length) {
        throw new AppError('file-changed', `${path}: ends before byte ${range.end}`)
      }
      return bytes
    },
    requireUnchanged: async () => {
      requireSame(frame, await handle.stat({ bigint: true }).catch(rethrow))
      requireSame(frame, await stat(path, { bigint: true }).catch(rethrow))
    },
    close: () => handle.close()
  }
  try {
    await reader.requireUnchanged()
    return reader
  } catch (error) {
    await handle.close()
    throw error
  }

  function rethrow(error: unknown): never {
    throw toFileError(error, path)
  }
}

/** @throws AppError `file-changed` where it is not, or no longer, the file that was seen. */
export function requireSame(frame: SeenFrame, stats: BigIntStats): void {
  if (stats.isFile() && sameFingerprint(frame, fingerprintOf(stats))) return
  throw new AppError('file-changed', `${frame.path}: was changed or replaced`)
}

/** A read may stop short without being at the end. @returns the bytes that were there. */
async function fill(handle: FileHandle, start: number, bytes: Uint8Array): Promise<number> {
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}
