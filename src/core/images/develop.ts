import { readFile } from 'node:fs/promises'
import type { Metadata, Sharp, SharpOptions } from 'sharp'
import { AppError } from '../../shared/errors.ts'
import { tagAsAdobeRgb } from './adobeRgb.ts'
import { decodeHeic } from './decodeHeic.ts'
import type { Description } from './description.ts'
import { isHdr } from './hdr.ts'
import { MAX_PREVIEW_PIXELS, maxPixels } from './limits.ts'
import { sharp } from './safeSharp.ts'
import { sharpInput } from './sharpInput.ts'

/** A picture as all outputs start from: upright, 8-bit sRGB, at the largest size that any of them wants. */
export type Negative = {
  readonly data: Buffer
  readonly widthPx: number
  readonly heightPx: number
  /** 3 RGB, 4 RGB with alpha, not premultiplied. */
  readonly channels: 3 | 4
}

/**
 * Decodes a picture once, reduced and upright, with its colours as sRGB (photo-facts §5.3; perceptual intent).
 *
 * @param longEdgePx Longest side wanted; a smaller picture is not enlarged.
 * @throws AppError `picture-unsupported`, or what sharp throws.
 */
export async function develop(
  path: string,
  metadata: Metadata,
  description: Description,
  longEdgePx: number
): Promise<Negative> {
  const source = await openPicture(path, metadata, description)
  const reduced = reduceUpright(source, metadata.orientation ?? 1, longEdgePx)
  return toNegative(await toSrgb(reduced, metadata, description), path)
}

/**
 * The same of a JPEG that a RAW carries for showing. Its colours are the camera's choice, sRGB by custom.
 *
 * @param orientation EXIF orientation that the JPEG still needs.
 */
export async function developPreview(
  jpeg: Buffer,
  orientation: number,
  longEdgePx: number,
  path: string
): Promise<Negative> {
  const source = sharp(jpeg, { failOn: 'error', limitInputPixels: MAX_PREVIEW_PIXELS })
  return toNegative(reduceUpright(source, orientation, longEdgePx), path)
}

/** The box is square, so it fits before the turn as after; turning the reduced picture takes a fraction of the memory. */
function reduceUpright(source: Sharp, orientation: number, longEdgePx: number): Sharp {
  const reduced = source.resize({ width: longEdgePx, height: longEdgePx, fit: 'inside', withoutEnlargement: true })
  return turn(reduced, orientation)
}

async function toNegative(picture: Sharp, path: string): Promise<Negative> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true })
  if (info.channels !== 3 && info.channels !== 4) {
    throw new AppError('picture-unsupported', `${path}: ${info.channels} channels`)
  }
  return { data, widthPx: info.width, heightPx: info.height, channels: info.channels }
}

async function openPicture(path: string, metadata: Metadata, description: Description): Promise<Sharp> {
  const options: SharpOptions = { failOn: 'error', limitInputPixels: maxPixels(metadata) }
  if (metadata.space === 'lab') throw new AppError('picture-unsupported', `${path}: Lab colour`)
  if (metadata.format === 'heif') {
    if (await isHdr(path)) throw new AppError('picture-unsupported', `${path}: HDR colours (PQ or HLG)`)
    if (metadata.compression === 'hevc') return decodeHeic(path, metadata)
  }
  if (isBareAdobeRgb(metadata, description)) return sharp(tagAsAdobeRgb(await readFile(path)), options)
  return sharp(await sharpInput(path), options)
}

function isBareAdobeRgb(metadata: Metadata, { isAdobeRgb }: Description): boolean {
  return isAdobeRgb && metadata.icc === undefined && metadata.format === 'jpeg'
}

/**
 * EXIF orientations undone. After a resize sharp mirrors before it turns, in whichever order it is told.
 * HEIC and AVIF turn by themselves and report no orientation.
 */
function turn(picture: Sharp, orientation: number): Sharp {
  switch (orientation) {
    case 2:
      return picture.flop()
    case 3:
      return picture.rotate(180)
    case 4:
      return picture.flip()
    case 5:
      return picture.flop().rotate(270)
    case 6:
      return picture.rotate(90)
    case 7:
      return picture.flop().rotate(90)
    case 8:
      return picture.rotate(270)
    default:
      return picture
  }
}

async function toSrgb(picture: Sharp, metadata: Metadata, description: Description): Promise<Sharp> {
  const hasProfile = metadata.icc !== undefined || isBareAdobeRgb(metadata, description)
  // Without a profile the numbers are sRGB already. Naming it here would take 16-bit ones for Display P3.
  if (!hasProfile) return picture
  if (metadata.space === 'grey16') {
    // libvips ignores the profile of 16-bit grey, but not that of 8-bit grey.
    const eightBit = await picture.toColourspace('b-w').keepIccProfile().png({ compressionLevel: 0 }).toBuffer()
    return sharp(eightBit).withIccProfile('srgb')
  }
  return picture.withIccProfile('srgb')
}
