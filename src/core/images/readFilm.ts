import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import { type FilmBox, innerBoxes, outerBoxes, type Stretch } from './filmBoxes.ts'

/** One track of a film: what it is, and where its samples lie. */
export type FilmTrack = FilmBox & {
  /** From 1, as ExifTool counts them. */
  readonly number: number
  /** `vide`, `soun`, `meta` … (ISO 14496-12, 8.4.3; QuickTime File Format). */
  readonly handler: string
  /** Of its kinds of samples: `avc1`, `gpmd` … */
  readonly formats: ReadonlyArray<string>
  /**
   * Where its samples lie in the file, without those of no length; null where that cannot be told: in fragments, in
   * another file, by broken tables.
   */
  readonly samples: ReadonlyArray<Stretch> | null
}

export type FilmIndex = {
  readonly tracks: ReadonlyArray<FilmTrack>
  /** Where the film keeps its pictures, sounds and all other samples. */
  readonly media: ReadonlyArray<Stretch>
  /** Boxes of a dashcam: `gps ` in the index lists its positions, `GPS ` beside it holds them. */
  readonly positionBoxes: ReadonlyArray<FilmBox>
  /** What such a list points to: as a rule a block each. */
  readonly listed: ReadonlyArray<Stretch>
}

/** The index of a day's film has some ten MB. */
const MOST_INDEX_BYTES = 128 * MiB

const NOTHING = Buffer.alloc(0)
/** What a box of zeros is called, as a table is that was lost. */
const ZEROED = '\0\0\0\0'
/** Where the sizes of samples begin in both kinds of their table. */
const SIZES_AT = 12

/**
 * The tracks of an MP4 or QuickTime film; none of a film of another making.
 *
 * @throws AppError `picture-unsupported` where the index is larger than any film's, or a dashcam's list in it goes on behind its end.
 */
export async function readFilm(path: string): Promise<FilmIndex> {
  await using handle = await open(path)
  const tracks: FilmTrack[] = []
  const media: Stretch[] = []
  const positionBoxes: FilmBox[] = []
  const listed: Stretch[] = []
  let isFragmented = false
  for await (const box of outerBoxes(handle)) {
    if (box.type === 'mdat') media.push({ start: box.contentStart, end: box.end })
    if (box.type === 'GPS ') positionBoxes.push(box)
    if (box.type === 'moof') isFragmented = true
    if (box.type !== 'moov') continue
    const index = await readIndex(box, handle)
    // One by one: there may be more of them than a call takes arguments.
    for (const child of innerBoxes(index)) {
      const place = placeOf(child, box.contentStart)
      if (child.type === 'mvex') isFragmented = true
      if (child.type === 'trak') tracks.push(readTrack(contentOf(child, index), place, tracks.length + 1))
      if (child.type !== 'gps ') continue
      positionBoxes.push(place)
      for (const entry of readList(contentOf(child, index))) listed.push(entry)
    }
  }
  // Each fragment has tables of its own; those of the index are empty as a rule.
  const found = isFragmented ? tracks.map((track) => ({ ...track, samples: null })) : tracks
  return { tracks: found, media, positionBoxes, listed }
}

/** Behind version and count each entry has an offset and a length; one of zeros is unused. */
function readList(list: Buffer): ReadonlyArray<Stretch> {
  const entries = entriesOf(list, 8, (at) => ({ start: list.readUInt32BE(at), lengthBytes: list.readUInt32BE(at + 4) }))
  if (!entries) throw new AppError('picture-unsupported', `A dashcam’s list of ${list.length} bytes is cut off`)
  return entries
    .filter(({ start, lengthBytes }) => start > 0 || lengthBytes > 0)
    .map(({ start, lengthBytes }) => ({ start, end: start + lengthBytes }))
}

/** The content of the index. */
async function readIndex({ contentStart, end }: FilmBox, handle: FileHandle): Promise<Buffer> {
  const indexBytes = end - contentStart
  if (indexBytes > MOST_INDEX_BYTES) throw new AppError('picture-unsupported', `A film’s index of ${indexBytes} bytes`)
  const { buffer } = await handle.read(Buffer.alloc(indexBytes), 0, indexBytes, contentStart)
  return buffer
}

function placeOf({ type, start, contentStart, end }: FilmBox, indexStart: number): FilmBox {
  return { type, start: indexStart + start, contentStart: indexStart + contentStart, end: indexStart + end }
}

function readTrack(trak: Buffer, place: FilmBox, number: number): FilmTrack {
  const media = childOf(trak, 'mdia') ?? NOTHING
  const handler = childOf(media, 'hdlr')?.toString('latin1', 8, 12) ?? ''
  return { ...place, number, handler, formats: formatsOf(media), samples: samplesOf(media) }
}

function contentOf({ contentStart, end }: FilmBox, within: Buffer): Buffer {
  return within.subarray(contentStart, end)
}

/** The content of the box that a path of names leads to, or null. */
function childOf(within: Buffer, ...path: ReadonlyArray<string>): Buffer | null {
  let content: Buffer = within
  for (const name of path) {
    const found = [...innerBoxes(content)].find(({ type }) => type === name)
    if (!found) return null
    content = contentOf(found, content)
  }
  return content
}

/** The same where there may be no such box: nothing then, and null where what is no box may hide it. */
function optionalChildOf(within: Buffer, name: string): Buffer | null {
  const boxes = [...innerBoxes(within)]
  const found = boxes.find(({ type }) => type === name)
  if (found) return contentOf(found, within)
  const isWhole = (boxes.at(-1)?.end ?? 0) === within.length && boxes.every(({ type }) => type !== ZEROED)
  return isWhole ? NOTHING : null
}

/** Behind version, flags and count stands a box for each. */
function formatsOf(media: Buffer): ReadonlyArray<string> {
  const descriptions = childOf(media, 'minf', 'stbl', 'stsd')?.subarray(8) ?? NOTHING
  return [...innerBoxes(descriptions)].map(({ type }) => type)
}

/** Chunks of samples, as the tables of a track tell them: none where these are empty, or where there are no tables. */
function samplesOf(media: Buffer): ReadonlyArray<Stretch> | null {
  const information = optionalChildOf(media, 'minf')
  const tables = information && optionalChildOf(information, 'stbl')
  const sizes = tables && readSizes(tables)
  const offsets = tables && readOffsets(tables)
  if (sizes?.count === 0 && offsets?.length === 0) return []
  const runs = tables && readRuns(childOf(tables, 'stsc'))
  if (!sizes || !offsets || !runs || !isSelfContained(media)) return null
  const chunks: Stretch[] = []
  let sample = 0
  let run = 0
  for (const [ordinal, start] of offsets.entries()) {
    while ((runs[run + 1]?.firstChunk ?? Number.POSITIVE_INFINITY) <= ordinal + 1) run += 1
    const next = sample + (runs[run]?.samples ?? 0)
    if (next > sizes.count) return null
    const end = start + sizes.sum(sample, next)
    if (end > start) chunks.push({ start, end })
    sample = next
  }
  return sample === sizes.count ? chunks : null
}

/** Of each entry of the data references, the lowest flag says: in this file. Without any, it is. */
function isSelfContained(media: Buffer): boolean {
  const references = childOf(media, 'minf', 'dinf', 'dref')?.subarray(8) ?? NOTHING
  return [...innerBoxes(references)].every(({ contentStart }) => ((references[contentStart + 3] ?? 0) & 1) === 1)
}

/** How many samples, and the bytes of those from `first` up to `next`. */
type Sizes = { readonly count: number; readonly sum: (first: number, next: number) => number }

const NO_SIZES: Sizes = { count: 0, sum: () => 0 }

/** In one of two tables. */
function readSizes(tables: Buffer): Sizes | null {
  const plain = childOf(tables, 'stsz')
  if (plain) return readPlainSizes(plain)
  const compact = optionalChildOf(tables, 'stz2')
  if (!compact) return null
  return compact.length > 0 ? readCompactSizes(compact) : NO_SIZES
}

/** One size for all, as uncompressed sounds have it by the hundred million, or a table of them. */
function readPlainSizes(table: Buffer): Sizes | null {
  if (table.length < SIZES_AT) return null
  const common = table.readUInt32BE(4)
  const count = table.readUInt32BE(8)
  if (common === 0) return sizesFrom(table, count, 32, (sample) => table.readUInt32BE(SIZES_AT + 4 * sample))
  return { count, sum: (first, next) => common * (next - first) }
}

/**
 * In 4, 8 or 16 bits (ISO 14496-12, 8.7.3.3). ExifTool misreads those of 4, but no format that it reads has a place for a
 * position in the 15 bytes that such a sample has at most.
 */
function readCompactSizes(table: Buffer): Sizes | null {
  if (table.length < SIZES_AT) return null
  const sizeBits = table.readUInt8(7)
  const count = table.readUInt32BE(8)
  switch (sizeBits) {
    case 4:
      return sizesFrom(table, count, sizeBits, (sample) => {
        const pair = table.readUInt8(SIZES_AT + Math.floor(sample / 2))
        return sample % 2 === 0 ? pair >> 4 : pair & 0xf
      })
    case 8:
      return sizesFrom(table, count, sizeBits, (sample) => table.readUInt8(SIZES_AT + sample))
    case 16:
      return sizesFrom(table, count, sizeBits, (sample) => table.readUInt16BE(SIZES_AT + 2 * sample))
    default:
      return null
  }
}

function sizesFrom(table: Buffer, count: number, sizeBits: number, sizeOf: (sample: number) => number): Sizes | null {
  if (table.length < SIZES_AT + Math.ceil((count * sizeBits) / 8)) return null
  const sum = (first: number, next: number): number => {
    let bytes = 0
    for (let sample = first; sample < next; sample += 1) bytes += sizeOf(sample)
    return bytes
  }
  return { count, sum }
}

/** In 32 bits, or in 64. */
function readOffsets(tables: Buffer): ReadonlyArray<number> | null {
  const short = childOf(tables, 'stco')
  if (short) return entriesOf(short, 4, (at) => short.readUInt32BE(at))
  const long = optionalChildOf(tables, 'co64')
  if (!long) return null
  return long.length > 0 ? entriesOf(long, 8, (at) => Number(long.readBigUInt64BE(at))) : []
}

/** From which chunk on a chunk holds how many samples; chunks are counted from 1. */
function readRuns(table: Buffer | null) {
  return (
    table && entriesOf(table, 12, (at) => ({ firstChunk: table.readUInt32BE(at), samples: table.readUInt32BE(at + 4) }))
  )
}

function entriesOf<T>(table: Buffer, entryBytes: number, read: (at: number) => T): ReadonlyArray<T> | null {
  const count = table.length < 8 ? 0 : table.readUInt32BE(4)
  if (table.length < 8 + count * entryBytes) return null
  return Array.from({ length: count }, (_, entry) => read(8 + entry * entryBytes))
}
