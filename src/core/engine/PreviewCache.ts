import type { Stats } from 'node:fs'
import { open, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import type { CatalogThumbs } from '../catalog/CatalogThumbs.ts'
import { isWholePicture } from '../images/sealedPicture.ts'

/** Once it is too much, down to this part of the limit: otherwise the next picture would begin the next sweep. */
const KEPT_SHARE = 0.9

/** How exactly it is known when a picture was looked at last. */
const MINUTE_MS = 60_000

/** Far more than any picture of 320 px has: what is larger is none of ours, and not read. */
const MOST_PICTURE_BYTES = MiB

/** Files asked for at once: a sweep must not keep the disk, or this thread, from those who wait for them. */
const FILES_A_TURN = 32

/** Frames' pictures lie in folders named for the first two digits of their ids, objects' in one of their own. */
const FRAME_FOLDERS = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'))
const OBJECT_FOLDER = 'objects'
const EXTENSION = '.webp'

export type PreviewCachePorts = {
  readonly folder: string
  readonly thumbs: Pick<CatalogThumbs, 'withPreviewBelow'>
  /** Frames whose pictures are gone, or go next. */
  readonly onLost: (frameIds: ReadonlyArray<string>) => void
}

type CachedFile = {
  readonly path: string
  /** Null for what is no frame's. */
  readonly frameId: string | null
  readonly sizeBytes: number
  /** When it was made or looked at last; a file's time of change is where that is kept. */
  readonly minute: number
}

/** The small pictures on disk: checked when they are looked at, and no more of them than the person allows. */
export class PreviewCache {
  readonly #ports: PreviewCachePorts
  readonly #stop = new AbortController()
  #limitBytes = Number.POSITIVE_INFINITY
  /** Something may have been written since the last sweep, by us or by a life before. */
  #hasGrown = true
  #sweeping: Promise<void> | null = null

  constructor(ports: PreviewCachePorts) {
    this.#ports = ports
  }

  /** Where the picture of a frame goes, for who is about to write it. */
  placeForFrame(frameId: string): string {
    this.#hasGrown = true
    return this.#pathOf(frameId.slice(0, 2), frameId)
  }

  /** The same for an object. @param name Its own among all objects and all their versions. */
  placeForObject(name: string): string {
    this.#hasGrown = true
    return this.#pathOf(OBJECT_FOLDER, name)
  }

  lookAtFrame(frameId: string): Promise<boolean> {
    return this.#look(this.#pathOf(frameId.slice(0, 2), frameId))
  }

  lookAtObject(name: string): Promise<boolean> {
    return this.#look(this.#pathOf(OBJECT_FOLDER, name))
  }

  /** Path below the page's own origin. */
  urlOfObject(name: string): string {
    return `previews/${OBJECT_FOLDER}/${name}${EXTENSION}`
  }

  #pathOf(folder: string, name: string): string {
    return join(this.#ports.folder, folder, name + EXTENSION)
  }

  /** Whether a whole picture lies there, which is then the last to go. One that is damaged does not count. */
  async #look(path: string): Promise<boolean> {
    const stats = await statWhole(path).catch(() => null)
    if (stats === null) return false
    const now = new Date()
    if (now.getTime() - stats.mtimeMs > MINUTE_MS) {
      await utimes(path, now, now).catch(() => {}) // only the order in which they go depends on it
    }
    return true
  }

  /** From now on at most so many bytes. Less than before takes effect at once. */
  limit(bytes: number): void {
    const isLess = bytes < this.#limitBytes && Number.isFinite(this.#limitBytes)
    this.#limitBytes = bytes
    this.#hasGrown ||= isLess
    if (isLess) void this.sweep()
  }

  /**
   * Removes what was not looked at for longest, where there is too much, and finds frames whose pictures were taken away
   * by somebody else. Does nothing where nothing was written since the last time.
   */
  sweep(): Promise<void> {
    if (!this.#hasGrown) return this.#sweeping ?? Promise.resolve()
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = null
    })
    return this.#sweeping
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    this.#hasGrown = false
    try {
      const bytesByMinute = await this.#measure()
      let bytes = [...bytesByMinute.values()].reduce((sum, some) => sum + some, 0)
      if (bytes <= this.#limitBytes) return
      const keptBytes = this.#limitBytes * KEPT_SHARE
      const lastMinute = lastToGo(bytesByMinute, bytes - keptBytes)
      for (const folder of this.#folders()) {
        const old = (await this.#files(folder)).filter(({ minute }) => minute <= lastMinute)
        const going = old.filter(({ sizeBytes }) => {
          const goes = bytes > keptBytes
          if (goes) bytes -= sizeBytes
          return goes
        })
        await this.#remove(going)
      }
    } catch (error) {
      // The catalog cannot be written now, and may be at the next sweep.
      if (!(error instanceof AppError)) throw error
      this.#hasGrown = true
    }
  }

  /** What there is: bytes by the minute of the last look, so that a million files take no more memory than a hundred. */
  async #measure(): Promise<Map<number, number>> {
    const bytesByMinute = new Map<number, number>()
    for (const folder of this.#folders()) {
      // In this order: a picture that is written meanwhile is not missed.
      const expected = folder === OBJECT_FOLDER ? [] : this.#ports.thumbs.withPreviewBelow(folder)
      const files = await this.#files(folder)
      const found = new Set(files.flatMap(({ frameId, sizeBytes }) => (sizeBytes > 0 ? (frameId ?? []) : [])))
      const missing = expected.filter((id) => !found.has(id))
      if (missing.length > 0) this.#ports.onLost(missing)
      for (const { minute, sizeBytes } of files) {
        bytesByMinute.set(minute, (bytesByMinute.get(minute) ?? 0) + sizeBytes)
      }
    }
    return bytesByMinute
  }

  *#folders(): Generator<string> {
    for (const folder of [...FRAME_FOLDERS, OBJECT_FOLDER]) {
      if (this.#stop.signal.aborted) return
      yield folder
    }
  }

  async #files(folder: string): Promise<ReadonlyArray<CachedFile>> {
    const path = join(this.#ports.folder, folder)
    const names = await readdir(path).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw new AppError('file-unreadable', path, { cause: error })
    })
    return inTurns(names, async (name) => {
      const file = join(path, name)
      const stats = await stat(file).catch(() => null)
      if (!stats?.isFile()) return []
      const isFrame = folder !== OBJECT_FOLDER && name.endsWith(EXTENSION)
      const frameId = isFrame ? name.slice(0, -EXTENSION.length) : null
      return [{ path: file, frameId, sizeBytes: stats.size, minute: Math.floor(stats.mtimeMs / MINUTE_MS) }]
    })
  }

  async #remove(files: ReadonlyArray<CachedFile>): Promise<void> {
    const frameIds = files.flatMap(({ frameId }) => frameId ?? [])
    if (frameIds.length > 0) this.#ports.onLost(frameIds) // first: no row may point to what is not there
    // One that is held open, as Windows does, goes another time.
    await inTurns(files, ({ path }) => rm(path, { force: true }).then(none, none))
  }
}

/** Null for a file that is not as it was written: by its checksum, if it has one, so that a picture with stripes is none. */
async function statWhole(path: string): Promise<Stats | null> {
  const file = await open(path)
  try {
    const stats = await file.stat()
    return stats.size <= MOST_PICTURE_BYTES && isWholePicture(await file.readFile()) ? stats : null
  } finally {
    await file.close()
  }
}

/** The minute up to which all goes, so that at least `surplusBytes` do. */
function lastToGo(bytesByMinute: ReadonlyMap<number, number>, surplusBytes: number): number {
  let gone = 0
  for (const [minute, bytes] of [...bytesByMinute].sort(([one], [other]) => one - other)) {
    gone += bytes
    if (gone >= surplusBytes) return minute
  }
  return Number.POSITIVE_INFINITY
}

async function inTurns<T, R>(items: ReadonlyArray<T>, act: (item: T) => Promise<ReadonlyArray<R>>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += FILES_A_TURN) {
    results.push(...(await Promise.all(items.slice(at, at + FILES_A_TURN).map(act))).flat())
  }
  return results
}

function none(): [] {
  return []
}
