import { XMLParser } from 'fast-xml-parser'
import { type CaptureTime, parseCaptureTime } from './captureTime.ts'
import { marksOf, type PictureMarks } from './marks.ts'
import { type Position, validPosition } from './position.ts'

/** What XMP says that we use. */
export type XmpFacts = {
  readonly capturedAt: CaptureTime | null
  readonly lens: string | null
  readonly creator: string | null
  readonly copyright: string | null
  readonly usageTerms: string | null
  readonly webStatement: string | null
  readonly marks: PictureMarks | null
  readonly position: Position | null
  /** Any property that gives a latitude or longitude, readable or not. */
  readonly hasPosition: boolean
}

/** A packet in a JPEG is 64 KB at most; TIFF and PNG carry more, but beyond this it is somebody's editing history. */
export const MAX_XMP_BYTES = 4 * 1024 * 1024

// Everything stays text: a creator named "007" is no number. Entities are expanded within the parser's own bounds.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true
})

/**
 * Reads properties in all the forms XMP has: attribute, element, language alternative, list.
 *
 * @throws Error if the packet is no XML, or larger than 4 MiB.
 */
export function readXmp(packet: Uint8Array): XmpFacts {
  if (packet.length > MAX_XMP_BYTES) throw new RangeError(`XMP of ${packet.length} bytes`)
  const properties = collect(parser.parse(new TextDecoder().decode(packet)))
  const get = (name: string): string | null => plainText(properties.get(name))
  return {
    capturedAt: firstTime(get('exif:DateTimeOriginal'), get('photoshop:DateCreated'), get('xmp:CreateDate')),
    lens: get('aux:Lens') ?? get('exifEX:LensModel'),
    creator: get('dc:creator'),
    copyright: get('dc:rights'),
    usageTerms: get('xmpRights:UsageTerms'),
    webStatement: get('xmpRights:WebStatement'),
    marks: marksOf({
      rating: get('xmp:Rating') ?? get('xap:Rating'),
      ratingPercent: get('MicrosoftPhoto:Rating'),
      label: get('xmp:Label') ?? get('xap:Label'),
      keywords: [
        ...members(properties.get('dc:subject')),
        ...members(properties.get('lr:hierarchicalSubject')).flatMap((path) => path.split('|')),
        ...members(properties.get('digiKam:TagsList')).flatMap((path) => path.split('/'))
      ]
    }),
    position: validPosition(
      degrees(get('exif:GPSLatitude')),
      degrees(get('exif:GPSLongitude')),
      altitude(get('exif:GPSAltitude'), get('exif:GPSAltitudeRef'))
    ),
    hasPosition: [...properties.keys()].some((name) => /gps(latitude|longitude|position|coordinates)/i.test(name))
  }
}

/** The properties of all descriptions in the packet, by prefixed name: XMP's prefixes are fixed by custom. */
function collect(parsed: unknown): ReadonlyMap<string, unknown> {
  const rdf = child(child(parsed, 'x:xmpmeta') ?? parsed, 'rdf:RDF')
  const properties = new Map<string, unknown>()
  for (const description of list(child(rdf, 'rdf:Description'))) {
    if (!isRecord(description)) continue
    for (const [name, value] of Object.entries(description)) properties.set(name, value)
  }
  return properties
}

/** A property's words: of a list its members, of alternatives the default one, which XMP puts first. */
function plainText(value: unknown): string | null {
  if (typeof value === 'string') return value.trim().normalize('NFC') || null
  if (!isRecord(value)) return null
  const [alternative] = list(child(child(value, 'rdf:Alt'), 'rdf:li'))
  if (alternative !== undefined) return plainText(alternative)
  const members = list(child(child(value, 'rdf:Seq') ?? child(value, 'rdf:Bag'), 'rdf:li'))
  if (members.length > 0) return members.map(plainText).filter(isPresent).join('; ') || null
  return plainText(value['#text'])
}

/** The members of a list, or the one value that stands for it. */
function members(value: unknown): ReadonlyArray<string> {
  const own = child(child(value, 'rdf:Bag') ?? child(value, 'rdf:Seq'), 'rdf:li')
  return list(own ?? value)
    .map(plainText)
    .filter(isPresent)
}

function firstTime(...texts: ReadonlyArray<string | null>): CaptureTime | null {
  for (const text of texts) {
    const time = text === null ? null : parseCaptureTime(text)
    if (time !== null) return time
  }
  return null
}

/** `51,28.9797N` or `51,28,58N` (XMP Part 2, GPSCoordinate); some write plain degrees. */
function degrees(text: string | null): number {
  const match = /^([+-]?\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?\s*([NSEW])?$/i.exec(text ?? '')
  if (match === null) return Number.NaN
  const [, degree, minute = '0', second = '0', reference = ''] = match
  const size = Number(degree) + Number(minute) / 60 + Number(second) / 3600
  return /[SW]/i.test(reference) ? -size : size
}

/** A rational, `27680/100`, below sea level if the reference says 1. */
function altitude(text: string | null, reference: string | null): number | null {
  const match = /^(\d+)\/(\d+)$/.exec(text ?? '')
  if (match === null || Number(match[2]) === 0) return null
  const metres = Number(match[1]) / Number(match[2])
  return reference === '1' ? -metres : metres
}

function child(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}

function list(value: unknown): ReadonlyArray<unknown> {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPresent(value: string | null): value is string {
  return value !== null
}
