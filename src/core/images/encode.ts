import type { Sharp } from 'sharp'
import type { Rendition, RenditionFormat } from '../../shared/model/output.ts'
import type { Description } from './description.ts'
import type { Negative } from './develop.ts'
import { toExif, toXmp } from './outputMetadata.ts'
import { sharp } from './safeSharp.ts'

export type Encoded = { readonly bytes: Buffer; readonly widthPx: number; readonly heightPx: number }

export const CONTENT_TYPES: Readonly<Record<RenditionFormat, string>> = {
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  avif: 'image/avif',
  png: 'image/png'
}

export const PREVIEW_LONG_EDGE_PX = 320
const PREVIEW_QUALITY = 75

/** WebP counts its sides in 14 bits. */
const MAX_WEBP_SIDE_PX = 16_383

/** The longest side a negative needs for these outputs. */
export function longestEdgePx(renditions: ReadonlyArray<Rendition>): number {
  return Math.max(PREVIEW_LONG_EDGE_PX, ...renditions.map(({ longEdgePx }) => longEdgePx))
}

/** A rendition as its file's bytes: sRGB and tagged so, with rights and capture time, without anything else. */
export async function encode(negative: Negative, rendition: Rendition, description: Description): Promise<Encoded> {
  return toFile(describeOutput(reduce(negative, edgeOf(rendition)), rendition, description), rendition)
}

/** An animation as animated WebP. It goes from file to file, since its frames together have no one negative. */
export async function encodeAnimation(source: Sharp, rendition: Rendition, description: Description): Promise<Encoded> {
  const reduced = source.resize(inside(edgeOf(rendition)))
  const xmp = toXmp(description, rendition.keepsPosition)
  // No EXIF here: from a file, sharp would carry the source's thumbnail along (photo-facts §5.5).
  return toFile((xmp === null ? reduced : reduced.withXmp(xmp)).withIccProfile('srgb'), rendition)
}

/** A small WebP for rows and pages. Without a profile: the pixels are sRGB, which is what a page takes them for. */
export async function encodePreview(negative: Negative): Promise<Buffer> {
  return reduce(negative, PREVIEW_LONG_EDGE_PX).webp({ quality: PREVIEW_QUALITY, effort: 2 }).toBuffer()
}

function edgeOf({ format, longEdgePx }: Rendition): number {
  return format === 'webp' ? Math.min(longEdgePx, MAX_WEBP_SIDE_PX) : longEdgePx
}

function reduce({ data, widthPx, heightPx, channels }: Negative, longEdgePx: number): Sharp {
  const picture = sharp(data, { raw: { width: widthPx, height: heightPx, channels }, limitInputPixels: false })
  return picture.resize(inside(longEdgePx))
}

function inside(longEdgePx: number) {
  return { width: longEdgePx, height: longEdgePx, fit: 'inside', withoutEnlargement: true } as const
}

function describeOutput(picture: Sharp, { keepsPosition }: Rendition, description: Description): Sharp {
  const xmp = toXmp(description, keepsPosition)
  const tagged = picture.withIccProfile('srgb')
  return xmp === null ? tagged : tagged.withExif(toExif(description, keepsPosition)).withXmp(xmp)
}

async function toFile(picture: Sharp, rendition: Rendition): Promise<Encoded> {
  const { data, info } = await inFormat(picture, rendition).toBuffer({ resolveWithObject: true })
  return { bytes: data, widthPx: info.width, heightPx: info.pageHeight ?? info.height }
}

/** Efforts beyond these cost several times the time for a few percent of the bytes (photo-facts §5.4). */
function inFormat(picture: Sharp, { format, quality }: Rendition): Sharp {
  switch (format) {
    case 'webp':
      return picture.webp({ quality, effort: 2 })
    case 'avif':
      return picture.avif({ quality, effort: 2 })
    case 'jpeg':
      // Transparency becomes white, as on paper. Full colour resolution where the person asked for the best.
      return picture
        .flatten({ background: '#fff' })
        .jpeg({ quality, optimiseCoding: true, chromaSubsampling: quality >= 90 ? '4:4:4' : '4:2:0' })
    case 'png':
      // Lossless: `quality` would mean a palette.
      return picture.png({ compressionLevel: 6 })
  }
}
