import { AppError } from '../../shared/errors.ts'
import type { ExifToolReader, ExifToolTags } from './ExifToolReader.ts'
import { sharp } from './safeSharp.ts'

/** Where cameras put JPEGs into a RAW (photo-facts §6.2). */
const PREVIEW_TAGS = ['JpgFromRaw', 'JpgFromRaw2', 'PreviewImage', 'OtherImage', 'ThumbnailImage']

/**
 * The largest JPEG that a RAW carries for showing.
 *
 * @returns Its bytes, and the EXIF orientation that they still need: the RAW's, unless the JPEG has one of its own.
 * @throws AppError `picture-unsupported` if it carries none, or there is no ExifTool.
 */
export async function readRawPreview(
  path: string,
  exiftool: ExifToolReader
): Promise<{ readonly jpeg: Buffer; readonly orientation: number }> {
  const tags = await exiftool.read(path, ['-fast', '-Orientation#', ...PREVIEW_TAGS.map((tag) => `-${tag}`)])
  const [largest] = PREVIEW_TAGS.toSorted((one, other) => embeddedBytes(tags, other) - embeddedBytes(tags, one))
  if (largest === undefined || embeddedBytes(tags, largest) === 0) {
    throw new AppError('picture-unsupported', `${path} carries no preview`)
  }
  const jpeg = await exiftool.extract(path, largest)
  const { orientation } = await sharp(jpeg).metadata()
  const ofRaw = tags['Orientation']
  return { jpeg, orientation: orientation ?? (typeof ofRaw === 'number' ? ofRaw : 1) }
}

/** ExifTool names the size of what it does not print: `(Binary data 23370 bytes, use -b option to extract)`. */
function embeddedBytes(tags: ExifToolTags, tag: string): number {
  const value = tags[tag]
  const text = typeof value === 'string' ? value : ''
  return Number(/Binary data (\d+) bytes/.exec(text)?.[1] ?? 0)
}
