import type { Metadata } from 'sharp'
import { AppError } from '../../shared/errors.ts'

/** The longest side of any format a camera writes; a 269-byte PNG of 13,828,104 × 12 took 6.7 GB (photo-facts §9). */
const MAX_SIDE_PX = 65_535

/** Pixel-shift pictures reach 400 MP, and a baseline JPEG is decoded in rows. Everything else is held in larger pieces. */
const MAX_PIXELS_BASELINE_JPEG = 512_000_000
const MAX_PIXELS = 150_000_000

/** Peak bytes a pixel while decoding, as measured (photo-facts §5.6, §6.3). */
const BYTES_PER_PIXEL: Readonly<Record<string, number>> = { jpeg: 0.4, webp: 1, png: 0.5, tiff: 1.6, gif: 5 }
const BYTES_PER_PIXEL_INTERLACED = 4
const BYTES_PER_PIXEL_AVIF = 18
const BYTES_PER_PIXEL_HEVC = 14

/**
 * Peak bytes a pixel of what is made, measured with 102 MP that are turned, encoder included: 7 as JPEG, 11.3 as WebP,
 * which holds its picture whole. A print of its own: 9, beside 3 for the negative.
 */
const BYTES_PER_PIXEL_DEVELOPED = 11.5
const BYTES_PER_PIXEL_KEPT = 3
const BYTES_PER_PIXEL_PRINTED = 9

/** How many pixels sharp may meet in a picture of this kind. */
export function maxPixels(metadata: Metadata): number {
  return metadata.format === 'jpeg' && !metadata.isProgressive ? MAX_PIXELS_BASELINE_JPEG : MAX_PIXELS
}

/**
 * Refuses by the header alone what would not fit into memory, before a decoder is asked.
 *
 * @param frames Pictures in the file that are decoded: 1, or all of an animation.
 * @param budgetBytes What a decoder may take.
 * @throws AppError `picture-too-large`
 */
export function requireAffordable(metadata: Metadata, frames: number, budgetBytes: number): void {
  const { width, height } = metadata
  const pixels = width * height
  if (Math.max(width, height) > MAX_SIDE_PX || pixels * frames > maxPixels(metadata)) {
    throw new AppError('picture-too-large', `${width} × ${height} px${frames > 1 ? ` × ${frames}` : ''}`)
  }
  const bytes = pixels * frames * bytesPerPixel(metadata)
  if (bytes > budgetBytes) {
    throw new AppError(
      'picture-too-large',
      `${width} × ${height} px would take ${Math.round(bytes / 1e6)} MB to decode`
    )
  }
}

/**
 * Why a rendition would not fit into memory, or null if it does.
 *
 * @param negativePixels Of the decoded picture that it needs.
 * @param printPixels Of what is made of that; 0 where the negative is finished as it is.
 */
export function roomError(negativePixels: number, printPixels: number, budgetBytes: number): AppError | null {
  const developing = negativePixels * BYTES_PER_PIXEL_DEVELOPED
  const printing = negativePixels * BYTES_PER_PIXEL_KEPT + printPixels * BYTES_PER_PIXEL_PRINTED
  const bytes = Math.max(developing, printing)
  if (bytes <= budgetBytes) return null
  return new AppError('picture-too-large', `The rendition would take ${Math.round(bytes / 1e6)} MB to make`)
}

function bytesPerPixel({ format, compression, isProgressive }: Metadata): number {
  if (format === 'heif') return compression === 'hevc' ? BYTES_PER_PIXEL_HEVC : BYTES_PER_PIXEL_AVIF
  return isProgressive ? BYTES_PER_PIXEL_INTERLACED : (BYTES_PER_PIXEL[format] ?? BYTES_PER_PIXEL_INTERLACED)
}
