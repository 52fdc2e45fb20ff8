import type { Sharp } from 'sharp'
import type { RenditionColour } from '../../shared/model/output.ts'
import type { Source } from './openSource.ts'
import { type Pixels, toPixels } from './Pixels.ts'
import { builtInProfile, isDisplayP3 } from './profiles.ts'
import { sharp } from './safeSharp.ts'

/**
 * Decodes a picture once for all outputs of one colour: reduced and upright, in that colour. Perceptual intent, which for
 * the matrix profiles of RGB pictures is relative colorimetric (photo-facts §5.3).
 *
 * @param longEdgePx Longest side wanted; a smaller picture is not enlarged.
 * @throws AppError `picture-unsupported`, or what sharp throws.
 */
export async function develop(source: Source, colour: RenditionColour, longEdgePx: number): Promise<Pixels> {
  const reduced = reduceUpright(source.picture.clone(), source.orientation, longEdgePx)
  const { profile, path } = source
  // Grey and CMYK have no colours of their own that a browser would show, nor any beyond sRGB that are worth it.
  if (colour === 'srgb' || !source.isRgb) {
    const pixels = await toSrgb(reduced, source)
    return colour === 'p3' ? srgbToP3(pixels, path) : pixels
  }
  if (colour === 'keep') return toPixels(reduced.keepIccProfile(), profile ?? (await builtInProfile('srgb')), path)
  return toP3(reduced, source)
}

/** The box is square, so it fits before the turn as after; turning the reduced picture takes a fraction of the memory. */
function reduceUpright(source: Sharp, orientation: number, longEdgePx: number): Sharp {
  const reduced = source.resize({ width: longEdgePx, height: longEdgePx, fit: 'inside', withoutEnlargement: true })
  return turn(reduced, orientation)
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

/** By itself sharp makes sRGB of everything but grey and RGB of 16 bits with a profile. */
async function toSrgb(picture: Sharp, { is16Bit, isGrey, isRgb, profile, path }: Source): Promise<Pixels> {
  const srgb = await builtInProfile('srgb')
  // Without a profile the numbers are sRGB already. Naming it here would take 16-bit ones for Display P3.
  if (!is16Bit || profile === null) return toPixels(picture, srgb, path)
  if (isGrey) {
    // libvips ignores the profile of 16-bit grey, but not that of 8-bit grey.
    const grey = await picture.toColourspace('b-w').keepIccProfile().png({ compressionLevel: 0 }).toBuffer()
    return toPixels(sharp(grey), srgb, path)
  }
  if (!isRgb) return toPixels(picture, srgb, path)
  // Asked for sRGB, it would go by way of Display P3 and cut off twice, 3 ΔE apart for ProPhoto: so 8 bits come first.
  const { tiff } = await toPixels(picture.keepIccProfile(), profile, path)
  return toPixels(sharp(tiff, { limitInputPixels: false }), srgb, path)
}

async function toP3(picture: Sharp, { is16Bit, profile, path }: Source): Promise<Pixels> {
  const p3 = await builtInProfile('p3')
  if (profile === null) return srgbToP3(await toPixels(picture, await builtInProfile('srgb'), path), path)
  if (isDisplayP3(profile)) return toPixels(picture.keepIccProfile(), p3, path)
  // With 8 bits sharp would go by way of sRGB, and cut off what lies beyond it.
  const wide = is16Bit ? picture : picture.pipelineColourspace('rgb16')
  return toPixels(wide.withIccProfile('p3'), p3, path)
}

async function srgbToP3({ tiff }: Pixels, path: string): Promise<Pixels> {
  return toPixels(sharp(tiff, { limitInputPixels: false }).withIccProfile('p3'), await builtInProfile('p3'), path)
}
