import { hash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { ConflictRule } from '../../shared/model/collection.ts'
import { MiB } from '../../shared/units.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { digestsOf } from '../store/testing/digestsOf.ts'
import { Slots } from './Slots.ts'
import { type SendPorts, sendUpload } from './sendUpload.ts'
import { createFaultyStore, type FaultyStore } from './testing/createFaultyStore.ts'
import { openRoom, type Room } from './testing/openRoom.ts'
import { multipartOf, transition } from './UploadState.ts'

const { signal } = new AbortController()
const lost = new AppError('network', 'The line broke')

/** Three parts: 8, 8 and 4 MiB, each different. */
const large = Buffer.alloc(20 * MiB)
for (let at = 0; at < large.length; at += MiB) large.writeUInt32LE(at, at)

function portsOf(room: Room, store: ObjectStore): SendPorts & { readonly sentBytes: number[] } {
  const sentBytes: number[] = []
  const { uploads, frames, pool, digester } = room
  return {
    store,
    uploads,
    frames,
    pool,
    digester,
    lines: new Slots(4),
    nowMs: () => 1_800_000_000_000,
    onChange: () => {},
    onProgress: (_upload, bytes) => sentBytes.push(bytes),
    sentBytes
  }
}

function faulty(): FaultyStore {
  return createFaultyStore(createMemoryStore())
}

async function putStranger(store: ObjectStore, key: string, content: string | Uint8Array): Promise<string> {
  const bytes = Buffer.from(content)
  const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }
  return store.put(key, bytes, digestsOf(bytes), headers, { kind: 'always' }, signal)
}

async function read(store: ObjectStore, key: string): Promise<Buffer> {
  return Buffer.from(await new Response(await store.get(key, null, signal)).arrayBuffer())
}

type Sending = { readonly upload: Upload; readonly frame: Frame }

function send(room: Room, { upload, frame }: Sending, ports: SendPorts, conflict: ConflictRule = 'keep-both') {
  return sendUpload({ upload, frame: room.find(frame.id), rules: { conflict, cacheControl: {} } }, ports, signal)
}

/** What the dispatcher does after a failure that can pass. */
function again(room: Room, upload: Upload): Upload {
  const { state } = room.kept(upload)
  const problem = { code: 'network', detail: 'The line broke' } as const
  room.uploads.saveState(room.kept(upload), transition(state, { kind: 'interrupted', retryAtMs: 1, problem }))
  return room.retake()
}

describe('sendUpload, in one request', () => {
  it('sends the bytes, and keeps proof, digest and status in the catalog', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.jpg', 'a picture')
    const ports = portsOf(room, store)
    const done = await send(room, job, ports)
    const sha256 = hash('sha256', 'a picture')
    expect(done.state).toMatchObject({
      kind: 'done',
      proof: { sizeBytes: 9, sha256, how: 'sent', etag: hash('md5', 'a picture') }
    })
    expect(room.kept(job.upload)).toEqual(done)
    expect(room.find(job.frame.id)).toMatchObject({ status: 'done', sha256 })
    expect(room.uploads.proofs.find('studio', 'photos', 'a.jpg')).toMatchObject({
      proof: { sha256 },
      sourceSha256: sha256
    })
    expect(await read(store, 'a.jpg')).toEqual(Buffer.from('a picture'))
    expect((await store.head('a.jpg', signal))?.metadata).toMatchObject({
      sha256,
      width: '300',
      'source-name': 'a.jpg'
    })
    expect(ports.sentBytes.at(-1)).toBe(9)
    expect(room.pool.usedBytes).toBe(0)
  })

  it('finds its own object where the answer to the first request was lost', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.jpg', 'a picture')
    store.faults.push({ at: 'put', when: 'after', act: () => Promise.reject(lost) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    expect(room.kept(job.upload).state.kind).toBe('sending')
    store.faults.length = 0
    const upload = again(room, job.upload)
    const done = await send(room, { ...job, upload }, portsOf(room, store))
    expect(done.state).toMatchObject({ kind: 'done', proof: { how: 'found' } })
    expect(done.key).toBe('a.jpg')
    expect(room.pool.usedBytes).toBe(0)
  })

  it('knows the same bytes again that somebody else put there', async () => {
    const room = openRoom()
    const store = faulty()
    await putStranger(store, 'a.jpg', 'a picture')
    const done = await send(room, await room.sending('a.jpg', 'a picture'), portsOf(room, store))
    expect(done).toMatchObject({ key: 'a.jpg', state: { kind: 'done', proof: { how: 'found' } } })
  })

  it('keeps both by the next free name, looking before it sends', async () => {
    const room = openRoom()
    const store = faulty()
    for (const key of ['a.jpg', 'a-2.jpg', 'a-3.jpg']) await putStranger(store, key, key)
    const putsBefore = store.count('put')
    const done = await send(room, await room.sending('a.jpg', 'a picture'), portsOf(room, store))
    expect(done).toMatchObject({ key: 'a-4.jpg', state: { kind: 'done' } })
    expect(store.count('put') - putsBefore).toBe(2)
    expect(await read(store, 'a.jpg')).toEqual(Buffer.from('a.jpg'))
  })

  it('replaces exactly what it saw where the rule says so', async () => {
    const room = openRoom()
    const store = faulty()
    const etag = await putStranger(store, 'a.jpg', 'an old one')
    const done = await send(room, await room.sending('a.jpg', 'a picture'), portsOf(room, store), 'replace')
    expect(done).toMatchObject({ key: 'a.jpg', replaces: etag, state: { kind: 'done' } })
    expect(await read(store, 'a.jpg')).toEqual(Buffer.from('a picture'))
  })

  it('does not replace what changed after it was looked at, but looks again', async () => {
    const room = openRoom()
    const store = faulty()
    await putStranger(store, 'a.jpg', 'version 1')
    let heads = 0
    store.faults.push({
      at: 'head',
      when: 'after',
      act: async () => {
        heads += 1
        if (heads === 1) await putStranger(store, 'a.jpg', 'version 2')
      }
    })
    const done = await send(room, await room.sending('a.jpg', 'a picture'), portsOf(room, store), 'replace')
    expect(done).toMatchObject({ replaces: hash('md5', 'version 2'), state: { kind: 'done' } })
  })

  it('asks before a picture is overwritten by less than a tenth of it', async () => {
    const room = openRoom()
    const store = faulty()
    await putStranger(store, 'a.jpg', Buffer.alloc(91, 1))
    const met = await send(room, await room.sending('a.jpg', 'a picture'), portsOf(room, store), 'replace')
    expect(met.state).toMatchObject({ kind: 'conflict', occupant: { sizeBytes: 91 } })
    expect((await read(store, 'a.jpg')).length).toBe(91)
  })

  it.each([
    ['skip', 'skipped', 'done'],
    ['ask', 'conflict', 'attention']
  ] as const)('leaves what is there by the rule %s', async (rule, kind, status) => {
    const room = openRoom()
    const store = faulty()
    const etag = await putStranger(store, 'a.jpg', 'somebody else')
    const job = await room.sending('a.jpg', 'a picture')
    const met = await send(room, job, portsOf(room, store), rule)
    expect(met.state).toMatchObject({ kind, occupant: { etag, sizeBytes: 13, sha256: null } })
    expect(room.find(job.frame.id).status).toBe(status)
    expect(await read(store, 'a.jpg')).toEqual(Buffer.from('somebody else'))
  })

  it('sends to the free key when the occupant went away meanwhile', async () => {
    const room = openRoom()
    const store = faulty()
    await putStranger(store, 'a.jpg', 'a passer-by')
    store.faults.push({ at: 'head', when: 'before', act: async () => void (await store.delete(['a.jpg'], signal)) })
    const done = await send(room, await room.sending('a.jpg', 'a picture'), portsOf(room, store))
    expect(done).toMatchObject({ key: 'a.jpg', state: { kind: 'done', proof: { how: 'sent' } } })
  })

  it('refuses a source that changed since it was seen, sending nothing', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.jpg', 'a picture')
    writeFileSync(job.frame.path, 'another, longer picture')
    await expect(send(room, job, portsOf(room, store))).rejects.toMatchObject({ code: 'file-changed' })
    expect(store.count('put')).toBe(0)
    expect(room.pool.usedBytes).toBe(0)
  })

  it('says so when the source is gone', async () => {
    const room = openRoom()
    const job = await room.sending('a.jpg', 'a picture')
    rmSync(job.frame.path)
    await expect(send(room, job, portsOf(room, faulty()))).rejects.toMatchObject({ code: 'file-missing' })
  })

  it('looks at the object itself where the ETag is not the MD5', async () => {
    const room = openRoom()
    const inner = createMemoryStore()
    const opaque = (etag: string) => `opaque-${etag}`
    const store: ObjectStore = {
      ...inner,
      put: async (...args) => opaque(await inner.put(...args)),
      head: async (...args) => {
        const found = await inner.head(...args)
        return found && { ...found, etag: opaque(found.etag) }
      }
    }
    const done = await send(room, await room.sending('a.jpg', 'a picture'), portsOf(room, store))
    expect(done.state).toMatchObject({
      kind: 'done',
      proof: { etag: `opaque-${hash('md5', 'a picture')}`, how: 'sent' }
    })
  })

  it('proves after a crash without sending again, and does not believe another object', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.jpg', 'a picture')
    const sha256 = hash('sha256', 'a picture')
    const etag = await putStranger(store, 'a.jpg', 'not a picture')
    const proving = room.uploads.saveState(
      { ...job.upload, sha256 },
      transition(job.upload.state, { kind: 'sent', etag })
    )
    room.uploads.recover(room.collection.id)
    const upload = room.retake()
    expect(upload).toEqual(proving)
    await expect(send(room, { ...job, upload }, portsOf(room, store))).rejects.toMatchObject({ code: 'proof-failed' })
    await store.delete(['a.jpg'], signal)
    await expect(send(room, { ...job, upload }, portsOf(room, store))).rejects.toMatchObject({ code: 'proof-failed' })
    expect(store.count('put')).toBe(1)
  })
})

describe('sendUpload, in parts', () => {
  it('sends parts of one size and joins them', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    const ports = portsOf(room, store)
    const done = await send(room, job, ports)
    expect(done.state).toMatchObject({
      kind: 'done',
      proof: { sizeBytes: large.length, sha256: hash('sha256', large) }
    })
    expect((await read(store, 'a.mov')).equals(large)).toBe(true)
    expect(store.count('sendPart')).toBe(3)
    expect(room.uploads.recordedParts(done.id)).toEqual([])
    expect(room.uploads.orphans(10)).toEqual([])
    expect(Math.max(...ports.sentBytes)).toBe(large.length)
    expect(room.pool.usedBytes).toBe(0)
  })

  it('after a failed part, sends only what is missing, with the part size it began with', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    let failures = 1
    store.faults.push({
      at: 'sendPart',
      when: 'before',
      act: (call) => {
        if (call === 2 && failures-- > 0) throw lost
      }
    })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    const kept = room.uploads.recordedParts(job.upload.id).length
    const multipart = multipartOf(room.kept(job.upload).state)
    expect(multipart?.partBytes).toBe(8 * MiB)
    const sentBefore = store.count('sendPart')
    const upload = again(room, job.upload)
    const done = await send(room, { ...job, upload }, portsOf(room, store))
    expect(done.state.kind).toBe('done')
    expect(store.count('openMultipart')).toBe(1)
    expect(store.count('sendPart') - sentBefore).toBe(3 - kept)
    expect((await read(store, 'a.mov')).equals(large)).toBe(true)
  })

  it('goes on with a part size that a version before this one chose', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    const sha256 = hash('sha256', large)
    const digested = room.uploads.setDigest(job.upload, sha256, large.length)
    const headers = { contentType: 'video/quicktime', cacheControl: null, metadata: { sha256 } }
    const multipart = await store.openMultipart('a.mov', 5 * MiB, headers, signal)
    const upload = room.uploads.saveState(digested, transition(digested.state, { kind: 'opened', multipart }))
    const done = await send(room, { ...job, upload }, portsOf(room, store))
    expect(done.state.kind).toBe('done')
    expect(store.count('sendPart')).toBe(4)
  })

  it.each([
    ['cannot say which parts it has', null, 0],
    ['has other parts than the ledger', [], 3]
  ] as const)('goes on where the store %s', async (_what, listed, resent) => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    store.faults.push({ at: 'complete', when: 'before', act: () => Promise.reject(lost) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    store.faults.length = 0
    const sentBefore = store.count('sendPart')
    const upload = again(room, job.upload)
    const done = await send(room, { ...job, upload }, portsOf(room, { ...store, listParts: async () => listed }))
    expect(done.state.kind).toBe('done')
    expect(store.count('sendPart') - sentBefore).toBe(resent)
  })

  it('finds the object where the completion succeeded and its answer was lost', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    store.faults.push({ at: 'complete', when: 'after', act: () => Promise.reject(lost) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    store.faults.length = 0
    const upload = again(room, job.upload)
    const done = await send(room, { ...job, upload }, portsOf(room, store))
    expect(done.state).toMatchObject({ kind: 'done', proof: { how: 'sent' } })
    expect(store.count('openMultipart')).toBe(1)
    expect(store.count('sendPart')).toBe(3)
  })

  it('begins again where the store has dropped the upload', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    store.faults.push({ at: 'complete', when: 'before', act: () => Promise.reject(lost) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    store.faults.length = 0
    const multipart = multipartOf(room.kept(job.upload).state)
    if (multipart) await store.abort(multipart, signal)
    const upload = again(room, job.upload)
    const done = await send(room, { ...job, upload }, portsOf(room, store))
    expect(done.state.kind).toBe('done')
    expect(store.count('openMultipart')).toBe(2)
    expect((await read(store, 'a.mov')).equals(large)).toBe(true)
  })

  it('does not feed for ever a store that can never join the parts', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    const rejected = new AppError('part-rejected', 'All non-trailing parts must have the same length.')
    store.faults.push({ at: 'complete', when: 'before', act: () => Promise.reject(rejected) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(rejected)
    expect(store.count('openMultipart')).toBe(2)
    expect(room.uploads.orphans(10)).toHaveLength(1)
  })

  it('meets whoever took the key between the look and the completion', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    let isFirst = true
    store.faults.push({
      at: 'complete',
      when: 'before',
      act: async () => {
        if (isFirst) await putStranger(store, 'a.mov', 'somebody else')
        isFirst = false
      }
    })
    const done = await send(room, job, portsOf(room, store))
    expect(done).toMatchObject({ key: 'a-2.mov', state: { kind: 'done' } })
    expect(await read(store, 'a.mov')).toEqual(Buffer.from('somebody else'))
  })

  it('looks before the first part whether the key is taken', async () => {
    const room = openRoom()
    const store = faulty()
    await putStranger(store, 'a.mov', 'somebody else')
    const met = await send(room, await room.sending('a.mov', large), portsOf(room, store), 'skip')
    expect(met.state.kind).toBe('skipped')
    expect(store.count('openMultipart')).toBe(0)
  })

  it('leaves an orphan, and says so, when it is stopped while the upload is being opened', async () => {
    const room = openRoom()
    const stop = new AbortController()
    const store = faulty()
    store.faults.push({ at: 'openMultipart', when: 'after', act: () => stop.abort() })
    const { upload, frame } = await room.sending('a.mov', large)
    const job = { upload, frame, rules: { conflict: 'keep-both', cacheControl: {} } } as const
    await expect(sendUpload(job, portsOf(room, store), stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
    expect(room.uploads.orphans(10)).toMatchObject([{ accountId: 'studio', multipart: { key: 'a.mov' } }])
    expect(multipartOf(room.kept(upload).state)).toBeNull()
  })

  it('keeps acknowledged parts when it is stopped, and gives its bytes back', async () => {
    const room = openRoom()
    const stop = new AbortController()
    const store = faulty()
    store.faults.push({ at: 'sendPart', when: 'after', act: (call) => (call === 3 ? stop.abort() : undefined) })
    const { upload, frame } = await room.sending('a.mov', large)
    const job = { upload, frame, rules: { conflict: 'keep-both', cacheControl: {} } } as const
    await expect(sendUpload(job, portsOf(room, store), stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
    expect(room.uploads.recordedParts(upload.id).length).toBeGreaterThan(0)
    expect(store.count('complete')).toBe(0)
    expect(room.pool.usedBytes).toBe(0)
  })

  it('publishes nothing of a source that changed while it was read', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    store.faults.push({
      at: 'sendPart',
      when: 'before',
      act: (call) => {
        if (call === 1) writeFileSync(job.frame.path, Buffer.alloc(large.length, 7))
      }
    })
    await expect(send(room, job, portsOf(room, store))).rejects.toMatchObject({ code: 'file-changed' })
    expect(store.count('complete')).toBe(0)
    expect(await store.head('a.mov', signal)).toBeNull()
  })

  it('does not believe an object with another ETag than its parts make, and overwrites only that', async () => {
    const room = openRoom()
    const inner = createMemoryStore()
    let isWrong = true
    const wrong = `${'0'.repeat(32)}-3`
    const store: ObjectStore = {
      ...inner,
      complete: async (multipart, parts, when, stop) => {
        if (!isWrong) return inner.complete(multipart, parts, when, stop)
        await inner.abort(multipart, stop)
        await putStranger(inner, multipart.key, 'mixed up')
        return wrong
      }
    }
    const job = await room.sending('a.mov', large)
    await expect(send(room, job, portsOf(room, store))).rejects.toMatchObject({ code: 'proof-failed' })
    expect(room.kept(job.upload)).toMatchObject({ replaces: wrong, state: { kind: 'sending', multipart: null } })
    isWrong = false
    const upload = again(room, job.upload)
    const met = await send(room, { ...job, upload }, portsOf(room, store), 'ask')
    expect(met.state.kind).toBe('conflict') // what stands there is somebody else's by now
  })
})
