import { readFile } from 'node:fs/promises'
import type { Metadata, Sharp } from 'sharp'
import { AppError } from '../../shared/errors.ts'
import { ADOBE_RGB_PROFILE, tagAsAdobeRgb } from './adobeRgb.ts'
import type { RenderJob } from './Darkroom.ts'
import { decodeHeic } from './decodeHeic.ts'
import { type Description, NO_DESCRIPTION, readDescription } from './description.ts'
import type { ExifToolReader } from './ExifToolReader.ts'
import { fileReadError } from './fileReadError.ts'
import { isHdr } from './hdr.ts'
import { maxPixels, requireAffordable } from './limits.ts'
import { longEdgeOf, type Size } from './outputSize.ts'
import { posterFrame } from './posterFrame.ts'
import { isProfile } from './profiles.ts'
import { readRaw } from './readRaw.ts'
import { sharp } from './safeSharp.ts'
import { sharpInput } from './sharpInput.ts'

/** A picture that is ready to be decoded, and what has to be known for that. */
export type Source = {
  readonly path: string
  /** To be cloned: one pipeline for each decode. */
  readonly picture: Sharp
  /** As stored: bits, channels, format. */
  readonly metadata: Metadata
  /** Upright, at full size. */
  readonly size: Size
  /** EXIF orientation that the decoded pixels still need. */
  readonly orientation: number
  readonly is16Bit: boolean
  readonly isGrey: boolean
  readonly isRgb: boolean
  /** What the numbers are meant in; null: sRGB by custom. */
  readonly profile: Buffer | null
  readonly description: Description
  /** Why it is good enough for a row's preview only; null: for renditions, too. */
  readonly reservation: AppError | null
}

/**
 * A picture in a RAW with a shorter long edge is a thumbnail: not one maker's smallest picture for showing is below it
 * (photo-facts §6.2), nor any thumbnail above.
 */
const MIN_RAW_PREVIEW_PX = 640

/**
 * Opens a frame's picture: the file's own, or the one that a RAW carries for showing, since sharp, which would open a DNG
 * or a NEF, takes its thumbnail for the whole (photo-facts §6.1).
 *
 * @param budgetBytes Memory a decoder may take.
 * @throws AppError `file-…`, `picture-…`, or what sharp throws.
 */
export async function openSource(job: RenderJob, budgetBytes: number, exiftool: ExifToolReader): Promise<Source> {
  const { path, kind } = job
  switch (kind) {
    case 'photo':
      return openPhoto(path, budgetBytes)
    case 'raw':
      return openRaw(path, budgetBytes, exiftool)
    case 'video':
      return openVideo(path, exiftool)
    default:
      throw new AppError('picture-unsupported', `Not rendered, being ${kind}: ${path}`)
  }
}

async function openPhoto(path: string, budgetBytes: number): Promise<Source> {
  const metadata = await sharp(await sharpInput(path), { limitInputPixels: false }).metadata()
  requireAffordable(metadata, 1, budgetBytes)
  const description = readDescription(metadata)
  if (await isHdr(path, metadata.format)) {
    throw new AppError('picture-unsupported', `${path}: HDR colours (PQ or HLG)`)
  }
  if (metadata.compression === 'hevc') {
    const { picture, ...size } = await decodeHeic(path, metadata)
    // Already turned, and already of 8 bits, whatever the file says.
    const heic = { path, picture, metadata, size, orientation: 1, description, reservation: null }
    return { ...heic, is16Bit: false, isGrey: false, isRgb: true, profile: metadata.icc ?? null }
  }
  const isMarked = description.isAdobeRgb && metadata.icc === undefined && metadata.format === 'jpeg'
  const input = isMarked ? tagAsAdobeRgb(await readWhole(path)) : await sharpInput(path)
  return toSource(path, input, metadata, description, isMarked ? ADOBE_RGB_PROFILE : null)
}

/** One of a film's frames, good for a row: nobody wants a still of their film in its place. */
async function openVideo(path: string, exiftool: ExifToolReader): Promise<Source> {
  const { Duration: seconds } = await exiftool.read(path, ['-fast', '-Duration#', '-api', 'largefilesupport=1'])
  const poster = await posterFrame(path, typeof seconds === 'number' && seconds > 0 ? seconds : null)
  const source = toSource(path, poster, await sharp(poster).metadata(), NO_DESCRIPTION, null)
  return { ...source, reservation: new AppError('picture-unsupported', `${path} is a film`) }
}

async function openRaw(path: string, budgetBytes: number, exiftool: ExifToolReader): Promise<Source> {
  const { jpeg, metadata, orientation, description } = await readRaw(path, exiftool)
  requireAffordable(metadata, 1, budgetBytes)
  const isMarked = description.isAdobeRgb && metadata.icc === undefined
  const input = isMarked ? tagAsAdobeRgb(jpeg) : jpeg
  const source = toSource(path, input, { ...metadata, orientation }, description, isMarked ? ADOBE_RGB_PROFILE : null)
  if (longEdgeOf(source.size) >= MIN_RAW_PREVIEW_PX) return source
  const size = `${source.size.widthPx} × ${source.size.heightPx} px`
  return { ...source, reservation: new AppError('picture-unsupported', `${path} carries only a thumbnail of ${size}`) }
}

function toSource(
  path: string,
  input: string | Buffer,
  metadata: Metadata,
  description: Description,
  addedProfile: Buffer | null
): Source {
  if (metadata.space === 'lab') throw new AppError('picture-unsupported', `${path}: Lab colour`)
  const { width, height, orientation = 1, space } = metadata
  const isGrey = space === 'b-w' || space === 'grey16'
  return {
    path,
    picture: sharp(input, { failOn: 'error', limitInputPixels: maxPixels(metadata) }),
    metadata,
    size: orientation >= 5 ? { widthPx: height, heightPx: width } : { widthPx: width, heightPx: height },
    orientation,
    is16Bit: metadata.depth === 'ushort',
    isGrey,
    isRgb: !isGrey && space !== 'cmyk',
    // Without its garbage the picture is what it looks like everywhere else: sRGB.
    profile: metadata.icc && isProfile(metadata.icc) ? metadata.icc : addedProfile,
    description,
    reservation: null
  }
}

async function readWhole(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw fileReadError(error, path)
  })
}
