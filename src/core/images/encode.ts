import type { Sharp } from 'sharp'
import type { Rendition } from '../../shared/model/output.ts'
import type { Description } from './description.ts'
import { encodeWithin } from './encodeWithin.ts'
import type { EncodedFormat } from './outputFormat.ts'
import { toExif, toXmp } from './outputMetadata.ts'
import type { Size } from './outputSize.ts'
import { fromPixels, type Pixels } from './Pixels.ts'
import { builtInProfile } from './profiles.ts'

export type Encoded = { readonly bytes: Buffer; readonly widthPx: number; readonly heightPx: number }

/** Above it a JPEG is written as it comes: mozjpeg holds the whole picture, 7 bytes a pixel, and takes a minute for 100 MP. */
const MAX_MOZJPEG_PIXELS = 50_000_000

/** From here on a JPEG has colours at full resolution, as its buyer expects of the best. */
const FULL_COLOUR_QUALITY = 90

/** Finished pixels as a file: tagged with their profile, with the rights and the capture time, without anything else. */
export async function encode(
  pixels: Pixels,
  rendition: Rendition,
  format: EncodedFormat,
  description: Description
): Promise<Encoded> {
  const isSrgb = pixels.profile.equals(await builtInProfile('srgb'))
  const { quality, maxSizeBytes } = rendition
  const at = (quality: number): Promise<Buffer> =>
    inFormat(describeOutput(fromPixels(pixels), rendition, description, isSrgb), format, quality, pixels).toBuffer()
  const bytes = maxSizeBytes === null ? await at(quality) : await encodeWithin(maxSizeBytes, quality, at)
  return { bytes, widthPx: pixels.widthPx, heightPx: pixels.heightPx }
}

function describeOutput(
  picture: Sharp,
  { metadata, keepsPosition }: Rendition,
  description: Description,
  isSrgb: boolean
): Sharp {
  const xmp = metadata === 'nothing' ? null : toXmp(description, keepsPosition)
  return xmp === null ? picture : picture.withExif(toExif(description, keepsPosition, isSrgb)).withXmp(xmp)
}

/** Efforts beyond these cost several times the time for a few percent of the bytes (photo-facts §5.4). */
export function inFormat(picture: Sharp, format: EncodedFormat, quality: number, { widthPx, heightPx }: Size): Sharp {
  switch (format) {
    case 'webp':
      return picture.webp({ quality, effort: 2 })
    case 'avif':
      return picture.avif({ quality, effort: 2 })
    case 'jpeg':
      // Transparency becomes white, as on paper.
      return picture.flatten({ background: '#fff' }).jpeg({
        quality,
        ...(widthPx * heightPx <= MAX_MOZJPEG_PIXELS ? { mozjpeg: true } : { optimiseCoding: false }),
        chromaSubsampling: quality >= FULL_COLOUR_QUALITY ? '4:4:4' : '4:2:0'
      })
    case 'png':
      // Lossless: `quality` would mean a palette.
      return picture.png({ compressionLevel: 6 })
    case 'gif':
      return picture.gif()
  }
}
