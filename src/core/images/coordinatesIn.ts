import { AppError } from '../../shared/errors.ts'
import type { FrameKind } from '../../shared/model/frame.ts'
import type { ExifToolReader } from './ExifToolReader.ts'
import { isHarmless } from './isHarmless.ts'
import { isToldInWords } from './toldInWords.ts'

/** Everything in which ExifTool may find a coordinate, in any group. */
const QUESTIONS = [
  '-n',
  '-e', // what ExifTool computes of other tags says nothing of its own
  '-a', // each caption, each warning
  '-G1:4',
  '-*Latitude',
  '-*Longitude',
  '-*Longtitude', // as DJI spells it
  '-*GPSPosition',
  '-*GPSCoordinates',
  '-*Location*',
  '-Text',
  '-CodecID',
  '-Warning',
  '-Error',
  '-api',
  'largefilesupport=1'
]

const COORDINATE = /(?:Latitude|Longt?itude|GPSPosition|GPSCoordinates|LocationInformation)$/i

/** A place by its numbers, in a tag that elsewhere holds its name: ISO 6709, or two numbers of degrees. */
const ISO_6709 = /(?<!\d)[+-](?:\d{2}|\d{4}|\d{6})(?:\.\d+)?[+-](?:\d{3}|\d{5}|\d{7})(?:\.\d+)?(?!\d)/
const DEGREES = /\d\.\d{2,}\W{0,4}[NS]?\W{1,4}\d{1,3}\.\d{2,}|\d\s?°/

/** Matroska's tracks of captions and of data, which ExifTool does not read. */
const UNREAD_TRACK = /^[DS]_/

/**
 * Names of the tags that tell a coordinate; 0/0, which cameras without a fix write, tells none.
 *
 * @throws AppError `picture-unsupported` for a picture, film or PDF that ExifTool cannot follow to its end.
 */
export async function coordinatesIn(
  { path, kind }: { readonly path: string; readonly kind: FrameKind },
  exiftool: ExifToolReader
): Promise<ReadonlyArray<string>> {
  // Within what is embedded and in tracks, too. `-ee3` would read a film's pictures as well, at 14 MB a second.
  const depth = kind === 'video' ? '-ee' : '-ee3'
  const tags = Object.entries(await exiftool.read(path, [depth, ...QUESTIONS]))
    .filter(([name]) => name.includes(':'))
    .map(([name, value]) => ({ name, tag: name.slice(name.lastIndexOf(':') + 1), text: String(value) }))
  const doubt = tags.find(({ tag, text }) => tag === 'Error' || (tag === 'Warning' && !isHarmless(text)))
  if (doubt && kind !== 'sidecar') {
    throw new AppError('picture-unsupported', `Nobody can tell whether ${path} has a position: ${doubt.text}`)
  }
  return tags.filter(isTelling).map(({ name }) => name)
}

function isTelling({ tag, text }: { readonly tag: string; readonly text: string }): boolean {
  if (COORDINATE.test(tag)) return /\d/.test(text)
  if (/Location/i.test(tag)) return ISO_6709.test(text) || DEGREES.test(text)
  if (tag === 'CodecID') return UNREAD_TRACK.test(text)
  return tag === 'Text' && isToldInWords(text)
}
