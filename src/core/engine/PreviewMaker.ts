import { hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FrameKind } from '../../shared/model/frame.ts'
import { MiB } from '../../shared/units.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import { sameFingerprint } from '../files/FrameFile.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { Slots } from '../transfer/Slots.ts'
import { PreviewCache } from './PreviewCache.ts'

/** Objects above this are not fetched for a small picture. */
const MOST_OBJECT_BYTES = 64 * MiB

/** Two cores' worth: rows on screen are waited for. */
const MADE_AT_ONCE = 2

/** A RAW is shown by the picture that it carries, a film by one of its own. */
const PICTURE_KINDS: ReadonlySet<FrameKind> = new Set<FrameKind>(['photo', 'raw', 'video'])

const PICTURE_KEY = /\.(jpe?g|png|webp|avif|gif|tiff?|hei[cf])$/i

export type PreviewPorts = {
  readonly darkroom: Darkroom
  readonly frames: CatalogFrames
  readonly previewsPath: string
  readonly spoolPath: string
  readonly onFrameChanged: (frameId: string) => void
}

/** Small pictures for rows and pages that are looked at and have none, or none any more; behind the real work. */
export class PreviewMaker {
  readonly cache: PreviewCache
  readonly #ports: PreviewPorts
  readonly #slots = new Slots(MADE_AT_ONCE)
  readonly #stop = new AbortController()
  readonly #asked = new Set<string>()
  /** Objects' pictures under way by name: who asks meanwhile waits for the same one. */
  readonly #making = new Map<string, Promise<boolean>>()

  constructor(ports: PreviewPorts) {
    this.#ports = ports
    const { previewsPath, frames } = ports
    this.cache = new PreviewCache({
      folder: previewsPath,
      thumbs: frames.thumbs,
      onLost: (frameIds) => {
        for (const id of frames.thumbs.lose(frameIds)) {
          this.forget(id)
          ports.onFrameChanged(id)
        }
      }
    })
  }

  /**
   * Rows come on screen. Afterwards the catalog is right about which of them have a picture; those without get one, in
   * time. What cannot be shown is tried once a run.
   */
  async see(frameIds: ReadonlyArray<string>): Promise<void> {
    await Promise.all(frameIds.map((id) => this.#see(id).catch(() => {}))) // a row without a picture is no failure
  }

  /** The frame is another version of the file now: it is shown anew. */
  forget(frameId: string): void {
    this.#asked.delete(frameId)
  }

  /** @returns path below the page's origin, or null for what is no picture or cannot be shown. */
  async forObject(
    store: ObjectStore,
    object: { accountId: string; key: string; etag: string; sizeBytes: number }
  ): Promise<string | null> {
    if (!PICTURE_KEY.test(object.key) || object.sizeBytes > MOST_OBJECT_BYTES || object.sizeBytes === 0) return null
    const name = hash('sha256', `${object.accountId}\n${object.key}\n${object.etag}`, 'hex').slice(0, 32)
    const isThere =
      (await this.cache.lookAtObject(name)) ||
      (await this.#makeOnce(name, () => this.#makeForObject(store, object.key, name)))
    return isThere ? this.cache.urlOfObject(name) : null
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.cache.close()
  }

  async #see(id: string): Promise<void> {
    const { frames } = this.#ports
    if (frames.find(id)?.hasPreview) {
      if (await this.cache.lookAtFrame(id)) return
      this.#disown(id)
    }
    if (this.#asked.has(id)) return
    this.#asked.add(id)
    this.#slots.run(() => this.#makeForFrame(id), this.#stop.signal).catch(() => {})
  }

  async #makeForFrame(id: string): Promise<void> {
    const { frames, darkroom, onFrameChanged } = this.#ports
    const frame = frames.find(id)
    if (!frame?.facts) {
      this.#asked.delete(id) // not looked at yet: the next look at the row asks again
      return
    }
    if (frame.hasPreview || !PICTURE_KINDS.has(frame.facts.kind)) return
    const previewPath = this.cache.placeForFrame(id)
    await mkdir(dirname(previewPath), { recursive: true })
    const { kind, contentType } = frame.facts
    const { preview } = await darkroom.render(
      { path: frame.path, kind, contentType, renditions: [], previewPath },
      this.#stop.signal
    )
    if (!preview?.ok) return
    const now = frames.find(id)
    if (now && sameFingerprint(now, frame)) frames.thumbs.put(id, preview.thumbhash)
    else this.#disown(id)
    onFrameChanged(id)
  }

  /** What lies there is no picture of the frame, or none of this version: the next look at the row asks again. */
  #disown(id: string): void {
    this.#ports.frames.thumbs.lose([id])
    this.forget(id)
  }

  #makeOnce(name: string, make: () => Promise<boolean>): Promise<boolean> {
    const underWay = this.#making.get(name)
    if (underWay) return underWay
    const making = this.#slots.run(make, this.#stop.signal).finally(() => this.#making.delete(name))
    this.#making.set(name, making)
    return making
  }

  async #makeForObject(store: ObjectStore, key: string, name: string): Promise<boolean> {
    const { darkroom, spoolPath } = this.#ports
    const { signal } = this.#stop
    const path = join(spoolPath, `object-${name}`)
    const previewPath = this.cache.placeForObject(name)
    await mkdir(spoolPath, { recursive: true })
    await mkdir(dirname(previewPath), { recursive: true })
    try {
      const body = await store.get(key, null, signal)
      await pipeline(Readable.fromWeb(body), createWriteStream(path), { signal })
      const { kind, contentType } = await darkroom.inspect(path, signal)
      if (kind !== 'photo') return false
      const result = await darkroom.render({ path, kind, contentType, renditions: [], previewPath }, signal)
      return result.preview?.ok ?? false
    } finally {
      await unlink(path).catch(() => {})
    }
  }
}
