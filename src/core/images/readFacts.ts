import { open } from 'node:fs/promises'
import type { Metadata } from 'sharp'
import { AppError, type Problem, toProblem } from '../../shared/errors.ts'
import { nameCamera } from './cameraName.ts'
import { formatCaptureTime, parseCaptureTime } from './captureTime.ts'
import { type Description, readDescription } from './description.ts'
import type { ExifToolReader, ExifToolTags } from './ExifToolReader.ts'
import { formatExposure } from './exposure.ts'
import type { FrameFacts } from './FrameFacts.ts'
import { fileReadError } from './fileReadError.ts'
import { isHdr } from './hdr.ts'
import { type Identity, identify } from './identify.ts'
import { marksOf, type PictureMarks } from './marks.ts'
import { type Position, readIso6709, validPosition } from './position.ts'
import { sharp } from './safeSharp.ts'
import { sharpError } from './sharpError.ts'
import { sharpInput } from './sharpInput.ts'
import { tagWords } from './tagWords.ts'
import { MAX_XMP_BYTES, readXmp } from './xmp.ts'

/** What sharp reads the metadata of; HEIC too, although it cannot decode it (photo-facts §5.1). */
const READ_BY_SHARP = new Set(['jpg', 'png', 'webp', 'avif', 'tif', 'gif', 'heic'])

const NOTHING: Omit<FrameFacts, keyof Identity | 'problem'> = {
  widthPx: null,
  heightPx: null,
  capturedAt: null,
  camera: null,
  lens: null,
  exposure: null,
  creator: null,
  copyright: null,
  hasPosition: false
}

/**
 * A frame's type and what its metadata tells. Pixels are never decoded.
 *
 * @throws AppError `file-missing`, `file-unreadable`. Metadata that cannot be read is the facts' `problem`.
 */
export async function readFacts(path: string, exiftool: ExifToolReader): Promise<FrameFacts> {
  const identity = await identify(path)
  try {
    return { ...identity, ...NOTHING, problem: null, ...(await readMetadata(path, identity, exiftool)) }
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('file-')) throw error
    return { ...identity, ...NOTHING, problem: toProblem(error) }
  }
}

/** Type by name and signature alone, for a frame whose metadata brought a reader down. */
export async function readType(path: string, problem: Problem): Promise<FrameFacts> {
  return { ...(await identify(path)), ...NOTHING, problem }
}

async function readMetadata(path: string, identity: Identity, exiftool: ExifToolReader): Promise<Partial<FrameFacts>> {
  if (identity.kind === 'sidecar' && identity.extension === 'xmp') return fromSidecar(path)
  if (identity.kind !== 'photo' && identity.kind !== 'raw' && identity.kind !== 'video') return {}
  if (READ_BY_SHARP.has(identity.extension)) return fromSharp(path)
  return fromExifTool(await exiftool.read(path, EXIFTOOL_ARGS))
}

async function fromSharp(path: string): Promise<Partial<FrameFacts>> {
  const metadata = await sharp(await sharpInput(path))
    .metadata()
    .catch((error: unknown) => {
      throw sharpError(error, path)
    })
  const description = readDescription(metadata)
  return {
    widthPx: metadata.autoOrient.width,
    heightPx: metadata.autoOrient.height,
    ...inWords(description),
    ...placed(description.position),
    ...marked(description.marks),
    ...(await readHdr(path, metadata)),
    problem: faultProblem(description.faults)
  }
}

/**
 * An XMP sidecar holds a packet and nothing else. Its other words are of its picture, and are not shown as its own; the
 * position goes with it all the same.
 */
async function fromSidecar(path: string): Promise<Partial<FrameFacts>> {
  const { marks, position, hasPosition } = readXmp(await readPacket(path))
  return { ...marked(marks), ...placed(position), hasPosition }
}

/** One byte more than a packet may have is enough to refuse it. */
async function readPacket(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(new Uint8Array(MAX_XMP_BYTES + 1))
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    throw fileReadError(error, path)
  }
}

function placed(position: Position | null): Pick<FrameFacts, 'position'> {
  return position === null ? {} : { position: { latitude: position.latitudeDeg, longitude: position.longitudeDeg } }
}

function marked(marks: PictureMarks | null): Pick<FrameFacts, 'marks'> {
  return marks === null ? {} : { marks }
}

async function readHdr(path: string, { format, gainMap }: Metadata): Promise<Pick<FrameFacts, 'hdr'>> {
  if (await isHdr(path, format)) return { hdr: 'pq-or-hlg' }
  return gainMap === undefined ? {} : { hdr: 'gain-map' }
}

function inWords(description: Description): Partial<FrameFacts> {
  const { capturedAt, exposure, camera, lens, creator, copyright, hasPosition } = description
  return {
    capturedAt: capturedAt && formatCaptureTime(capturedAt),
    exposure: formatExposure(exposure),
    camera,
    lens,
    creator,
    copyright,
    hasPosition
  }
}

function faultProblem(faults: ReadonlyArray<string>): Problem | null {
  return faults.length === 0 ? null : { code: 'picture-damaged', detail: `Metadata not readable: ${faults.join('; ')}` }
}

/** QuickTime's positions are one text, of which ExifTool computes the same two numbers as of EXIF's. */
const COORDINATE_ARGS = ['-Composite:GPSLatitude#', '-Composite:GPSLongitude#']

/** `-fast` leaves out trailers; names are asked for one by one, since a full read takes three times as long (§2.7). */
const EXIFTOOL_ARGS = [
  '-fast',
  '-ImageSize',
  '-Orientation#',
  '-Rotation#',
  '-DateTimeOriginal',
  '-OffsetTimeOriginal',
  '-CreationDate',
  '-CreateDate',
  '-FileType',
  '-Make',
  '-Model',
  '-LensID',
  '-LensModel',
  '-ExposureTime#',
  '-FNumber#',
  '-ISO#',
  '-FocalLength#',
  '-Artist',
  '-Creator',
  '-Copyright',
  '-Rights',
  '-XMP-xmp:Rating#',
  '-RatingPercent#',
  '-Label',
  '-Subject',
  '-HierarchicalSubject',
  '-Keywords',
  '-By-line',
  '-CopyrightNotice',
  '-Duration#',
  '-GPSCoordinates#',
  '-Location',
  ...COORDINATE_ARGS,
  '-Error',
  '-api',
  'largefilesupport=1'
]

/** QuickTime's own times are UTC by its specification; a RAW's stand in EXIF, local. */
const TIMES_IN_UTC = new Set(['MP4', 'MOV', 'M4V', 'QT', '3GP'])

function fromExifTool(tags: ExifToolTags): Partial<FrameFacts> {
  const words = (name: string) => tagWords(tags, name)
  const number = (name: string): number | null => {
    const value = tags[name]
    return typeof value === 'number' && value > 0 ? value : null
  }
  const error = words('Error')
  const durationSeconds = number('Duration')
  const location = readIso6709(words('Location') ?? '') // what some programs write into films
  const position = validPosition(degrees(tags['GPSLatitude']), degrees(tags['GPSLongitude']), null) ?? location
  const createZone = TIMES_IN_UTC.has(words('FileType') ?? '') ? 'Z' : null
  const capturedAt =
    parseCaptureTime(words('DateTimeOriginal') ?? '', words('OffsetTimeOriginal')) ??
    parseCaptureTime(words('CreationDate') ?? '') ??
    parseCaptureTime(words('CreateDate') ?? '', createZone)
  return {
    ...uprightSize(words('ImageSize'), number('Orientation'), number('Rotation')),
    capturedAt: capturedAt && formatCaptureTime(capturedAt),
    camera: nameCamera(words('Make'), words('Model')),
    lens: words('LensID') ?? words('LensModel'),
    exposure: formatExposure({
      seconds: number('ExposureTime'),
      fNumber: number('FNumber'),
      iso: number('ISO'),
      focalLengthMm: number('FocalLength')
    }),
    creator: words('Artist') ?? words('Creator') ?? words('By-line'),
    copyright: words('Copyright') ?? words('Rights') ?? words('CopyrightNotice'),
    ...marked(
      marksOf({
        rating: words('Rating'),
        ratingPercent: words('RatingPercent'),
        label: words('Label'),
        keywords: [
          ...list(tags['Subject']),
          ...list(tags['Keywords']),
          ...list(tags['HierarchicalSubject']).flatMap((path) => path.split('|'))
        ]
      })
    ),
    ...placed(position),
    ...(durationSeconds !== null && { durationSeconds }),
    hasPosition: position !== null || ['GPSLatitude', 'GPSCoordinates'].some((name) => tags[name] !== undefined),
    problem: error === null ? null : { code: 'picture-damaged', detail: `ExifTool: ${error}` }
  }
}

function degrees(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN
}

function list(value: unknown): ReadonlyArray<string> {
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).map(String)
}

/** EXIF orientations from 5 up lie on their side, as do movies turned by a quarter. */
function uprightSize(size: string | null, orientation: number | null, rotationDeg: number | null): Partial<FrameFacts> {
  const match = /^(\d+)[ x](\d+)$/.exec(size ?? '')
  if (match === null) return {}
  const [width, height] = [Number(match[1]), Number(match[2])]
  const isLying = (orientation !== null && orientation >= 5) || rotationDeg === 90 || rotationDeg === 270
  return isLying ? { widthPx: height, heightPx: width } : { widthPx: width, heightPx: height }
}
