import { createHash } from 'node:crypto'
import { appendFile, cp, mkdir, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { randomNumbers } from '../../src/core/testing/randomNumbers.ts'

/** A writer that rests for more than this share of the settle time may rightly be taken for one that has ended. */
const LONG_REST = 0.5

/** Sizes lie so close together that no version is a tenth of another, which would be asked about before it is replaced. */
const MIN_BYTES = 20_000
const MAX_BYTES = 60_000
const BURST_FILES = 150
const MOST_FILES = 2_000

/**
 * A folder to which random things happen, as photographers, cameras and programs do them; the same for the same seed, as
 * far as the speed of the disk lets it. Knows what is there, and what has been there whole.
 */
export class Shoot {
  readonly #root: string
  readonly #settleMs: number
  readonly #random: () => number
  /** Path below the root, and digest. */
  readonly #files = new Map<string, string>()
  /** Paths below which someone is writing. */
  readonly #busy = new Set<string>()
  readonly #writers = new Set<Promise<void>>()
  readonly #versions = new Map<string, Set<string>>()
  readonly counts = { acts: 0, written: 0, renamed: 0, removed: 0, away: 0 }
  #next = 1

  constructor(root: string, seed: number, settleMs: number) {
    this.#root = root
    this.#settleMs = settleMs
    this.#random = randomNumbers(seed)
  }

  /** What is on the disk, by the key it should have. */
  get present(): ReadonlyMap<string, string> {
    return new Map([...this.#files].map(([path, sha256]) => [keyOf(path), sha256]))
  }

  /** What stood at each key at some time, whole or for so long that it had to be taken for whole. */
  get versions(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#versions
  }

  async act(): Promise<void> {
    this.counts.acts += 1
    const acts = [
      () => this.#create(),
      () => this.#create(),
      () => this.#writeSlowly(),
      () => this.#writeAside(),
      () => this.#rewrite(),
      () => this.#touch(),
      () => this.#remove(),
      () => this.#removeAndMakeAgain(),
      () => this.#renameFile(),
      () => this.#renameFolder(),
      () => this.#copyFolder()
    ]
    const luck = this.#random()
    if (luck < 0.005) await this.#goAway()
    else if (luck < 0.02 && this.#files.size < MOST_FILES) await this.#burst()
    else await this.#pick(acts)()
    await pause(this.#random() * 120)
  }

  /** Resolves when nobody writes any more. */
  async rest(): Promise<void> {
    await Promise.all(this.#writers)
  }

  async #create(): Promise<void> {
    await this.#write(this.#newPath(), this.#content())
  }

  async #burst(): Promise<void> {
    const folder = this.#newFolder()
    await Promise.all(
      Array.from({ length: BURST_FILES }, () => this.#write(`${folder}/${this.#newName()}`, this.#content()))
    )
  }

  /** In pieces, while other things happen: as a camera, FTP or a copy writes. */
  async #writeSlowly(): Promise<void> {
    const path = this.#newPath()
    const content = this.#content()
    const pieces = 2 + Math.floor(this.#random() * 8)
    const rests = Array.from({ length: pieces }, () => this.#random() * Math.min(400, this.#settleMs / 4))
    this.#busy.add(path)
    const writer = this.#writePieces(path, content, rests).finally(() => {
      this.#busy.delete(path)
      this.#writers.delete(writer)
    })
    this.#writers.add(writer)
  }

  async #writePieces(path: string, content: Buffer, restsMs: ReadonlyArray<number>): Promise<void> {
    await mkdir(dirname(this.#at(path)), { recursive: true })
    const pieceBytes = Math.ceil(content.length / restsMs.length)
    let wroteMs = performance.now()
    for (const [index, restMs] of restsMs.entries()) {
      const end = Math.min(content.length, (index + 1) * pieceBytes)
      await appendFile(this.#at(path), content.subarray(index * pieceBytes, end))
      const restedMs = performance.now() - wroteMs
      if (index > 0 && restedMs > this.#settleMs * LONG_REST) this.#note(path, content.subarray(0, index * pieceBytes))
      wroteMs = performance.now()
      if (end < content.length) await pause(restMs)
    }
    this.#keep(path, content)
  }

  /** Under a name that is passed over, and renamed. */
  async #writeAside(): Promise<void> {
    const path = this.#newPath()
    const content = this.#content()
    await mkdir(dirname(this.#at(path)), { recursive: true })
    await writeFile(this.#at(`${path}.tmp`), content)
    await pause(this.#random() * 100)
    this.#keep(path, content)
    await rename(this.#at(`${path}.tmp`), this.#at(path))
  }

  async #rewrite(): Promise<void> {
    const path = this.#aFile()
    if (path) await this.#write(path, this.#content())
  }

  async #touch(): Promise<void> {
    const path = this.#aFile()
    const seconds = 1_600_000_000 + Math.floor(this.#random() * 1e8)
    if (path) await utimes(this.#at(path), seconds, seconds)
  }

  async #remove(): Promise<void> {
    const path = this.#aFile()
    if (!path) return
    this.#files.delete(path)
    this.counts.removed += 1
    await unlink(this.#at(path))
  }

  async #removeAndMakeAgain(): Promise<void> {
    const path = this.#aFile()
    if (!path) return
    await unlink(this.#at(path))
    await this.#write(path, this.#content())
  }

  async #renameFile(): Promise<void> {
    const from = this.#aFile()
    if (!from) return
    await this.#move(from, this.#newPath())
  }

  async #renameFolder(): Promise<void> {
    const from = this.#aFolder()
    if (from) await this.#move(from, this.#newFolder())
  }

  async #move(from: string, to: string): Promise<void> {
    for (const [path, sha256] of this.#below(from)) {
      this.#files.delete(path)
      this.#files.set(to + path.slice(from.length), sha256)
      this.#noteDigest(to + path.slice(from.length), sha256)
    }
    this.counts.renamed += 1
    await mkdir(dirname(this.#at(to)), { recursive: true })
    await rename(this.#at(from), this.#at(to))
  }

  async #copyFolder(): Promise<void> {
    const from = this.#aFolder()
    if (!from || this.#files.size > MOST_FILES) return
    const to = this.#newFolder()
    const files = this.#below(from)
    await cp(this.#at(from), this.#at(to), { recursive: true, filter: (path) => !path.endsWith('.tmp') })
    for (const [path, sha256] of files) {
      this.#files.set(to + path.slice(from.length), sha256)
      this.#noteDigest(to + path.slice(from.length), sha256)
    }
  }

  /** The card is pulled, and put in again. */
  async #goAway(): Promise<void> {
    await this.rest()
    this.counts.away += 1
    const away = `${this.#root}-away`
    await rename(this.#root, away)
    await pause(500 + this.#random() * 8_000)
    await rm(this.#root, { recursive: true, force: true }) // whatever took its place is not the card
    await rename(away, this.#root)
  }

  async #write(path: string, content: Buffer): Promise<void> {
    await mkdir(dirname(this.#at(path)), { recursive: true })
    this.#keep(path, content)
    await writeFile(this.#at(path), content)
  }

  #keep(path: string, content: Buffer): void {
    this.counts.written += 1
    this.#files.set(path, this.#note(path, content))
  }

  #note(path: string, content: Buffer): string {
    const sha256 = createHash('sha256').update(content).digest('hex')
    this.#noteDigest(path, sha256)
    return sha256
  }

  #noteDigest(path: string, sha256: string): void {
    const key = keyOf(path)
    this.#versions.set(key, (this.#versions.get(key) ?? new Set()).add(sha256))
  }

  #below(folder: string): Array<[string, string]> {
    return [...this.#files].filter(([path]) => path === folder || path.startsWith(`${folder}/`))
  }

  #aFile(): string | null {
    const files = [...this.#files.keys()].filter((path) => !this.#busy.has(path))
    return files.length > 0 ? this.#pick(files) : null
  }

  /** In which nobody is writing. */
  #aFolder(): string | null {
    const folders = new Set([...this.#files.keys()].map(dirname).filter((folder) => folder !== '.'))
    for (const path of this.#busy) {
      for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.delete(folder)
    }
    return folders.size > 0 ? this.#pick([...folders]) : null
  }

  #newPath(): string {
    const folder = this.#random() < 0.5 ? this.#aFolder() : null
    const isNew = this.#random() < 0.2
    return `${folder ?? (isNew ? this.#newFolder() : 'loose')}/${this.#newName()}`
  }

  #newName(): string {
    this.#next += 1
    return `IMG ${this.#next} é#.raf`
  }

  #newFolder(): string {
    this.#next += 1
    return this.#random() < 0.5 ? `card-${this.#next}` : `shoot-${this.#next}/deep`
  }

  /** Never the same twice. */
  #content(): Buffer {
    const bytes = MIN_BYTES + Math.floor(this.#random() * (MAX_BYTES - MIN_BYTES))
    return Buffer.alloc(bytes, `${this.#random()} `)
  }

  #at(path: string): string {
    return join(this.#root, path)
  }

  #pick<T>(items: ReadonlyArray<T>): T {
    const item = items[Math.floor(this.#random() * items.length)]
    if (item === undefined) throw new RangeError('Nothing to pick from')
    return item
  }
}

/** As the template `{folder}/{name}-{output}.{ext}` gives it. */
function keyOf(path: string): string {
  return path.replace(/\.raf$/, '-original.raf')
}
