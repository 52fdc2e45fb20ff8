import type { FileBytes } from './FileBytes.ts'

/** A broken or hostile file must not keep us: beyond these nothing is concluded. */
const MAX_DIRECTORIES = 200
const MAX_ENTRIES = 4_096
const MAX_VALUES = 1_000_000

/** Bytes of one value by TIFF's types, 1 to 13 and, of BigTIFF, 16 to 18. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  ...{ 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4 },
  ...{ 16: 8, 17: 8, 18: 8 }
}

/** Tags that hold where data lie, with the tag that holds how long they are: strips, tiles, embedded JPEG. */
const DATA_TAGS: ReadonlyArray<readonly [offsets: number, lengths: number]> = [
  [273, 279],
  [324, 325],
  [513, 514]
]

/** SubIFDs (in which NEF, ARW, DNG and PEF keep their pixels), Exif and GPS. */
const DIRECTORY_TAGS = [330, 34665, 34853]

/** Panasonic's RAW says where its pixels begin, and not how many there are. */
const RW2_PIXELS_TAG = 0x118

type Entry = { readonly type: number; readonly count: number; readonly place: number; readonly lengthBytes: number }

/**
 * TIFF, BigTIFF and the RAW formats made of it: whether everything its directories point to lies inside the file. A
 * second half that was claimed and not filled is not seen by this.
 */
export async function isTiffWhole(file: FileBytes): Promise<boolean> {
  const header = await file.read(0, 16)
  if (header.length < 16) return false
  const reader = new TiffReader(file, header)
  const waiting = [reader.firstDirectory(header)]
  const seen = new Set<number>()
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (seen.has(place)) continue
    if (seen.size >= MAX_DIRECTORIES) return true
    seen.add(place)
    const directory = await reader.readDirectory(place)
    if (directory === 'too-large') return true
    if (directory === null || !(await reader.areDataInside(directory.entries))) return false
    waiting.push(...directory.next, ...(await reader.directoriesOf(directory.entries)))
  }
  return true
}

class TiffReader {
  readonly #file: FileBytes
  readonly #isLittle: boolean
  readonly #isBig: boolean

  constructor(file: FileBytes, header: Buffer) {
    this.#file = file
    this.#isLittle = header[0] === 0x49
    this.#isBig = header[this.#isLittle ? 2 : 3] === 43
  }

  firstDirectory(header: Buffer): number {
    return this.#number(header, this.#isBig ? 8 : 4, this.#isBig ? 8 : 4)
  }

  /** @returns null if it does not lie inside the file. */
  async readDirectory(
    place: number
  ): Promise<{ readonly entries: ReadonlyMap<number, Entry>; readonly next: number[] } | 'too-large' | null> {
    const [countBytes, entryBytes, offsetBytes] = this.#isBig ? [8, 20, 8] : [2, 12, 4]
    // A writer that has not come to its directory yet has left 0 where it will point to it.
    if (place < 8 || !this.#isInside(place, countBytes)) return null
    const count = this.#number(await this.#file.read(place, countBytes), 0, countBytes)
    if (count > MAX_ENTRIES) return 'too-large'
    const tableBytes = count * entryBytes
    if (!this.#isInside(place + countBytes, tableBytes)) return null
    const table = await this.#file.read(place + countBytes, tableBytes + offsetBytes)
    const entries = new Map<number, Entry>()
    for (let at = 0; at < tableBytes; at += entryBytes) {
      const type = this.#number(table, at + 2, 2)
      const valueCount = this.#number(table, at + 4, offsetBytes)
      const lengthBytes = valueCount * (TYPE_BYTES[type] ?? 0)
      const valueAt = at + 4 + offsetBytes
      const isInline = lengthBytes <= offsetBytes
      const valuePlace = isInline ? place + countBytes + valueAt : this.#number(table, valueAt, offsetBytes)
      if (!this.#isInside(valuePlace, lengthBytes)) return null
      entries.set(this.#number(table, at, 2), { type, count: valueCount, place: valuePlace, lengthBytes })
    }
    // Some writers leave out the link to the next directory where the file ends with this one.
    const next = table.length >= tableBytes + offsetBytes ? this.#number(table, tableBytes, offsetBytes) : 0
    return { entries, next: next === 0 ? [] : [next] }
  }

  async areDataInside(entries: ReadonlyMap<number, Entry>): Promise<boolean> {
    for (const [offsetsTag, lengthsTag] of DATA_TAGS) {
      const offsets = await this.#values(entries.get(offsetsTag))
      const lengths = await this.#values(entries.get(lengthsTag))
      if (!offsets.every((offset, index) => this.#isInside(offset, lengths[index] ?? 0))) return false
    }
    const [pixels = 0] = await this.#values(entries.get(RW2_PIXELS_TAG))
    return pixels < this.#file.sizeBytes
  }

  async directoriesOf(entries: ReadonlyMap<number, Entry>): Promise<number[]> {
    const found: number[] = []
    for (const tag of DIRECTORY_TAGS) {
      const entry = entries.get(tag)
      if (entry && entry.count <= MAX_DIRECTORIES) found.push(...(await this.#values(entry)))
    }
    return found
  }

  /** Of whole numbers. @returns none for other types, and for more than anyone needs. */
  async #values(entry: Entry | undefined): Promise<number[]> {
    if (!entry || entry.count > MAX_VALUES) return []
    const bytes = TYPE_BYTES[entry.type] ?? 0
    if (![3, 4, 13, 16, 18].includes(entry.type)) return []
    const buffer = await this.#file.read(entry.place, entry.lengthBytes)
    return Array.from({ length: Math.floor(buffer.length / bytes) }, (_, index) =>
      this.#number(buffer, index * bytes, bytes)
    )
  }

  #isInside(start: number, lengthBytes: number): boolean {
    return start + lengthBytes <= this.#file.sizeBytes
  }

  #number(buffer: Buffer, at: number, bytes: number): number {
    const little = this.#isLittle
    if (bytes === 2) return little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at)
    if (bytes === 4) return little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at)
    return Number(little ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at))
  }
}
