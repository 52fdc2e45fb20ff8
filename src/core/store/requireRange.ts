import { AppError } from '../../shared/errors.ts'

/**
 * A range as R2 understands it: cut at the end of the object, refused if it begins there or later.
 *
 * @returns Bytes `start` (inclusive) to `end` (exclusive).
 * @throws AppError `bad-request` where R2 answers 416.
 */
export function requireRange(
  key: string,
  sizeBytes: number,
  range: { readonly start: number; readonly end: number | null } | null
): { readonly start: number; readonly end: number } {
  if (range === null) return { start: 0, end: sizeBytes }
  const end = Math.min(range.end ?? sizeBytes, sizeBytes)
  if (range.start >= end) throw new AppError('bad-request', `No bytes from ${range.start} of ${sizeBytes}: ${key}`)
  return { start: range.start, end }
}
