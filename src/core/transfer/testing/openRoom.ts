import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Collection, CollectionRules } from '../../../shared/model/collection.ts'
import { ORIGINAL } from '../../../shared/model/output.ts'
import { defaultSettings } from '../../../shared/model/settings.ts'
import { MiB } from '../../../shared/units.ts'
import { CatalogCollections } from '../../catalog/CatalogCollections.ts'
import { CatalogFrames } from '../../catalog/CatalogFrames.ts'
import { CatalogUploads } from '../../catalog/CatalogUploads.ts'
import { openCatalog } from '../../catalog/openCatalog.ts'
import type { Frame, Upload } from '../../catalog/records.ts'
import { type FrameFile, toFrameFile } from '../../files/FrameFile.ts'
import type { Darkroom } from '../../images/Darkroom.ts'
import type { FrameFacts } from '../../images/FrameFacts.ts'
import { BufferPool } from '../BufferPool.ts'
import { inlineDigester } from '../Digester.ts'
import { type Destination, prepareFrame } from '../prepareFrame.ts'
import { Slots } from '../Slots.ts'

export const SESSION = 'this-run'

/** Where the room's uploads go. */
export const STUDIO = { accountId: 'studio', bucket: 'photos' } as const

export const photoFacts: FrameFacts = {
  kind: 'photo',
  contentType: 'image/jpeg',
  extension: 'jpg',
  mismatch: null,
  widthPx: 300,
  heightPx: 200,
  capturedAt: '2026-06-20T15:42:10',
  camera: 'Test Camera',
  lens: null,
  exposure: null,
  creator: null,
  copyright: null,
  hasPosition: false,
  problem: null
}

/** A darkroom that looks at nothing, and whose renditions are text. */
export function createPaperDarkroom(facts: FrameFacts = photoFacts): Darkroom {
  return {
    inspect: async (_path, signal) => {
      signal.throwIfAborted()
      return facts
    },
    render: async (job, signal) => {
      signal.throwIfAborted()
      const renditions = job.renditions.map(({ rendition, path }) => {
        const text = `${rendition.id} of ${job.path}`
        writeFileSync(path, text)
        const size = { sizeBytes: Buffer.byteLength(text), widthPx: 30, heightPx: 20 }
        return { outputId: rendition.id, ok: true as const, path, ...size, contentType: 'image/webp' }
      })
      return { renditions, preview: null }
    },
    removePosition: async ({ target }, signal) => {
      signal.throwIfAborted()
      const text = 'a copy without its position'
      writeFileSync(target, text)
      return { path: target, sizeBytes: Buffer.byteLength(text) }
    },
    close: async () => {}
  }
}

/** A real catalog and a real folder of frames, for one test. */
export function openRoom(rules: Partial<CollectionRules> = {}) {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-transfer-'))
  const folder = join(home, 'frames')
  mkdirSync(folder)
  const db = openCatalog(join(home, 'catalog.sqlite'))
  onTestFinished(() => {
    db.close()
    rmSync(home, { recursive: true })
  })
  const frames = new CatalogFrames(db)
  const uploads = new CatalogUploads(db)
  const collections = new CatalogCollections(db)
  const pool = new BufferPool(64 * MiB)
  const digester = inlineDigester
  const reading = new Slots(4)
  const collection: Collection = {
    id: randomUUID(),
    kind: 'drop',
    name: 'Lake',
    rootPath: folder,
    accountId: 'studio',
    prefix: '',
    rules: { ...defaultSettings.newCollection, keyTemplate: '{name}.{ext}', outputs: [ORIGINAL], ...rules },
    isPaused: false,
    createdAtMs: 1_800_000_000_000
  }
  collections.add(collection)
  collections.claim(collection.id, SESSION, Date.now())
  const destination: Destination = {
    collection,
    account: { id: 'studio', kind: 'local', name: 'Studio', bucket: 'photos', prefix: '' },
    bucket: 'photos'
  }

  function write(name: string, content: string | Uint8Array): FrameFile {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return toFrameFile(path, name, statSync(path, { bigint: true }))
  }

  /** Files into the queue. */
  function add(...files: FrameFile[]): ReadonlyArray<Frame> {
    const { added } = frames.addMany(collection.id, files, { isPaused: false })
    return added.map(find)
  }

  function find(frameId: string): Frame {
    const frame = frames.find(frameId)
    if (!frame) throw new Error(`There is no frame ${frameId}`)
    return frame
  }

  async function prepare(darkroom: Darkroom = createPaperDarkroom()): Promise<ReadonlyArray<Frame>> {
    const { signal } = new AbortController()
    const taken = frames.takeToPrepare(SESSION, [], 100)
    for (const frame of taken)
      await prepareFrame(frame, destination, { darkroom, frames, uploads, pool, digester, reading }, signal)
    return taken.map(({ id }) => find(id))
  }

  /** The first upload of a new file, taken to be sent; its renditions are made. */
  async function sending(name: string, content: string | Uint8Array): Promise<{ frame: Frame; upload: Upload }> {
    add(write(name, content))
    const [frame] = await prepare()
    render()
    const upload = retake()
    if (!frame) throw new Error('Nothing was prepared')
    return { frame, upload }
  }

  /** The next upload to be sent, whenever it is due. */
  function retake(): Upload {
    const [upload] = uploads.takeToSend(SESSION, Number.MAX_SAFE_INTEGER, { accounts: [], frames: [] }, 1)
    if (!upload) throw new Error('Nothing waits to be sent')
    return upload
  }

  /** The renditions of the next frame, as if they were made. */
  function render(): ReadonlyArray<Upload> {
    return uploads.takeToRender(SESSION, Number.MAX_SAFE_INTEGER, []).map((upload) => {
      const size = { sizeBytes: 9, widthPx: 30, heightPx: 20 }
      const made = { path: join(home, `${upload.id}.webp`), contentType: 'image/webp', ...size }
      return uploads.saveRendered(upload, made)
    })
  }

  /** An upload as the catalog has it now. */
  function kept(upload: Pick<Upload, 'id'>): Upload {
    const found = uploads.find(upload.id)
    if (!found) throw new Error(`There is no upload ${upload.id}`)
    return found
  }

  return {
    home,
    folder,
    db,
    frames,
    uploads,
    collections,
    pool,
    digester,
    reading,
    collection,
    destination,
    write,
    add,
    find,
    prepare,
    sending,
    retake,
    render,
    kept
  }
}

export type Room = ReturnType<typeof openRoom>
