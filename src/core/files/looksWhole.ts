import type { FileHandle } from 'node:fs/promises'
import { KiB } from '../../shared/units.ts'

/** As many zeros at the end mean that a copy has claimed its space and not filled it yet (photo-facts §3.4). */
const TAIL_BYTES = 64
const WINDOW_BYTES = 64 * KiB

const START_OF_IMAGE = 0xd8
const START_OF_SCAN = 0xda
const END_OF_IMAGE = Buffer.from([0xff, 0xd9])

/**
 * Whether the end of a file seems to have been written: its last bytes are not all zero, and a JPEG's picture has its
 * end. A reason to wait longer, never to refuse: whole files exist that fail both (photo-facts §3.4).
 */
export async function looksWhole(handle: FileHandle, sizeBytes: number): Promise<boolean> {
  const tail = await readAt(handle, Math.max(0, sizeBytes - TAIL_BYTES), Math.min(sizeBytes, TAIL_BYTES))
  if (tail.every((byte) => byte === 0)) return false
  const head = await readAt(handle, 0, 3)
  const isJpeg = head[0] === 0xff && head[1] === START_OF_IMAGE && head[2] === 0xff
  return !isJpeg || hasEndOfImage(handle, sizeBytes)
}

/**
 * Looks from the end, where it nearly always is, down to the start of the scan and not further: a thumbnail in the
 * header has an end of its own.
 */
async function hasEndOfImage(handle: FileHandle, sizeBytes: number): Promise<boolean> {
  const scanStart = await findScan(handle, sizeBytes)
  if (scanStart === null) return false
  for (let end = sizeBytes; end > scanStart; end -= WINDOW_BYTES) {
    const start = Math.max(scanStart, end - WINDOW_BYTES)
    // One byte more, since the marker's two may lie on both sides of the border.
    if ((await readAt(handle, start, end - start + 1)).includes(END_OF_IMAGE)) return true
  }
  return false
}

/** Goes from marker to marker. @returns where the first scan's data begin, or null if the file ends before. */
async function findScan(handle: FileHandle, sizeBytes: number): Promise<number | null> {
  let window = Buffer.alloc(0)
  let windowStart = 0
  let position = 2
  while (position + 4 <= sizeBytes) {
    if (position + 4 > windowStart + window.length) {
      window = await readAt(handle, position, WINDOW_BYTES)
      windowStart = position
      if (window.length < 4) return null
    }
    const at = position - windowStart
    const marker = window[at + 1] ?? 0
    if (window[at] !== 0xff || marker === 0xff) position += 1
    else if (marker === START_OF_SCAN) return position + 2
    else if (marker <= 0x01 || (marker >= 0xd0 && marker <= START_OF_IMAGE)) position += 2
    else position += 2 + Math.max(2, window.readUInt16BE(at + 2))
  }
  return null
}

/** @returns fewer bytes at the end of the file. */
async function readAt(handle: FileHandle, start: number, lengthBytes: number): Promise<Buffer<ArrayBuffer>> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(lengthBytes), 0, lengthBytes, start)
  return buffer.subarray(0, bytesRead)
}
