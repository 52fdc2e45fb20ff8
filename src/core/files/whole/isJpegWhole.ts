import { KiB } from '../../../shared/units.ts'
import type { FileBytes } from './FileBytes.ts'

const WINDOW_BYTES = 64 * KiB
const START_OF_IMAGE = 0xd8
const START_OF_SCAN = 0xda
const END_OF_IMAGE = Buffer.from([0xff, 0xd9])

/**
 * Whether the picture has its end. Looks from the end of the file, where it nearly always is, down to the start of the
 * scan and not further: a thumbnail in the header has an end of its own. Data of other programs may follow.
 */
export async function isJpegWhole(file: FileBytes): Promise<boolean> {
  const scanStart = await findScan(file)
  if (scanStart === null) return false
  for (let end = file.sizeBytes; end > scanStart; end -= WINDOW_BYTES) {
    const start = Math.max(scanStart, end - WINDOW_BYTES)
    // One byte more, since the marker's two may lie on both sides of the border.
    if ((await file.read(start, end - start + 1)).includes(END_OF_IMAGE)) return true
  }
  return false
}

/** Goes from marker to marker. @returns where the first scan's data begin, or null if the file ends before. */
async function findScan(file: FileBytes): Promise<number | null> {
  let position = 2
  while (position + 4 <= file.sizeBytes) {
    const [prefix, marker = 0, ...length] = await file.read(position, 4)
    if (prefix !== 0xff || marker === 0xff) position += 1
    else if (marker === START_OF_SCAN) return position + 2
    else if (marker <= 0x01 || (marker >= 0xd0 && marker <= START_OF_IMAGE)) position += 2
    else position += 2 + Math.max(2, Buffer.from(length).readUInt16BE(0))
  }
  return null
}
