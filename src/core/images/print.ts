import type { SharpenOptions } from 'sharp'
import type { Rendition, Sharpening } from '../../shared/model/output.ts'
import type { OutputSize } from './outputSize.ts'
import { fromPixels, type Pixels, toPixels } from './Pixels.ts'
import { sharp } from './safeSharp.ts'
import { drawWatermark } from './watermark.ts'

/**
 * After the reduction, for its own softness: a narrow radius, and nothing for even areas (`m1`), where there is only
 * noise. The radius is that of a screen's pixel.
 */
export const SHARPEN: Readonly<Record<Exclude<Sharpening, 'none'>, SharpenOptions>> = {
  low: { sigma: 0.6, m1: 0, m2: 1 },
  standard: { sigma: 0.6, m1: 0, m2: 2 },
  high: { sigma: 0.8, m1: 0, m2: 3 }
}

/** The finished pixels of one rendition: at their size, sharpened, marked. The negative itself where nothing is to do. */
export async function print(negative: Pixels, rendition: Rendition, size: OutputSize, path: string): Promise<Pixels> {
  const { sharpening, watermark, colour } = rendition
  const hasSize = negative.widthPx === size.widthPx && negative.heightPx === size.heightPx
  if (hasSize && sharpening === 'none' && watermark === null) return negative
  let picture = fromPixels(negative)
  if (!hasSize) {
    const { widthPx: width, heightPx: height, crops } = size
    picture = picture.resize(
      crops ? { width, height, fit: 'cover', position: sharp.strategy.attention } : { width, height, fit: 'fill' }
    )
  }
  if (sharpening !== 'none') picture = picture.sharpen(SHARPEN[sharpening])
  if (watermark !== null) picture = picture.composite([await drawWatermark(watermark, size, colour === 'p3')])
  // A mark brings its transparency along.
  return toPixels(negative.hasAlpha ? picture : picture.removeAlpha(), negative.profile, path)
}
