import readExifTags, { type Exif } from 'exif-reader'
import { type CaptureTime, parseCaptureTime } from './captureTime.ts'
import type { Exposure } from './exposure.ts'
import { type Position, validPosition } from './position.ts'

/** What EXIF says that we use. */
export type ExifFacts = {
  readonly capturedAt: CaptureTime | null
  readonly make: string | null
  readonly model: string | null
  readonly lens: string | null
  readonly exposure: Exposure
  readonly creator: string | null
  readonly copyright: string | null
  readonly position: Position | null
  /** A GPS directory with a position in it, readable or not. */
  readonly hasPosition: boolean
  /** Adobe RGB straight from the camera: no profile is embedded, only DCF's option file mark tells (photo-facts §5.3). */
  readonly isAdobeRgb: boolean
}

type Tags = Readonly<Record<string, unknown>>

/**
 * @param block The EXIF block as sharp hands it over, with or without its `Exif\0\0`.
 * @throws Error if the block cannot be followed at all; single tags that make no sense are null.
 */
export function readExif(block: Buffer): ExifFacts {
  const {
    Image: image = {},
    Photo: photo = {},
    GPSInfo: gps = {},
    Iop: interop = {}
  } = directories(readExifTags(block))
  return {
    capturedAt: capturedAt(photo),
    make: text(image['Make']),
    model: text(image['Model']),
    lens: text(photo['LensModel']),
    exposure: {
      seconds: positive(photo['ExposureTime']),
      fNumber: positive(photo['FNumber']),
      iso: positive(photo['ISOSpeedRatings']),
      focalLengthMm: positive(photo['FocalLength'])
    },
    creator: text(image['Artist']),
    copyright: copyright(image['Copyright']),
    position: position(gps),
    hasPosition: mayBePlace(gps['GPSLatitude']) || mayBePlace(gps['GPSLongitude']),
    isAdobeRgb: photo['ColorSpace'] !== 1 && text(interop['InteroperabilityIndex']) === 'R03'
  }
}

/** A directory that lies outside the block comes back as null although the types do not say so. */
function directories(exif: Exif): Record<'Image' | 'Photo' | 'GPSInfo' | 'Iop', Tags> {
  return { Image: exif.Image ?? {}, Photo: exif.Photo ?? {}, GPSInfo: exif.GPSInfo ?? {}, Iop: exif.Iop ?? {} }
}

function capturedAt(photo: Tags): CaptureTime | null {
  return (
    time(photo['DateTimeOriginal'], photo['OffsetTimeOriginal'], photo['SubSecTimeOriginal']) ??
    time(photo['DateTimeDigitized'], photo['OffsetTimeDigitized'], photo['SubSecTimeDigitized'])
  )
}

/** The reader gives a wall-clock time as a Date that says it in UTC. */
function time(date: unknown, offset: unknown, subSeconds: unknown): CaptureTime | null {
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) return null
  // "0000:00:00 00:00:00" becomes the last day of November 1899.
  if (date.getUTCFullYear() < 1900) return null
  const parsed = parseCaptureTime(date.toISOString().slice(0, 19), text(offset))
  const digits = /^\d+/.exec(text(subSeconds) ?? '')?.[0] ?? null
  return parsed && { ...parsed, subSeconds: digits }
}

/** EXIF text is meant to be ASCII. Cameras and programs write UTF-8 or Latin-1, which the reader leaves as bytes. */
function text(value: unknown): string | null {
  const decoded = value instanceof Uint8Array ? decode(value) : value
  if (typeof decoded !== 'string') return null
  const [upToNul = ''] = decoded.split('\0', 1)
  return upToNul.trim().normalize('NFC') || null
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Photographer and editor stand behind each other, parted by a NUL; a lone blank stands for "none" (Exif 2.32, 4.6.4). */
function copyright(value: unknown): string | null {
  const decoded = value instanceof Uint8Array ? decode(value) : value
  if (typeof decoded !== 'string') return null
  const parts = decoded.split('\0').map((part) => part.trim().normalize('NFC'))
  return parts.filter((part) => part !== '').join('; ') || null
}

function positive(value: unknown): number | null {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'number' && Number.isFinite(first) && first > 0 ? first : null
}

/** Cameras without a fix write 0/0 throughout; anything else is taken for a position, also what we cannot read. */
function mayBePlace(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.every(Number.isNaN))
}

function position(gps: Tags): Position | null {
  const latitude = degrees(gps['GPSLatitude'], gps['GPSLatitudeRef'], 'S')
  const longitude = degrees(gps['GPSLongitude'], gps['GPSLongitudeRef'], 'W')
  const altitude = gps['GPSAltitude']
  const isBelowSea = gps['GPSAltitudeRef'] === 1
  const altitudeM =
    typeof altitude === 'number' && Number.isFinite(altitude) ? (isBelowSea ? -altitude : altitude) : null
  return validPosition(latitude, longitude, altitudeM)
}

function degrees(value: unknown, reference: unknown, negative: 'S' | 'W'): number {
  if (!Array.isArray(value)) return Number.NaN
  const [degree = Number.NaN, minute = 0, second = 0] = value.filter((part) => typeof part === 'number')
  const size = degree + minute / 60 + second / 3600
  return text(reference)?.toUpperCase() === negative ? -size : size
}
