import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { ORIGINAL } from '../../shared/model/output.ts'
import type { Upload } from '../catalog/records.ts'
import type { FrameFile } from '../files/FrameFile.ts'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import type { ListedObject, ObjectStore } from '../store/ObjectStore.ts'
import { pageOf } from '../store/pageOf.ts'
import { type CheckPorts, checkProofs } from './checkProofs.ts'
import { SLICE } from './mapInSlices.ts'
import { countTurns } from './testing/countTurns.ts'
import { openRoom, type Room } from './testing/openRoom.ts'
import { faulty, portsOf, putStranger, read, send } from './testing/sendRoom.ts'

const { signal } = new AbortController()

/** A bucket of which only the listing is real, with a count of what it is asked. */
function listing(objects: ReadonlyArray<Pick<ListedObject, 'key' | 'etag'>>) {
  const facts = new Map(objects.map((object) => [object.key, { ...object, sizeBytes: 1, modifiedAtMs: 0 }]))
  const inner = createMemoryStore()
  const asked = { pages: 0, looks: 0, others: 0 }
  const other = async () => {
    asked.others += 1
    throw new AppError('internal', 'Nothing but looking was expected')
  }
  const store: ObjectStore = {
    ...inner,
    get: other,
    put: other,
    list: async (query) => {
      asked.pages += 1
      const { keys, folders, next } = pageOf(facts.keys(), query)
      return { objects: keys.flatMap((key) => facts.get(key) ?? []), folders, next }
    },
    head: async (key) => {
      asked.looks += 1
      const found = facts.get(key)
      return found ? { ...found, contentType: null, cacheControl: null, metadata: {} } : null
    }
  }
  return { store, asked }
}

/** Frames of files that are not on this disk, all done: whoever tries to read one fails. */
function seed(room: Room, keys: ReadonlyArray<string>): ReadonlyArray<string> {
  const files = keys.map(
    (key): FrameFile => ({ path: `/not/there/${key}`, relativePath: key, sizeBytes: 1, mtimeNs: 1n, ino: 1n, dev: 1n })
  )
  const { added } = room.frames.addMany(room.collection.id, files, { isPaused: false })
  room.uploads.together(() => {
    for (const [index, frameId] of added.entries()) {
      const key = keys[index] ?? ''
      const proof = { sizeBytes: 1, sha256: 's', etag: `e-${key}`, provedAtMs: 1, how: 'sent' } as const
      const upload: Upload = {
        id: randomUUID(),
        frameId,
        frameSeq: index + 1,
        ordinal: 0,
        output: ORIGINAL,
        accountId: 'studio',
        bucket: 'photos',
        baseKey: key,
        key,
        keyNumber: 1,
        state: { kind: 'done', proof },
        spoolPath: null,
        sizeBytes: 1,
        sha256: 's',
        widthPx: null,
        heightPx: null,
        contentType: 'image/jpeg',
        replaces: null
      }
      room.uploads.addForFrame([upload], () => room.frames.setStatus(frameId, 'done', null))
    }
  })
  return added
}

function portsFor(room: Room, store: ObjectStore): CheckPorts & { readonly changed: string[] } {
  const changed: string[] = []
  return {
    uploads: room.uploads,
    bucketOf: () => 'photos',
    storeOf: async () => store,
    onFrameChanged: (frameId) => changed.push(frameId),
    changed
  }
}

const proved = (key: string) => ({ key, etag: `e-${key}` })
const keyOf = (index: number) => `lake/IMG_${String(index).padStart(5, '0')}.jpg`
const keysOf = (count: number) => Array.from({ length: count }, (_, index) => keyOf(index))

describe('checkProofs', () => {
  it('asks ten pages about ten thousand objects, and opens no file', async () => {
    const room = openRoom()
    const frames = seed(room, keysOf(10_000))
    const { store, asked } = listing(keysOf(10_000).map(proved))
    const ports = portsFor(room, store)
    const { result, turns } = await countTurns(() => checkProofs(frames, ports, signal))
    expect(result).toEqual({ there: 10_000, gone: 0, changed: 0 })
    expect(turns).toBeGreaterThanOrEqual(10_000 / SLICE - 1)
    expect(asked).toEqual({ pages: 10, looks: 0, others: 0 })
    expect(ports.changed).toEqual([])
    expect(room.frames.counts()).toMatchObject([{ status: 'done', frames: 10_000 }])
  })

  it('sends again what is gone and what has other content, with the reason', async () => {
    const room = openRoom()
    const keys = keysOf(40)
    const frames = seed(room, keys)
    const { store } = listing([...keys.slice(2).map(proved), { key: keyOf(1), etag: 'other' }])
    const ports = portsFor(room, store)
    expect(await checkProofs(frames, ports, signal)).toEqual({ there: 38, gone: 1, changed: 1 })
    expect(ports.changed).toEqual(frames.slice(0, 2))
    const [gone, changed] = frames.flatMap((id) => room.uploads.ofFrame(id))
    expect(gone?.state).toMatchObject({ kind: 'waiting', restart: { problem: { code: 'object-missing' }, times: 1 } })
    expect(changed?.state).toMatchObject({ kind: 'waiting', restart: { problem: { code: 'conflict' } } })
    expect(room.find(frames[0] ?? '').status).toBe('waiting')
  })

  it('looks at a few one by one, for which a page would cost more', async () => {
    const room = openRoom()
    const frames = seed(room, keysOf(12))
    const { store, asked } = listing(keysOf(12).map(proved))
    expect(await checkProofs(frames, portsFor(room, store), signal)).toMatchObject({ there: 12 })
    expect(asked).toEqual({ pages: 0, looks: 12, others: 0 })
  })

  it('does not list a bucket to its end for the sake of a few keys far apart', async () => {
    const room = openRoom()
    const strangers = Array.from({ length: 50_000 }, (_, index) => proved(`m/${String(index).padStart(6, '0')}`))
    const keys = [...keysOf(20), ...keysOf(20).map((key) => `z/${key}`)]
    const frames = seed(room, keys)
    const { store, asked } = listing([...strangers, ...keys.map(proved)])
    expect(await checkProofs(frames, portsFor(room, store), signal)).toMatchObject({ there: 40 })
    expect(asked.pages).toBeLessThanOrEqual(2)
    expect(asked.looks).toBeLessThanOrEqual(20)
  })

  it('concludes nothing where the bucket cannot be looked into', async () => {
    const room = openRoom()
    const frames = seed(room, keysOf(20))
    const { store } = listing([])
    const offline: ObjectStore = { ...store, list: () => Promise.reject(new AppError('network', 'No line')) }
    await expect(checkProofs(frames, portsFor(room, offline), signal)).rejects.toMatchObject({ code: 'network' })
    const stop = AbortSignal.abort()
    await expect(checkProofs(frames, portsFor(room, store), stop)).rejects.toMatchObject({ name: 'AbortError' })
    expect(room.frames.counts()).toMatchObject([{ status: 'done', frames: 20 }])
  })

  it('leaves alone what is in another bucket than the account has now, and what is not done', async () => {
    const room = openRoom()
    const frames = seed(room, keysOf(20))
    const { store, asked } = listing([])
    const ports = { ...portsFor(room, store), bucketOf: () => 'another' }
    expect(await checkProofs(frames, ports, signal)).toEqual({ there: 0, gone: 0, changed: 0 })
    const waiting = await room.sending('a.jpg', 'a picture')
    expect(await checkProofs([waiting.frame.id], portsFor(room, store), signal)).toMatchObject({ gone: 0 })
    expect(asked).toEqual({ pages: 0, looks: 0, others: 0 })
  })

  it('tells what is there from what is not for any keys, in any bucket', async () => {
    const key = fc
      .array(fc.constantFrom('a', 'b', '/', 'é', '\u{1f4f7}', '\uffee', '-'), { minLength: 1, maxLength: 5 })
      .map((characters) => characters.join(''))
    const sets = fc.record({
      ours: fc.uniqueArray(key, { minLength: 1, maxLength: 60 }),
      kept: fc.infiniteStream(fc.boolean()),
      strangers: fc.uniqueArray(key, { maxLength: 30 })
    })
    const room = openRoom()
    let run = 0
    await fc.assert(
      fc.asyncProperty(sets, async ({ ours, kept, strangers }) => {
        run += 1
        const own = ours.map((one) => `${run}/${one}`)
        const present = own.filter(() => kept.next().value === true)
        const others = strangers.map((one) => `${run}/${one}`).filter((one) => !own.includes(one))
        const { store } = listing([...present, ...others].map(proved))
        const checked = await checkProofs(seed(room, own), portsFor(room, store), signal)
        expect(checked).toEqual({ there: present.length, gone: own.length - present.length, changed: 0 })
      }),
      { numRuns: 40 }
    )
  })

  it('ends with the objects in the bucket again, by the rule where something else has the key', async () => {
    const room = openRoom()
    const store = faulty()
    for (const name of ['a.jpg', 'b.jpg']) {
      await send(room, await room.sending(name, `picture ${name}`), portsOf(room, store))
    }
    await store.delete(['a.jpg'], signal)
    await putStranger(store, 'b.jpg', 'somebody else')
    const ids = room.frames.ids({ collectionId: room.collection.id, filter: 'all' })
    expect(await checkProofs(ids, portsFor(room, store), signal)).toEqual({ there: 0, gone: 1, changed: 1 })
    const ended = []
    for (let n = 0; n < 2; n += 1) {
      const upload = room.retake()
      ended.push(await send(room, { upload, frame: room.find(upload.frameId) }, portsOf(room, store)))
    }
    expect(ended.map(({ key, state }) => [key, state.kind])).toEqual([
      ['a.jpg', 'done'],
      ['b-2.jpg', 'done']
    ])
    expect(await read(store, 'a.jpg')).toEqual(Buffer.from('picture a.jpg'))
    expect(await read(store, 'b.jpg')).toEqual(Buffer.from('somebody else'))
  })
})
