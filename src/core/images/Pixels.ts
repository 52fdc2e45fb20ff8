import type { Sharp } from 'sharp'
import { AppError } from '../../shared/errors.ts'
import { sharp } from './safeSharp.ts'
import { wrapAsTiff } from './tiff.ts'

/** A decoded picture, upright, 8 bits a channel, with the profile its numbers are meant in. */
export type Pixels = {
  readonly widthPx: number
  readonly heightPx: number
  readonly hasAlpha: boolean
  /** Pixels and profile as an uncompressed TIFF, the one form in which sharp takes both. */
  readonly tiff: Buffer
  readonly profile: Buffer
}

/** Runs a pipeline. @param profile That of the numbers which come out of it. */
export async function toPixels(picture: Sharp, profile: Buffer, path: string): Promise<Pixels> {
  const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  const { width: widthPx, height: heightPx, channels } = info
  if (channels !== 3 && channels !== 4) throw new AppError('picture-unsupported', `${path}: ${channels} channels`)
  return {
    widthPx,
    heightPx,
    hasAlpha: channels === 4,
    tiff: wrapAsTiff(data, widthPx, heightPx, channels, profile),
    profile
  }
}

/** A pipeline that begins with these pixels. Their numbers are not converted, and what is encoded carries their profile. */
export function fromPixels({ tiff }: Pixels): Sharp {
  // The picture was let in when it was decoded.
  return sharp(tiff, { limitInputPixels: false }).keepIccProfile()
}
