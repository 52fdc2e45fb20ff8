import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import type { PartRange } from '../store/ObjectStore.ts'

/** R2 calls it 4.995 TiB. @see https://developers.cloudflare.com/r2/platform/limits/ */
export const MAX_OBJECT_BYTES = 5_492_189_429_760

/** Up to here an object goes in one request: one round trip, one Class A operation, nothing to resume. */
export const SINGLE_PUT_BYTES = 16 * MiB

/** A part has at least this unless it is the last. @see https://developers.cloudflare.com/r2/platform/limits/ */
const LEAST_PART_BYTES = 5 * MiB

/** R2 takes 10,000; fewer leave room for whole MiB. */
const MOST_PARTS = 9_000

/**
 * The part size for a new multipart upload: chosen once, saved with the upload id, never chosen again. What the person
 * sets later holds for uploads that are opened later.
 *
 * @param fileBytes Size of the file in bytes, at least 1.
 * @param wantedPartBytes What the person set, or null.
 * @returns Bytes per part, whole MiB where what is wanted is: what is wanted, or 8 MiB for files below 128 MiB, so that
 *   a RAW file shows progress and loses little to a broken line, and 16 MiB above, where half the requests cost half as
 *   much; more where 9,000 such parts would not hold the file, and never less than R2's 5 MiB.
 * @throws AppError `file-too-large` above 5,492,189,429,760 bytes.
 * @see https://developers.cloudflare.com/r2/platform/limits/ (10,000 parts; object size)
 */
export function choosePartBytes(fileBytes: number, wantedPartBytes: number | null): number {
  if (!Number.isSafeInteger(fileBytes) || fileBytes < 1) {
    throw new RangeError(`Expected \`fileBytes\` to be a whole number from 1 up, got ${fileBytes}`)
  }
  if (fileBytes > MAX_OBJECT_BYTES) throw new AppError('file-too-large', `${fileBytes} bytes`)
  const usual = wantedPartBytes ?? (fileBytes < 128 * MiB ? 8 * MiB : 16 * MiB)
  return Math.max(LEAST_PART_BYTES, usual, Math.ceil(fileBytes / MOST_PARTS / MiB) * MiB)
}

/** Byte ranges in file order, `end` exclusive, without gaps; all `partBytes` long, the last may be shorter. */
export function planParts(fileBytes: number, partBytes: number): ReadonlyArray<PartRange> {
  return Array.from({ length: Math.ceil(fileBytes / partBytes) }, (_, index) => ({
    number: index + 1, // R2 counts parts from 1
    start: index * partBytes,
    end: Math.min((index + 1) * partBytes, fileBytes)
  }))
}

/**
 * Class A operations that sending one object of that size takes, with parts of the usual size.
 *
 * @see https://developers.cloudflare.com/r2/pricing/
 */
export function countPutRequests(fileBytes: number): number {
  if (fileBytes <= SINGLE_PUT_BYTES) return 1
  return Math.ceil(fileBytes / choosePartBytes(fileBytes, null)) + 2 // open and complete
}
