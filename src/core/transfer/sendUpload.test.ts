import { hash } from 'node:crypto'
import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { toFrameFile } from '../files/FrameFile.ts'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { openRoom } from './testing/openRoom.ts'
import { again, faulty, lost, portsOf, putStranger, read, send } from './testing/sendRoom.ts'
import { transition } from './UploadState.ts'

const { signal } = new AbortController()

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
    expect(met.state).toMatchObject({ kind: 'conflict', occupant: { sizeBytes: 91, reason: 'shrinks' } })
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

  it('looks before it sends what the catalog has proved to be there, and does not send it', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.jpg', 'a picture')
    await send(room, job, portsOf(room, store))
    // Touched: another time, the same bytes.
    utimesSync(job.frame.path, new Date(), new Date())
    room.add(toFrameFile(job.frame.path, 'a.jpg', statSync(job.frame.path, { bigint: true })))
    const [frame] = await room.prepare()
    if (!frame) throw new Error('Nothing was prepared')
    const done = await send(room, { frame, upload: room.retake() }, portsOf(room, store))
    expect(done).toMatchObject({ key: 'a.jpg', state: { kind: 'done', proof: { how: 'found' } } })
    expect([store.count('put'), store.count('head')]).toEqual([1, 1])
  })

  it('sends what the catalog has proved to be there and what is there no longer', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.jpg', 'a picture')
    await send(room, job, portsOf(room, store))
    await store.delete(['a.jpg'], signal)
    room.frames.restart(job.frame.id)
    await room.prepare()
    const done = await send(room, { ...job, upload: room.retake() }, portsOf(room, store))
    expect(done).toMatchObject({ key: 'a.jpg', state: { kind: 'done', proof: { how: 'sent' } } })
    expect([store.count('put'), store.count('head')]).toEqual([2, 1])
  })

  it('is found by a catalog that never heard of it, for the price of a refusal and a look', async () => {
    const store = faulty()
    const room = openRoom()
    await send(room, await room.sending('a.jpg', 'a picture'), portsOf(room, store))
    const other = openRoom()
    const found = await send(other, await other.sending('a.jpg', 'a picture'), portsOf(other, store))
    expect(found.state).toMatchObject({ kind: 'done', proof: { how: 'found' } })
    expect([store.count('put'), store.count('head')]).toEqual([2, 1])
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
