import { readFileSync } from 'node:fs'
import readExif from 'exif-reader'
import decodeHeic from 'heic-decode'
import sharp, { type Sharp } from 'sharp'
import type { Rendition } from '../../src/shared/model/output.ts'

/** Both pictures are compared at this size, at which compression leaves hardly a trace and a wrong turn shows. */
const COMPARED_PX = 16
/**
 * Mean difference per channel, of 255 steps. Measured with WebP at quality 85: 0.3 for photographs and 2.3 for one of
 * 61 × 58 pixels; turned or mirrored, the flattest of them, a leaf on snow, differs by 15.
 */
const MAX_MEAN_DIFFERENCE = 4

export type Comparison = {
  /** For the table: `1365 × 2048 px, Δ 0.8`. */
  readonly words: string
  readonly faults: ReadonlyArray<string>
}

/** Holds a rendition against its source: upright, of the right size, of the right colours and without a position. */
export async function comparePictures(path: string, made: Buffer, rendition: Rendition): Promise<Comparison> {
  const source = await openUpright(path)
  const { format, width = 0, pageHeight, height = 0, exif, xmp } = await sharp(made).metadata()
  const size = { width, height: pageHeight ?? height }
  const expected = fittedSize(source, rendition.longEdgePx)
  const difference = meanDifference(await pixels(source.picture), await pixels(sharp(made)))

  const faults: string[] = []
  if (format !== rendition.format) faults.push(`is ${format}, not ${rendition.format}`)
  if (Math.abs(size.width - expected.width) > 1 || Math.abs(size.height - expected.height) > 1) {
    faults.push(`is ${size.width} × ${size.height} px, not ${expected.width} × ${expected.height}`)
  }
  if (difference > MAX_MEAN_DIFFERENCE) faults.push(`shows something else (Δ ${difference.toFixed(1)})`)
  if (!rendition.keepsPosition && hasPosition(exif, xmp)) faults.push('carries a position')
  return { words: `${size.width} × ${size.height} px, Δ ${difference.toFixed(1)}`, faults }
}

type Upright = { readonly width: number; readonly height: number; readonly picture: Sharp }

/** HEIC is decoded by libheif, which turns it upright; the rest by sharp. Of a moving picture, the first one. */
async function openUpright(path: string): Promise<Upright> {
  const bytes = readFileSync(path)
  if (/heic|heix|mif1|msf1/.test(bytes.toString('latin1', 8, 12))) {
    const { width, height, data } = await decodeHeic({ buffer: bytes })
    return { width, height, picture: sharp(data, { raw: { width, height, channels: 4 } }) }
  }
  const { autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata()
  return { ...autoOrient, picture: sharp(bytes, { limitInputPixels: false }).autoOrient() }
}

/** Never enlarged. */
function fittedSize({ width, height }: Upright, longEdgePx: number): { width: number; height: number } {
  const scale = Math.min(1, longEdgePx / Math.max(width, height))
  return { width: Math.round(width * scale), height: Math.round(height * scale) }
}

/** In sRGB, before grey where it is transparent. */
function pixels(picture: Sharp): Promise<Buffer> {
  return picture
    .resize(COMPARED_PX, COMPARED_PX, { fit: 'fill', fastShrinkOnLoad: false }) // WebP's own shrinking is coarse
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer()
}

function meanDifference(one: Buffer, other: Buffer): number {
  if (one.length !== other.length) return 255
  let sum = 0
  for (const [index, value] of one.entries()) sum += Math.abs(value - (other[index] ?? 0))
  return sum / one.length
}

function hasPosition(exif: Buffer | undefined, xmp: Buffer | undefined): boolean {
  const gps = exif ? readExif(exif).GPSInfo : undefined
  return Object.keys(gps ?? {}).length > 0 || (xmp?.includes('exif:GPS') ?? false)
}
