/** Bytes that tell a place, and what of the same length takes it away. Offsets are within what was searched. */
export type PositionBytes = { readonly start: number; readonly blank: Buffer }

/** More than any find takes, from its first byte to its last: an EXIF block lies within one JPEG segment of 64 KiB. */
export const MOST_POSITION_BYTES = 128 * 1024

const EXIF_MARK = 'Exif\0\0'
const GPS_POINTER = 0x8825
const GPS_LATITUDE = 2
const GPS_LONGITUDE = 4
const GPS_DEST_LATITUDE = 20
const GPS_DEST_LONGITUDE = 22
const IFD_ENTRY_BYTES = 12
const RATIONAL_BYTES = 8

/** ISO 6709, as QuickTime has it: `+51.4169-000.0806+012.3/`. */
const ISO_6709 = /[+-]\d{2}\.\d{2,}[+-]\d{3}\.\d{2,}(?:[+-]\d+(?:\.\d+)?)?\/?/g
const ISO_6709_KEY = /com\.apple\.quicktime\.location\.ISO6709/g

/** A film's own place, as a box that holds its length, its language and a text. */
const XYZ_BOX = /\xa9xyz[\s\S]{4}[+-]\d[\d.+-]{2,60}\/?/g
/** 3GPP's box: version and flags, which are 0, language, name, role, then coordinates as binary numbers. */
const LOCI_MARK = 'loci\0\0\0\0'
const LEAST_LOCI_BYTES = 28
const MOST_LOCI_BYTES = 1_000

/** A track's kinds of sample: version and flags, count, then the first one's size and format. */
const SAMPLE_DESCRIPTIONS_MARK = 'stsd\0\0\0\0'
const FIRST_FORMAT_AT = 16
/** Android's, GoPro's and DJI's positions; captions as WebVTT and TTML, whose words ExifTool does not read. */
const POSITION_FORMATS = new Set(['camm', 'gpmd', 'djmd', 'wvtt', 'stpp'])

/** XMP's two spellings of a property, from the colon on. */
const XMP_ATTRIBUTE = /:GPS(?:Dest)?L(?:at|ong)\w{0,20}\s{0,20}=\s{0,20}(?:"[^"<>]{0,200}"|'[^'<>]{0,200}')/gi
const XMP_ELEMENT = /:(GPS(?:Dest)?L(?:at|ong)\w{0,20})>[^<]{0,200}<\/[\w-]{1,40}:\1>/gi

/**
 * Finds positions in pictures and films within a file, where ExifTool neither looks nor writes: the film of a motion
 * photo, the second picture of a multi-picture file, a RAW's own JPEG (photo-facts §2.6). All are told by at least eight
 * bytes, so that pixels are not taken for one.
 */
export function embeddedPositions(bytes: Buffer): ReadonlyArray<PositionBytes> {
  const text = bytes.toString('latin1')
  return [
    ...matches(text, ISO_6709, (length) => Buffer.alloc(length, ' ')),
    ...matches(text, XYZ_BOX, freeBox),
    ...inLoci(bytes),
    ...matches(text, XMP_ATTRIBUTE, (length) => Buffer.alloc(length, ' ')).map((found) => fromName(found, text)),
    ...matches(text, XMP_ELEMENT, (length) => Buffer.alloc(length, ' ')).map((found) => fromName(found, text)),
    ...inExif(bytes)
  ]
}

/** The names under which films keep what `embeddedPositions` takes away; without them nobody sees what it has missed. */
export function positionNames(bytes: Buffer): ReadonlyArray<PositionBytes> {
  return matches(bytes.toString('latin1'), ISO_6709_KEY, (length) => Buffer.alloc(length, 'x'))
}

/** A track beside that of pictures that tells positions, or may in captions: of a film within a picture not for us to blank. */
export function hasPositionTrack(bytes: Buffer): boolean {
  return offsetsOf(SAMPLE_DESCRIPTIONS_MARK, bytes).some((start) =>
    POSITION_FORMATS.has(bytes.toString('latin1', start + FIRST_FORMAT_AT, start + FIRST_FORMAT_AT + 4))
  )
}

function matches(text: string, pattern: RegExp, blankOf: (length: number) => Buffer): ReadonlyArray<PositionBytes> {
  return [...text.matchAll(pattern)].map(({ index, 0: found }) => ({ start: index, blank: blankOf(found.length) }))
}

/** What a box says becomes free space, its place in the film kept. */
function freeBox(length: number): Buffer {
  const blank = Buffer.alloc(length)
  blank.write('free', 'latin1')
  return blank
}

function inLoci(bytes: Buffer): ReadonlyArray<PositionBytes> {
  return offsetsOf(LOCI_MARK, bytes).flatMap((start) => {
    const boxBytes = start < 4 ? 0 : bytes.readUInt32BE(start - 4) // its size stands before its name, and counts
    const isBox = boxBytes >= LEAST_LOCI_BYTES && boxBytes <= MOST_LOCI_BYTES && start - 4 + boxBytes <= bytes.length
    return isBox ? [{ start, blank: freeBox(boxBytes - 4) }] : []
  })
}

/** With the namespace before the colon, and what opens an element. */
function fromName({ start, blank }: PositionBytes, text: string): PositionBytes {
  const before = /<?[\w-]{1,40}$/.exec(text.slice(Math.max(0, start - 41), start))?.[0].length ?? 0
  return { start: start - before, blank: Buffer.alloc(blank.length + before, ' ') }
}

function inExif(bytes: Buffer): ReadonlyArray<PositionBytes> {
  return offsetsOf(EXIF_MARK, bytes).flatMap((at) => {
    const start = at + EXIF_MARK.length
    const block = bytes.subarray(start, start + MOST_POSITION_BYTES / 2)
    return inTiff(block).map((found) => ({ ...found, start: start + found.start }))
  })
}

function offsetsOf(mark: string, bytes: Buffer): ReadonlyArray<number> {
  const offsets: number[] = []
  for (let at = bytes.indexOf(mark, 0, 'latin1'); at !== -1; at = bytes.indexOf(mark, at + 1, 'latin1'))
    offsets.push(at)
  return offsets
}

/** The coordinates of an EXIF block become 0/0, which is how cameras without a fix write them. */
function inTiff(block: Buffer): ReadonlyArray<PositionBytes> {
  const order = block.toString('latin1', 0, 4)
  if (order !== 'II*\0' && order !== 'MM\0*') return []
  const isLittle = order.startsWith('II')
  const uint16 = (at: number) => (isLittle ? block.readUInt16LE(at) : block.readUInt16BE(at))
  const uint32 = (at: number) => (isLittle ? block.readUInt32LE(at) : block.readUInt32BE(at))

  /** Entries of a directory by tag; what lies outside the block is left out. */
  const directory = (at: number): ReadonlyMap<number, { readonly count: number; readonly value: number }> => {
    const entries = new Map<number, { count: number; value: number }>()
    if (at + 2 > block.length) return entries
    for (let index = 0; index < uint16(at); index += 1) {
      const entry = at + 2 + index * IFD_ENTRY_BYTES
      if (entry + IFD_ENTRY_BYTES > block.length) break
      entries.set(uint16(entry), { count: uint32(entry + 4), value: uint32(entry + 8) })
    }
    return entries
  }

  const gpsAt = block.length < 8 ? undefined : directory(uint32(4)).get(GPS_POINTER)?.value
  if (gpsAt === undefined) return []
  const gps = directory(gpsAt)
  return [GPS_LATITUDE, GPS_LONGITUDE, GPS_DEST_LATITUDE, GPS_DEST_LONGITUDE].flatMap((tag) => {
    const { count = 0, value = 0 } = gps.get(tag) ?? {}
    const bytes = block.subarray(value, value + count * RATIONAL_BYTES)
    return count <= 3 && bytes.some((byte) => byte !== 0) ? [{ start: value, blank: Buffer.alloc(bytes.length) }] : []
  })
}
