import type { FileHandle } from 'node:fs/promises'
import { KiB } from '../../../shared/units.ts'
import { FileBytes } from './FileBytes.ts'
import { isIsoMediaWhole } from './isIsoMediaWhole.ts'
import { isJpegWhole } from './isJpegWhole.ts'
import { isPngWhole } from './isPngWhole.ts'
import { isRafWhole } from './isRafWhole.ts'
import { isRiffWhole } from './isRiffWhole.ts'
import { isTiffWhole } from './isTiffWhole.ts'

/** As many zeros at the end mean that a copy has claimed its space and not filled it yet (photo-facts §3.4). */
const TAIL_BYTES = 64
const PAGE_BYTES = 4 * KiB

/** Where the pages are taken that show whether the second half has been filled, as shares of the file. */
const SAMPLED = [0.55, 0.75, 0.95]

/** Below this the end says enough. */
const MIN_SAMPLED_BYTES = 64 * KiB

/**
 * Whether a file seems to have been written to its end: its last bytes and its second half are not all zero, and nothing
 * that its structure promises is missing. A reason to wait longer, never to refuse: whole files exist that fail, and of
 * formats without an end of their own (TIFF, HEIC, WebP) half a file may pass (photo-facts §3.4).
 */
export async function looksWhole(handle: FileHandle, sizeBytes: number): Promise<boolean> {
  const file = new FileBytes(handle, sizeBytes)
  const head = await file.read(0, 16)
  const isComplete = structureOf(head)
  if (isComplete && !(await isComplete(file))) return false
  return (await hasEnd(file)) && hasSecondHalf(file)
}

/** @returns the check that fits the signature, or null: of most RAW formats, films and documents only the end is known. */
function structureOf(head: Buffer): ((file: FileBytes) => Promise<boolean>) | null {
  const text = (start: number, end: number) => head.toString('latin1', start, end)
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return isJpegWhole
  if (/^(II[*+U]\0|MM\0[*+]|IIRO|IIRS|MMOR)/.test(text(0, 4))) return isTiffWhole
  if (/^(ftyp|moov|mdat|wide|free|skip|pnot)/.test(text(4, 8))) return isIsoMediaWhole
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return isPngWhole
  if (text(0, 4) === 'RIFF') return isRiffWhole
  if (text(0, 16) === 'FUJIFILMCCD-RAW ') return isRafWhole
  return null
}

async function hasEnd(file: FileBytes): Promise<boolean> {
  return !isZero(await file.read(Math.max(0, file.sizeBytes - TAIL_BYTES), TAIL_BYTES))
}

async function hasSecondHalf(file: FileBytes): Promise<boolean> {
  if (file.sizeBytes < MIN_SAMPLED_BYTES) return true
  for (const share of SAMPLED) {
    const start = Math.floor((file.sizeBytes * share) / PAGE_BYTES) * PAGE_BYTES
    if (!isZero(await file.read(start, Math.min(PAGE_BYTES, file.sizeBytes - start)))) return true
  }
  return false
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0)
}
