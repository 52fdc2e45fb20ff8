import type { FileHandle } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import type { Stretch } from './filmBoxes.ts'
import { filmStretches } from './filmStretches.ts'
import type { FilmIndex } from './readFilm.ts'

/** A dashcam's positions: free space to all other programs, between the pictures, 32 KiB as a rule. */
const DASHCAM_BLOCK = 'freeGPS '
/** Before its name stands its length. */
const LENGTH_BYTES = 4
const NAME_BYTES = 4
const LEAST_BLOCK_BYTES = LENGTH_BYTES + DASHCAM_BLOCK.length
const MOST_BLOCK_BYTES = MiB

/** Other makers' blocks, whose ends nobody knows, and the sentences of a receiver (NMEA 0183). */
const OTHER_TRACES = ['LIGOGPSINFO', '$GPRMC,', '$GNRMC,', '$GPGGA,', '$GNGGA,']
const TRACES = [DASHCAM_BLOCK, ...OTHER_TRACES]

/** In ExifTool's samples the first of them lies within the first 2 MB of the pictures. */
const FIRST_TRACE_WITHIN_BYTES = 64 * MiB

const WINDOW_BYTES = 8 * MiB
/** More than any trace has, with a block's length before it. */
const OVERLAP_BYTES = 16

/** Whether a dashcam left a block of positions, or a receiver's words, beside the pictures or where they begin. */
export async function hasDashcamTraces(handle: FileHandle, { media }: FilmIndex): Promise<boolean> {
  const beginnings = media.map(({ start, end }) => ({ start, end: Math.min(end, start + FIRST_TRACE_WITHIN_BYTES) }))
  for (const stretch of [...(await filmStretches(handle)), ...beginnings]) {
    for await (const { bytes } of windowsOf(handle, stretch)) {
      if (TRACES.some((trace) => bytes.includes(trace, 0, 'latin1'))) return true
    }
  }
  return false
}

/** All blocks of a film whose ends are known: the whole file is read. @throws AppError `picture-unsupported`. */
export async function allDashcamBlocks(handle: FileHandle): Promise<ReadonlyArray<Stretch>> {
  const { size } = await handle.stat()
  const blocks: Stretch[] = []
  for await (const { bytes, offset } of windowsOf(handle, { start: 0, end: size })) {
    for (let at = bytes.indexOf(DASHCAM_BLOCK, LENGTH_BYTES); at !== -1; at = bytes.indexOf(DASHCAM_BLOCK, at + 1)) {
      const blockBytes = bytes.readUInt32BE(at - LENGTH_BYTES)
      if (blockBytes < LEAST_BLOCK_BYTES || blockBytes > MOST_BLOCK_BYTES) {
        throw new AppError('picture-unsupported', `Nobody can tell where a dashcam’s block of ${blockBytes} bytes ends`)
      }
      const start = offset + at - LENGTH_BYTES
      blocks.push({ start, end: start + blockBytes })
    }
  }
  return blocks
}

/** Of a block: all but its length and the name of free space. */
export function toBlank({ start, end }: Stretch): Stretch {
  return { start: start + LENGTH_BYTES + NAME_BYTES, end }
}

/** Windows that overlap, so that what lies on a border is seen whole; the next one overwrites the last. */
async function* windowsOf(
  handle: FileHandle,
  { start, end }: Stretch
): AsyncGenerator<{ readonly bytes: Buffer; readonly offset: number }> {
  const window = Buffer.alloc(Math.min(WINDOW_BYTES, end - start))
  for (let offset = start; offset < end; offset += WINDOW_BYTES - OVERLAP_BYTES) {
    const { bytesRead } = await handle.read(window, 0, Math.min(window.length, end - offset), offset)
    yield { bytes: window.subarray(0, bytesRead), offset }
    if (bytesRead < window.length) return
  }
}
