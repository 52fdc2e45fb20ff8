/** Values of one directory by tag number: text is ASCII (or bytes as they are), numbers SHORT, pairs RATIONAL. */
export type Directory = Readonly<Record<number, string | Buffer | number | ReadonlyArray<readonly [number, number]>>>

export type Blocks = {
  readonly image?: Directory
  readonly photo?: Directory
  readonly gps?: Directory
  readonly interop?: Directory
  /** A JPEG for the thumbnail's directory. */
  readonly thumbnail?: Buffer
}

const EXIF_POINTER = 0x8769
const GPS_POINTER = 0x8825
const INTEROP_POINTER = 0xa005
const LONG = 4

type Field = { tag: number; type: number; count: number; bytes: Buffer }

/** An EXIF block as cameras write it (big-endian), with `Exif\0\0` before it. */
export function exifBlock({ image = {}, photo = {}, gps, interop, thumbnail }: Blocks): Buffer {
  let end = 8
  const pieces: Buffer[] = []
  const place = (fields: Field[], next: number): number => {
    const at = end
    const bytes = directory(fields, at, next)
    pieces.push(bytes)
    end += bytes.length
    return at
  }
  const pointer = (tag: number, at: number): Field => ({ tag, type: LONG, count: 1, bytes: uint32(at) })

  // From the leaves up, since a pointer needs the place of what it points to.
  const interopAt = interop && place(fieldsOf(interop), 0)
  const photoFields = [...fieldsOf(photo), ...(interopAt ? [pointer(INTEROP_POINTER, interopAt)] : [])]
  const photoAt = place(photoFields, 0)
  const gpsAt = gps && place(fieldsOf(gps), 0)
  let thumbnailAt = 0
  if (thumbnail) {
    const jpegAt = end
    pieces.push(thumbnail)
    end += thumbnail.length
    thumbnailAt = place([pointer(0x0201, jpegAt), pointer(0x0202, thumbnail.length)], 0)
  }
  const first = place(
    [...fieldsOf(image), pointer(EXIF_POINTER, photoAt), ...(gpsAt ? [pointer(GPS_POINTER, gpsAt)] : [])],
    thumbnailAt
  )
  return Buffer.concat([Buffer.from('Exif\0\0MM\0*', 'latin1'), uint32(first), ...pieces])
}

/** A JPEG with this block as its first segment. */
export function withExifBlock(jpeg: Buffer, block: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(block.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, block, jpeg.subarray(2)])
}

function fieldsOf(directory: Directory): Field[] {
  return Object.entries(directory).map(([tag, value]) => {
    if (typeof value === 'number') return { tag: Number(tag), type: 3, count: 1, bytes: uint16(value) }
    if (typeof value === 'string' || Buffer.isBuffer(value)) {
      const bytes = Buffer.concat([Buffer.from(value), Buffer.from([0])])
      return { tag: Number(tag), type: 2, count: bytes.length, bytes }
    }
    const bytes = Buffer.concat(value.flat().map(uint32))
    return { tag: Number(tag), type: 5, count: value.length, bytes }
  })
}

function directory(fields: Field[], at: number, next: number): Buffer {
  const sorted = fields.toSorted((one, other) => one.tag - other.tag)
  const entries: Buffer[] = []
  const values: Buffer[] = []
  let valueAt = at + 2 + 12 * sorted.length + 4
  for (const { tag, type, count, bytes } of sorted) {
    const inPlace = Buffer.alloc(4)
    if (bytes.length <= 4) bytes.copy(inPlace)
    else {
      inPlace.writeUInt32BE(valueAt)
      values.push(bytes)
      valueAt += bytes.length
    }
    entries.push(uint16(tag), uint16(type), uint32(count), inPlace)
  }
  return Buffer.concat([uint16(sorted.length), ...entries, uint32(next), ...values])
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
