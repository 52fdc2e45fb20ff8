import { hash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FrameKind } from '../../shared/model/frame.ts'
import { MiB } from '../../shared/units.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { Slots } from '../transfer/Slots.ts'

/** Objects above this are not fetched for a small picture. */
const MOST_OBJECT_BYTES = 64 * MiB

/** A RAW is shown by the picture that it carries. */
const PICTURE_KINDS: ReadonlySet<FrameKind> = new Set<FrameKind>(['photo', 'raw'])

const PICTURE_KEY = /\.(jpe?g|png|webp|avif|gif|tiff?|hei[cf])$/i

export type PreviewPorts = {
  readonly darkroom: Darkroom
  readonly frames: CatalogFrames
  readonly previewsPath: string
  readonly spoolPath: string
  readonly onFrameChanged: (frameId: string) => void
}

/** Small pictures for rows and pages that are looked at and have none yet; one at a time, behind the real work. */
export class PreviewMaker {
  readonly #ports: PreviewPorts
  readonly #slots = new Slots(1)
  readonly #stop = new AbortController()
  readonly #asked = new Set<string>()

  constructor(ports: PreviewPorts) {
    this.#ports = ports
  }

  /** Rows on screen. What cannot be shown is tried once a run. */
  wantFrames(frameIds: ReadonlyArray<string>): void {
    for (const id of frameIds) {
      if (this.#asked.has(id)) continue
      this.#asked.add(id)
      void this.#slots.run(() => this.#makeForFrame(id), this.#stop.signal).catch(() => {}) // a row without a picture is no failure
    }
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
    const { previewsPath } = this.#ports
    if (!PICTURE_KEY.test(object.key) || object.sizeBytes > MOST_OBJECT_BYTES || object.sizeBytes === 0) return null
    const name = hash('sha256', `${object.accountId}\n${object.key}\n${object.etag}`, 'hex').slice(0, 32)
    const url = `previews/objects/${name}.webp`
    const path = join(previewsPath, 'objects', `${name}.webp`)
    if (existsSync(path)) return url
    const isMade = await this.#slots.run(() => this.#makeForObject(store, object.key, name, path), this.#stop.signal)
    return isMade ? url : null
  }

  close(): void {
    this.#stop.abort()
  }

  async #makeForFrame(id: string): Promise<void> {
    const { frames, darkroom, previewsPath, onFrameChanged } = this.#ports
    const frame = frames.find(id)
    if (!frame?.facts) {
      this.#asked.delete(id) // not looked at yet: the next look at the row asks again
      return
    }
    if (frame.hasPreview || !PICTURE_KINDS.has(frame.facts.kind)) return
    const previewPath = join(previewsPath, id.slice(0, 2), `${id}.webp`)
    await mkdir(dirname(previewPath), { recursive: true })
    const { kind, contentType } = frame.facts
    const result = await darkroom.render(
      { path: frame.path, kind, contentType, renditions: [], previewPath },
      this.#stop.signal
    )
    if (!result.preview?.ok) return
    frames.setHasPreview(id)
    onFrameChanged(id)
  }

  async #makeForObject(store: ObjectStore, key: string, name: string, previewPath: string): Promise<boolean> {
    const { darkroom, spoolPath } = this.#ports
    const { signal } = this.#stop
    const path = join(spoolPath, `object-${name}`)
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
