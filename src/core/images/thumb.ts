import { rgbaToThumbHash } from 'thumbhash'
import { fromPixels, type Pixels } from './Pixels.ts'
import { sharp } from './safeSharp.ts'

/** A small WebP for rows and pages, and what it looks like in some 25 bytes of base64. */
export type Thumb = { readonly webp: Buffer; readonly thumbhash: string }

export const THUMB_LONG_EDGE_PX = 320
const QUALITY = 75

/** ThumbHash takes up to 100 px and keeps at most 7 waves a side: from this it makes the same hash in a third of the time. */
const HASHED_EDGE_PX = 56

/** @param pixels In sRGB. The WebP has no profile, since sRGB is what a page takes it for. */
export async function makeThumb(pixels: Pixels): Promise<Thumb> {
  const edge = THUMB_LONG_EDGE_PX
  const small = fromPixels(pixels).resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
  const { data, info } = await small.raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const raw = { width, height, channels }
  const [webp, thumbhash] = await Promise.all([
    sharp(data, { raw }).webp({ quality: QUALITY, effort: 2 }).toBuffer(),
    hashOf(sharp(data, { raw }))
  ])
  return { webp, thumbhash }
}

async function hashOf(picture: ReturnType<typeof sharp>): Promise<string> {
  const edge = HASHED_EDGE_PX
  const { data, info } = await picture
    .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64')
}
