import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import { type FilmBox, innerBoxes, outerBoxes, type Stretch } from './filmBoxes.ts'

/** One track of a film: what it is, and where its samples lie. */
export type FilmTrack = Stretch & {
  /** From 1, as ExifTool counts them. */
  readonly number: number
  /** `vide`, `soun`, `meta` … (ISO 14496-12, 8.4.3; QuickTime File Format). */
  readonly handler: string
  /** Of its kinds of samples: `avc1`, `gpmd` … */
  readonly formats: ReadonlyArray<string>
  /** Where its samples lie in the file; null where that cannot be told: in fragments, in another file, by broken tables. */
  readonly samples: ReadonlyArray<Stretch> | null
}

export type FilmIndex = {
  readonly tracks: ReadonlyArray<FilmTrack>
  /** Where the film keeps its pictures, sounds and all other samples. */
  readonly media: ReadonlyArray<Stretch>
  /** Boxes of a dashcam: `gps ` in the index lists its positions, `GPS ` beside it holds them. */
  readonly positionBoxes: ReadonlyArray<Stretch>
  /** What such a list points to: as a rule a block each. */
  readonly listed: ReadonlyArray<Stretch>
}

/** The index of a day's film has some ten MB. */
const MOST_INDEX_BYTES = 128 * MiB

/**
 * The tracks of an MP4 or QuickTime film; none of a film of another making.
 *
 * @throws AppError `picture-unsupported` where the index is larger than any film's, or a dashcam's list in it goes on behind its end.
 */
export async function readFilm(path: string): Promise<FilmIndex> {
  await using handle = await open(path)
  const tracks: FilmTrack[] = []
  const media: Stretch[] = []
  const positionBoxes: Stretch[] = []
  const listed: Stretch[] = []
  for await (const box of outerBoxes(handle)) {
    if (box.type === 'mdat') media.push({ start: box.contentStart, end: box.end })
    if (box.type === 'GPS ') positionBoxes.push(box)
    if (box.type !== 'moov') continue
    const index = await readIndex(box, handle)
    tracks.push(...tracksIn(index, box.contentStart, tracks.length))
    const lists = [...innerBoxes(index)].filter(({ type }) => type === 'gps ')
    positionBoxes.push(...lists.map((list) => placeOf(list, box.contentStart)))
    listed.push(...lists.flatMap((list) => readList(contentOf(list, index))))
  }
  return { tracks, media, positionBoxes, listed }
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

function placeOf({ start, end }: FilmBox, indexStart: number): Stretch {
  return { start: indexStart + start, end: indexStart + end }
}

function tracksIn(index: Buffer, indexStart: number, before: number): ReadonlyArray<FilmTrack> {
  const isFragmented = childOf(index, 'mvex') !== null
  return [...innerBoxes(index)]
    .filter(({ type }) => type === 'trak')
    .map((trak, ordinal): FilmTrack => {
      const media = childOf(contentOf(trak, index), 'mdia') ?? Buffer.alloc(0)
      const handler = childOf(media, 'hdlr')?.toString('latin1', 8, 12) ?? ''
      const samples = isFragmented ? null : samplesOf(media)
      return { ...placeOf(trak, indexStart), number: before + ordinal + 1, handler, formats: formatsOf(media), samples }
    })
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

/** Behind version, flags and count stands a box for each. */
function formatsOf(media: Buffer): ReadonlyArray<string> {
  const descriptions = childOf(media, 'minf', 'stbl', 'stsd')?.subarray(8) ?? Buffer.alloc(0)
  return [...innerBoxes(descriptions)].map(({ type }) => type)
}

/** Chunks of samples, as the four tables of a track tell them. */
function samplesOf(media: Buffer): ReadonlyArray<Stretch> | null {
  const tables = childOf(media, 'minf', 'stbl')
  const sizes = tables && readSizes(childOf(tables, 'stsz'))
  const offsets = tables && readOffsets(tables)
  const runs = tables && readRuns(childOf(tables, 'stsc'))
  if (!sizes || !offsets || !runs || !isSelfContained(media)) return null
  const chunks: Stretch[] = []
  let sample = 0
  let run = 0
  for (const [ordinal, start] of offsets.entries()) {
    while ((runs[run + 1]?.firstChunk ?? Number.POSITIVE_INFINITY) <= ordinal + 1) run += 1
    const next = sample + (runs[run]?.samples ?? 0)
    if (next > sizes.count) return null
    chunks.push({ start, end: start + sizes.sum(sample, next) })
    sample = next
  }
  return sample === sizes.count ? chunks : null
}

/** Of each entry of the data references, the lowest flag says: in this file. Without any, it is. */
function isSelfContained(media: Buffer): boolean {
  const references = childOf(media, 'minf', 'dinf', 'dref')?.subarray(8) ?? Buffer.alloc(0)
  return [...innerBoxes(references)].every(({ contentStart }) => ((references[contentStart + 3] ?? 0) & 1) === 1)
}

/** One size for all, as uncompressed sounds have it by the hundred million, or a table of them. */
function readSizes(table: Buffer | null) {
  if (!table || table.length < 12) return null
  const common = table.readUInt32BE(4)
  const count = table.readUInt32BE(8)
  if (common === 0 && table.length < 12 + 4 * count) return null
  const sum = (first: number, next: number): number => {
    if (common !== 0) return common * (next - first)
    let bytes = 0
    for (let sample = first; sample < next; sample += 1) bytes += table.readUInt32BE(12 + 4 * sample)
    return bytes
  }
  return { count, sum }
}

/** In 32 bits, or in 64. */
function readOffsets(tables: Buffer): ReadonlyArray<number> | null {
  const short = childOf(tables, 'stco')
  const long = childOf(tables, 'co64')
  return short ? entriesOf(short, 4, (at) => short.readUInt32BE(at)) : longOffsets(long)
}

function longOffsets(table: Buffer | null): ReadonlyArray<number> | null {
  return table && entriesOf(table, 8, (at) => Number(table.readBigUInt64BE(at)))
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
