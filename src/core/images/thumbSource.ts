import { readFile } from 'node:fs/promises'
import readExifTags from 'exif-reader'
import type { Metadata } from 'sharp'
import { ADOBE_RGB_PROFILE } from './adobeRgb.ts'
import type { RenderJob } from './Darkroom.ts'
import { readDescription } from './description.ts'
import { isHdr } from './hdr.ts'
import type { Source } from './openSource.ts'
import { type Pixels, toPixels } from './Pixels.ts'
import { builtInProfile, isProfile } from './profiles.ts'
import { sharp } from './safeSharp.ts'
import { sharpInput } from './sharpInput.ts'
import { heicThumb } from './thumbHeic.ts'

/** Half of what a row's picture measures: cameras embed 160 × 120, and less is of no use. */
const MIN_LONG_EDGE_PX = 160

/** Further apart, it has black bars or shows what was cut away since (photo-facts §7). */
const MAX_ASPECT_DIFFERENCE = 0.03

/** Its EXIF segment holds at most 64 KiB: no thumbnail has more pixels than this. */
const MAX_PIXELS = 1_000_000

/** Upright once `orientation` is undone; numbers as the picture's are meant. */
type Embedded = { readonly pixels: Pixels; readonly orientation: number }

/**
 * The thumbnail that a camera put into its JPEG or HEIC, for a row's preview: a small part of the work of the picture
 * itself. It is taken only where it shows the same: the aspect agrees, and nobody has edited the file since it was taken.
 *
 * @returns null where there is no such thumbnail, or the file is something else.
 */
export async function thumbSource({ path, contentType }: RenderJob): Promise<Source | null> {
  if (contentType !== 'image/jpeg' && contentType !== 'image/heic') return null
  try {
    const metadata = await sharp(await sharpInput(path), { limitInputPixels: false }).metadata()
    const description = readDescription(metadata)
    const ofCamera = description.isAdobeRgb ? ADOBE_RGB_PROFILE : await builtInProfile('srgb')
    const profile = metadata.icc && isProfile(metadata.icc) ? metadata.icc : ofCamera
    const embedded = contentType === 'image/jpeg' ? inJpeg(metadata, profile, path) : inHeic(metadata, profile, path)
    const found = await embedded
    if (found === null) return null
    const { pixels, orientation } = found
    const { widthPx, heightPx } = pixels
    return {
      path,
      picture: sharp(pixels.tiff),
      metadata,
      size: orientation >= 5 ? { widthPx: heightPx, heightPx: widthPx } : { widthPx, heightPx },
      orientation,
      is16Bit: false,
      isGrey: false,
      isRgb: true,
      profile,
      description,
      reservation: null
    }
  } catch {
    return null // what is wrong is found, and said, when the picture itself is opened
  }
}

/** Decoded here, so that a damaged one is not taken. */
async function inJpeg(metadata: Metadata, profile: Buffer, path: string): Promise<Embedded | null> {
  const jpeg = metadata.exif && thumbnailIn(metadata.exif)
  if (!jpeg) return null
  const thumb = await sharp(jpeg, { limitInputPixels: MAX_PIXELS }).metadata()
  const isPlain = thumb.format === 'jpeg' && thumb.space === 'srgb' && thumb.icc === undefined
  if (!isPlain || !showsTheSame(thumb, metadata)) return null
  const picture = sharp(jpeg, { failOn: 'error', limitInputPixels: MAX_PIXELS }).keepIccProfile()
  return { pixels: await toPixels(picture, profile, path), orientation: metadata.orientation ?? 1 }
}

/** Already turned, as the picture of a HEIC is. */
async function inHeic(metadata: Metadata, profile: Buffer, path: string): Promise<Embedded | null> {
  if (metadata.compression !== 'hevc' || metadata.hasAlpha || (await isHdr(path, metadata.format))) return null
  const thumb = await heicThumb(await readFile(path))
  if (thumb === null) return null
  const { widthPx: width, heightPx: height } = thumb.size
  if (!showsTheSame({ width, height }, { width: thumb.ofSize.widthPx, height: thumb.ofSize.heightPx })) return null
  const picture = sharp(thumb.pixels, { raw: { width, height, channels: 3 } })
  return { pixels: await toPixels(picture, profile, path), orientation: 1 }
}

/** @param block EXIF as sharp hands it over, with or without `Exif\0\0`. */
function thumbnailIn(block: Buffer): Buffer | null {
  const { Image: image, Photo: photo, Thumbnail: thumbnail } = readExifTags(block)
  const taken = photo?.DateTimeDigitized ?? photo?.DateTimeOriginal
  // Editors leave the old one standing. A camera writes all its times at once.
  const isUntouched = taken instanceof Date && image?.DateTime?.getTime() === taken.getTime()
  const start = thumbnail?.['JPEGInterchangeFormat']
  const length = thumbnail?.['JPEGInterchangeFormatLength']
  if (!isUntouched || typeof start !== 'number' || typeof length !== 'number') return null
  const header = block.subarray(0, 6).toString('latin1') === 'Exif\0\0' ? 6 : 0
  const bytes = block.subarray(header + start, header + start + length)
  return bytes.length === length ? bytes : null
}

type Sides = { readonly width: number; readonly height: number }

function showsTheSame(thumb: Sides, { width, height }: Sides): boolean {
  const difference = Math.abs((thumb.width * height) / (thumb.height * width) - 1)
  return Math.max(thumb.width, thumb.height) >= MIN_LONG_EDGE_PX && difference <= MAX_ASPECT_DIFFERENCE
}
