import type { Metadata } from 'sharp'
import { AppError } from '../../shared/errors.ts'
import { parseCaptureTime } from './captureTime.ts'
import { type Description, NO_DESCRIPTION } from './description.ts'
import type { ExifToolReader, ExifToolTags } from './ExifToolReader.ts'
import { validPosition } from './position.ts'
import { sharp } from './safeSharp.ts'
import { tagWords } from './tagWords.ts'

/** Where cameras put JPEGs into a RAW (photo-facts §6.2). */
const PREVIEW_TAGS = ['JpgFromRaw', 'JpgFromRaw2', 'PreviewImage', 'OtherImage', 'ThumbnailImage']

/** What renditions tell of a RAW, beside the picture and how it lies. */
const DESCRIPTION_TAGS = [
  '-Orientation#',
  '-InteropIndex',
  '-ColorSpace#',
  '-DateTimeOriginal',
  '-OffsetTimeOriginal',
  '-SubSecTimeOriginal#',
  '-Artist',
  '-Creator',
  '-Copyright',
  '-Rights',
  '-UsageTerms',
  '-WebStatement',
  '-Composite:GPSLatitude#',
  '-Composite:GPSLongitude#',
  '-Composite:GPSAltitude#'
]

/** JPEG's DQT marker, and how far in it is looked for: behind metadata of a full segment or two. */
const QUANTISATION_TABLE = Buffer.from([0xff, 0xdb])
const TABLES_WITHIN_BYTES = 256 * 1024

export type Raw = {
  readonly jpeg: Buffer
  readonly metadata: Metadata
  /** EXIF orientation that the JPEG still needs: the RAW's, unless it has one of its own. */
  readonly orientation: number
  readonly description: Description
}

/**
 * The largest JPEG that a RAW carries for showing, and what the RAW tells about the picture.
 *
 * @throws AppError `picture-unsupported` if it carries none, or there is no ExifTool.
 */
export async function readRaw(path: string, exiftool: ExifToolReader): Promise<Raw> {
  const tags = await exiftool.read(path, ['-fast', ...DESCRIPTION_TAGS, ...PREVIEW_TAGS.map((tag) => `-${tag}`)])
  const candidates = PREVIEW_TAGS.filter((tag) => embeddedBytes(tags, tag) > 0)
  for (const tag of candidates.toSorted((one, other) => embeddedBytes(tags, other) - embeddedBytes(tags, one))) {
    const jpeg = await exiftool.extract(path, tag)
    const metadata = await readJpegHeader(jpeg)
    if (metadata === null) continue
    const ofRaw = tags['Orientation']
    const orientation = metadata.orientation ?? (typeof ofRaw === 'number' ? ofRaw : 1)
    return { jpeg, metadata, orientation, description: toDescription(tags) }
  }
  throw new AppError('picture-unsupported', `${path} carries no picture for showing`)
}

/** ExifTool names the size of what it does not print: `(Binary data 23370 bytes, use -b option to extract)`. */
function embeddedBytes(tags: ExifToolTags, tag: string): number {
  const value = tags[tag]
  const text = typeof value === 'string' ? value : ''
  return Number(/Binary data (\d+) bytes/.exec(text)?.[1] ?? 0)
}

/**
 * Null for what is no picture by itself: sensor values as a lossless JPEG, or a strip of a compressed DNG, whose tables
 * stand elsewhere.
 */
async function readJpegHeader(bytes: Buffer): Promise<Metadata | null> {
  if (!bytes.subarray(0, TABLES_WITHIN_BYTES).includes(QUANTISATION_TABLE)) return null
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => null)
  return metadata?.format === 'jpeg' ? metadata : null
}

function toDescription(tags: ExifToolTags): Description {
  const words = (name: string) => tagWords(tags, name)
  const degrees = (name: string) => (typeof tags[name] === 'number' ? tags[name] : Number.NaN)
  const time = parseCaptureTime(words('DateTimeOriginal') ?? '', words('OffsetTimeOriginal'))
  const altitudeM = degrees('GPSAltitude')
  const position = validPosition(
    degrees('GPSLatitude'),
    degrees('GPSLongitude'),
    Number.isFinite(altitudeM) ? altitudeM : null
  )
  return {
    ...NO_DESCRIPTION,
    capturedAt: time && { ...time, subSeconds: words('SubSecTimeOriginal') },
    creator: words('Creator') ?? words('Artist'),
    copyright: words('Rights') ?? words('Copyright'),
    usageTerms: words('UsageTerms'),
    webStatement: words('WebStatement'),
    position,
    hasPosition: position !== null,
    isAdobeRgb: words('InteropIndex')?.startsWith('R03') === true && tags['ColorSpace'] !== 1
  }
}
