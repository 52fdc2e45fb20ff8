import { type CaptureTime, parseCaptureTime } from './captureTime.ts'

/** What IPTC's older form, IIM, says that we use. */
export type IptcFacts = {
  readonly capturedAt: CaptureTime | null
  readonly creator: string | null
  readonly copyright: string | null
  readonly keywords: ReadonlyArray<string>
}

/** Photoshop's image resources wrap it in JPEG: `8BIM`, number, name, length. 0x0404 is IIM. */
const RESOURCE_MARK = '8BIM'
const IIM_RESOURCE = 0x0404
const RESOURCES_HEAD = 'Photoshop 3.0\0'

/** Each data set begins so; then record, number, and a length of 15 bits. */
const DATA_SET_MARK = 0x1c
const DATA_SET_HEAD_BYTES = 5
const APPLICATION_RECORD = 2
const ENVELOPE_RECORD = 1
const CODED_CHARACTER_SET = 90
const UTF8_ESCAPE = '\x1b%G'

/** Numbers of the application record. */
const KEYWORDS = 25
const DATE_CREATED = 55
const TIME_CREATED = 60
const BY_LINE = 80
const COPYRIGHT_NOTICE = 116

type DataSet = { readonly record: number; readonly number: number; readonly bytes: Buffer }

/**
 * Reads IIM as sharp hands it over: bare, as in TIFF, or within Photoshop's resources, as in JPEG. What is cut off ends
 * where it is cut.
 *
 * @see https://www.iptc.org/std/IIM/4.2/specification/IIMV4.2.pdf
 */
export function readIptc(block: Buffer): IptcFacts {
  const sets = dataSets(iimOf(block))
  const isUtf8 = sets.some(
    ({ record, number, bytes }) =>
      record === ENVELOPE_RECORD && number === CODED_CHARACTER_SET && bytes.toString('latin1') === UTF8_ESCAPE
  )
  const decoder = new TextDecoder(isUtf8 ? 'utf-8' : 'windows-1252')
  const all = (wanted: number) =>
    sets
      .filter(({ record, number }) => record === APPLICATION_RECORD && number === wanted)
      .map(({ bytes }) => decoder.decode(bytes).replaceAll('\0', '').trim().normalize('NFC'))
      .filter((words) => words !== '')
  return {
    capturedAt: capturedAt(all(DATE_CREATED)[0], all(TIME_CREATED)[0]),
    creator: all(BY_LINE).join('; ') || null,
    copyright: all(COPYRIGHT_NOTICE)[0] ?? null,
    keywords: all(KEYWORDS)
  }
}

function iimOf(block: Buffer): Buffer {
  const head = block.toString('latin1', 0, RESOURCES_HEAD.length)
  let at = head === RESOURCES_HEAD ? RESOURCES_HEAD.length : 0
  while (at + 12 <= block.length && block.toString('latin1', at, at + 4) === RESOURCE_MARK) {
    const number = block.readUInt16BE(at + 4)
    const nameBytes = 1 + block.readUInt8(at + 6)
    const sizeAt = at + 6 + nameBytes + (nameBytes % 2) // a name is padded to an even length
    if (sizeAt + 4 > block.length) break
    const size = block.readUInt32BE(sizeAt)
    if (number === IIM_RESOURCE) return block.subarray(sizeAt + 4, sizeAt + 4 + size)
    at = sizeAt + 4 + size + (size % 2)
  }
  return block[0] === DATA_SET_MARK ? block : Buffer.alloc(0)
}

function dataSets(iim: Buffer): ReadonlyArray<DataSet> {
  const sets: DataSet[] = []
  let at = 0
  while (at + DATA_SET_HEAD_BYTES <= iim.length && iim[at] === DATA_SET_MARK) {
    const size = iim.readUInt16BE(at + 3)
    const start = at + DATA_SET_HEAD_BYTES
    if (size >= 0x8000 || start + size > iim.length) break // an extended length is for pictures, not for words
    sets.push({
      record: iim.readUInt8(at + 1),
      number: iim.readUInt8(at + 2),
      bytes: iim.subarray(start, start + size)
    })
    at = start + size
  }
  return sets
}

/** `20260501` and `123015+0200`; a date alone is no moment. */
function capturedAt(date = '', time = ''): CaptureTime | null {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(date) ?? []
  const [, hour, minute, second, offset = ''] = /^(\d{2})(\d{2})(\d{2})([+-]\d{4})?$/.exec(time) ?? []
  return parseCaptureTime(`${year}:${month}:${day} ${hour}:${minute}:${second}${offset}`)
}
