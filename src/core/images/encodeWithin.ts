import { AppError } from '../../shared/errors.ts'

/** Below this nobody would take the picture for a photograph. */
const MIN_QUALITY = 10

/** Sizes grow about like this with each step of quality, for the first guess: by a factor of 2.7 over 40 steps. */
const TYPICAL_GROWTH = 0.025

/** Near enough to the size that was asked for. */
const GOOD_SHARE = 0.9
const MAX_ENCODES = 6

type Try = { readonly quality: number; readonly bytes: Buffer }

/**
 * The best quality whose file is no larger than asked for, found in a few encodes: the logarithm of a file's size is
 * nearly a straight line over its quality. Asked twice, it takes the same steps.
 *
 * @param quality The highest that is tried, and tried first.
 * @param encode Pixels at a quality, as a whole file.
 * @throws AppError `picture-too-large` if quality 10 is not enough.
 */
export async function encodeWithin(
  maxSizeBytes: number,
  quality: number,
  encode: (quality: number) => Promise<Buffer>
): Promise<Buffer> {
  const attempt = async (at: number): Promise<Try> => ({ quality: at, bytes: await encode(at) })
  let above = await attempt(quality)
  if (above.bytes.length <= maxSizeBytes) return above.bytes
  let below: Try | null = null
  for (let encodes = 1; encodes < MAX_ENCODES; encodes++) {
    const lowest = below?.quality ?? Math.min(MIN_QUALITY, quality) - 1
    if (above.quality - lowest <= 1) break
    const next = await attempt(clamp(guess(maxSizeBytes, above, below), lowest + 1, above.quality - 1))
    if (next.bytes.length > maxSizeBytes) above = next
    else below = next
    if (below !== null && below.bytes.length >= GOOD_SHARE * maxSizeBytes) break
  }
  below ??= above.quality > MIN_QUALITY ? await attempt(MIN_QUALITY) : above
  if (below.bytes.length <= maxSizeBytes) return below.bytes
  throw new AppError(
    'picture-too-large',
    `${below.bytes.length} bytes at quality ${below.quality}, where ${maxSizeBytes} were asked for`
  )
}

function guess(maxSizeBytes: number, above: Try, below: Try | null): number {
  const excess = Math.log(above.bytes.length / maxSizeBytes)
  const growth =
    below === null
      ? TYPICAL_GROWTH
      : Math.log(above.bytes.length / below.bytes.length) / (above.quality - below.quality)
  return Math.floor(above.quality - excess / growth)
}

/** A guess without slope is no number: then the middle. */
function clamp(value: number, least: number, most: number): number {
  return Number.isFinite(value) ? Math.max(least, Math.min(most, value)) : Math.floor((least + most) / 2)
}
