import { box, latin1, longBox } from './boxes.ts'

/** A track of a film that is made by hand. */
export type TestTrack = {
  readonly handler: string
  readonly format: string
  readonly samples: ReadonlyArray<Buffer>
  /** Offsets of 64 bits, as films above 4 GiB have them. */
  readonly isLong?: boolean
  /** Its own length in 64 bits, as any box may have it. */
  readonly isLongBox?: boolean
  /** Sizes of its samples in a compact table. */
  readonly sizeBits?: 4 | 8 | 16
  /** Nothing says where its samples lie. */
  readonly isWithoutTables?: boolean
  /** Stands before each of its samples and belongs to no track. */
  readonly between?: Buffer
  /** Where its first sample is said to lie instead. */
  readonly startsAt?: number
}

export const uint32 = (...values: ReadonlyArray<number>): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}

const ftyp = box('ftyp', latin1('mp42\0\0\0\0mp42isom'))

/** A film with its samples first, those of all tracks taking turns, each a chunk of its own, and its index behind. */
export function timedFilm(tracks: ReadonlyArray<TestTrack>, ...more: ReadonlyArray<Buffer>): Buffer {
  const offsets = tracks.map((): number[] => [])
  const samples: Buffer[] = []
  let at = ftyp.length + 8
  for (let turn = 0; turn < Math.max(...tracks.map((track) => track.samples.length)); turn += 1) {
    for (const [index, track] of tracks.entries()) {
      const sample = track.samples[turn]
      if (!sample) continue
      const between = track.between ?? Buffer.alloc(0)
      offsets[index]?.push(at + between.length)
      samples.push(between, sample)
      at += between.length + sample.length
    }
  }
  const traks = tracks.map((track, index) => trakOf(track, index + 1, offsets[index] ?? []))
  return Buffer.concat([ftyp, box('mdat', ...samples), box('moov', movieHeader(), ...traks, ...more)])
}

/** A film that somebody else wrote, its index at its end, with one more track. */
export function withTrack(film: Buffer, track: TestTrack): Buffer {
  const indexAt = film.lastIndexOf('moov', undefined, 'latin1') - 4
  const offsets: number[] = []
  let at = indexAt + 8
  for (const { length } of track.samples) {
    offsets.push(at)
    at += length
  }
  const index = box('moov', film.subarray(indexAt + 8), trakOf(track, 9, offsets))
  return Buffer.concat([film.subarray(0, indexAt), box('mdat', ...track.samples), index])
}

function movieHeader(): Buffer {
  return box('mvhd', uint32(0, 0, 0, 1_000, 1_000, 0x10000), Buffer.alloc(72), uint32(9))
}

function trakOf(track: TestTrack, id: number, offsets: number[]): Buffer {
  const { handler, format, samples, isLong, isLongBox, isWithoutTables, startsAt } = track
  if (startsAt !== undefined) offsets[0] = startsAt
  const places = isLong
    ? box('co64', uint32(0, offsets.length, ...offsets.flatMap((offset) => [0, offset])))
    : box('stco', uint32(0, offsets.length, ...offsets))
  const times = box('stts', uint32(0, 1, samples.length, 1_000))
  const runs = box('stsc', samples.length === 0 ? uint32(0, 0) : uint32(0, 1, 1, 1, 1))
  const tables = box(
    'stbl',
    box('stsd', uint32(0, 1), box(format, uint32(0, 1))),
    ...(isWithoutTables ? [] : [times, runs, sizesOf(track), places])
  )
  const references = box('dinf', box('dref', uint32(0, 1), box('url ', uint32(1))))
  const media = box(
    'mdia',
    box('mdhd', uint32(0, 0, 0, 1_000, 1_000, 0)),
    box('hdlr', uint32(0, 0), latin1(handler), Buffer.alloc(13)),
    box('minf', references, tables)
  )
  const header = box('tkhd', uint32(0, 0, 0, id, 0, 1_000), Buffer.alloc(60))
  return isLongBox ? longBox('trak', header, media) : box('trak', header, media)
}

function sizesOf({ samples, sizeBits }: TestTrack): Buffer {
  const lengths = samples.map(({ length }) => length)
  if (!sizeBits) return box('stsz', uint32(0, 0, lengths.length, ...lengths))
  const digits = lengths.map((length) => length.toString(16).padStart(sizeBits / 4, '0')).join('')
  const table = Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex')
  return box('stz2', uint32(0, sizeBits, lengths.length), table)
}

/** A second of GoPro's metadata (GPMF) at 51.483, -3.185. */
export function gpmfSample(): Buffer {
  const scale = klv('SCAL', 'l', 4, uint32(10_000_000, 10_000_000, 1_000, 1_000, 100))
  const place = Buffer.alloc(20)
  for (const [index, value] of [514_830_000, -31_850_000, 12_300, 0, 0].entries()) place.writeInt32BE(value, 4 * index)
  return klv('DEVC', '\0', 1, klv('STRM', '\0', 1, Buffer.concat([scale, klv('GPS5', 'l', 20, place)])))
}

/** Key, type and length of an item, and how many there are. */
function klv(key: string, type: string, itemBytes: number, content: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(key + type, 'latin1')
  head.writeUInt8(itemBytes, 5)
  head.writeUInt16BE(content.length / itemBytes, 6)
  return Buffer.concat([head, content])
}

/** Android's metadata of a moment (CAMM, type 5): 51.483, -3.185. */
export function cammSample(): Buffer {
  const bytes = Buffer.alloc(4 + 24)
  bytes.writeUInt16LE(5, 2)
  for (const [index, value] of [51.483, -3.185, 12.3].entries()) bytes.writeDoubleLE(value, 4 + 8 * index)
  return bytes
}

/** Sony's metadata of a frame. @param latitude In degrees, minutes and seconds as fractions; null: without a position. */
export function rtmdSample(latitude: readonly [number, number, number] | null): Buffer {
  const tag = (id: number, content: Buffer) => {
    const head = Buffer.alloc(4)
    head.writeUInt16BE(id)
    head.writeUInt16BE(content.length, 2)
    return Buffer.concat([head, content])
  }
  const header = Buffer.alloc(0x1c)
  header.writeUInt16BE(header.length)
  const place = latitude
    ? [tag(0x8501, latin1('N')), tag(0x8502, uint32(...latitude.flatMap((value) => [value, 1])))]
    : []
  return Buffer.concat([header, tag(0x8106, uint32(25, 1)), ...place, Buffer.alloc(4)])
}

/** What a dashcam leaves between its pictures: `free` space with a sentence of its receiver, 51.483, -3.185. */
export function dashcamBlock(): Buffer {
  const bytes = Buffer.alloc(0x8000)
  bytes.writeUInt32BE(bytes.length)
  bytes.write('freeGPS ', 4, 'latin1')
  bytes.write('20260620154210', 52, 'latin1')
  bytes.write('$GPRMC,154210.00,A,5128.980,N,00311.100,W,1.0,90.0,200626,,*1A', 70, 'latin1')
  return bytes
}
