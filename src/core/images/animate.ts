import type { OverlayOptions, Sharp } from 'sharp'
import { AppError } from '../../shared/errors.ts'
import type { Rendition } from '../../shared/model/output.ts'
import { type Encoded, inFormat } from './encode.ts'
import { encodeWithin } from './encodeWithin.ts'
import { maxPixels, requireAffordable, roomError } from './limits.ts'
import type { Source } from './openSource.ts'
import type { EncodedFormat } from './outputFormat.ts'
import { toXmp } from './outputMetadata.ts'
import { outputSize } from './outputSize.ts'
import { SHARPEN } from './print.ts'
import { sharp } from './safeSharp.ts'
import { sharpInput } from './sharpInput.ts'
import { drawWatermark } from './watermark.ts'

/** Whether the picture moves, and still does in this format. */
export function staysMoving({ metadata }: Source, format: EncodedFormat): boolean {
  const isMoving = (metadata.pages ?? 1) > 1 && (metadata.format === 'gif' || metadata.format === 'webp')
  return isMoving && (format === 'gif' || format === 'webp')
}

/**
 * An animation as an animation. It goes from file to file, since its frames together have no one negative; in sRGB, which
 * is all that GIF knows. A box is filled from the middle: what draws the eye may wander.
 *
 * @throws AppError `picture-too-large`, or what sharp throws.
 */
export async function animate(
  source: Source,
  rendition: Rendition,
  format: EncodedFormat,
  budgetBytes: number
): Promise<Encoded> {
  const { path, metadata, description } = source
  const pages = metadata.pages ?? 1
  requireAffordable(metadata, pages, budgetBytes)
  const size = outputSize(rendition, source.size, format)
  const tooLarge = roomError(0, size.widthPx * size.heightPx * pages, budgetBytes)
  if (tooLarge !== null) throw tooLarge
  const input = await sharpInput(path)
  const overlays = await marks(rendition, size, pages)
  const xmp = rendition.metadata === 'nothing' ? null : toXmp(description, rendition.keepsPosition)
  const at = (quality: number): Promise<Buffer> => {
    const { widthPx: width, heightPx: height, crops } = size
    let picture: Sharp = sharp(input, { animated: true, failOn: 'error', limitInputPixels: maxPixels(metadata) })
    picture = picture.resize({ width, height, fit: crops ? 'cover' : 'fill' })
    if (rendition.sharpening !== 'none') picture = picture.sharpen(SHARPEN[rendition.sharpening])
    if (overlays.length > 0) picture = picture.composite(overlays)
    if (format === 'webp') picture = picture.withIccProfile('srgb')
    // No EXIF here: from a file, sharp would carry the source's thumbnail along (photo-facts §5.5).
    return inFormat(xmp === null ? picture : picture.withXmp(xmp), format, quality, size).toBuffer()
  }
  const { quality, maxSizeBytes } = rendition
  const bytes = maxSizeBytes === null ? await at(quality) : await encodeWithin(maxSizeBytes, quality, at)
  return { bytes, widthPx: size.widthPx, heightPx: size.heightPx }
}

/** sharp lays the frames of an animation below each other, and each needs the mark. */
async function marks(
  { watermark }: Rendition,
  size: { readonly widthPx: number; readonly heightPx: number },
  pages: number
): Promise<OverlayOptions[]> {
  if (watermark === null) return []
  const mark = await drawWatermark(watermark, size, false)
  const { top } = mark
  if (top === undefined) throw new AppError('internal', 'A watermark without a place')
  return Array.from({ length: pages }, (_, page) => ({ ...mark, top: top + page * size.heightPx }))
}
