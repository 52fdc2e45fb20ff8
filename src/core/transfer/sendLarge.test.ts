import { hash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { FrameCommands } from './FrameCommands.ts'
import { sendUpload } from './sendUpload.ts'
import { createFaultyStore } from './testing/createFaultyStore.ts'
import { openRoom, STUDIO } from './testing/openRoom.ts'
import { again, faulty, large, lost, portsOf, putStranger, read, send } from './testing/sendRoom.ts'
import { multipartOf } from './UploadState.ts'

const { signal } = new AbortController()

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
    expect(room.uploads.orphans(STUDIO, 10)).toEqual([])
    expect(Math.max(...ports.sentBytes)).toBe(large.length)
    expect(room.pool.usedBytes).toBe(0)
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
    expect(room.uploads.orphans(STUDIO, 10)).toHaveLength(1) // for a store that has not dropped it with the condition
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
    expect(room.uploads.orphans(STUDIO, 10)).toMatchObject([{ accountId: 'studio', multipart: { key: 'a.mov' } }])
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

  it('sees who took the key meanwhile, where the store does not keep the condition of a completion', async () => {
    const room = openRoom()
    const inner = createMemoryStore()
    const careless: ObjectStore = {
      ...inner,
      complete: (multipart, parts, _when, stop) => inner.complete(multipart, parts, { kind: 'always' }, stop)
    }
    const store = createFaultyStore(careless)
    const job = await room.sending('a.mov', large)
    store.faults.push({
      at: 'sendPart',
      when: 'after',
      act: async (call) => {
        if (call === 3) await putStranger(store, 'a.mov', 'somebody else')
      }
    })
    const met = await send(room, job, portsOf(room, store), 'ask')
    expect(met.state).toMatchObject({ kind: 'conflict', occupant: { sizeBytes: 13 } })
    expect(store.count('complete')).toBe(0)
    expect(await read(store, 'a.mov')).toEqual(Buffer.from('somebody else'))
  })

  it('needs the key to be free where what it was to replace has gone', async () => {
    const room = openRoom()
    const store = faulty()
    await putStranger(store, 'a.mov', Buffer.alloc(3 * MiB))
    const job = await room.sending('a.mov', large)
    store.faults.push({
      at: 'sendPart',
      when: 'before',
      act: async (call) => {
        if (call === 1) await store.delete(['a.mov'], signal)
      }
    })
    const done = await send(room, job, portsOf(room, store), 'replace')
    expect(done).toMatchObject({ key: 'a.mov', state: { kind: 'done' } })
    expect(store.count('openMultipart')).toBe(1)
  })

  it('asks before it replaces something over ten times larger, and takes the answer for an answer', async () => {
    const room = openRoom()
    const inner = createMemoryStore()
    const etag = await putStranger(inner, 'a.mov', 'a film of 300 MiB')
    const store: ObjectStore = {
      ...inner,
      head: async (...args) => {
        const found = await inner.head(...args)
        return found?.etag === etag ? { ...found, sizeBytes: 300 * MiB } : found
      }
    }
    const job = await room.sending('a.mov', large)
    const asked = await send(room, job, portsOf(room, store), 'replace')
    expect(asked.state).toMatchObject({ kind: 'conflict', occupant: { etag, reason: 'shrinks' } })
    expect(await read(store, 'a.mov')).toEqual(Buffer.from('a film of 300 MiB'))
    const commands = new FrameCommands({
      ...room,
      stopFrames: () => {},
      inTransaction: (act) => act(),
      onFrameChanged: () => {}
    })
    await commands.resolve([job.frame.id], 'replace')
    const done = await send(room, { ...job, upload: room.retake() }, portsOf(room, store), 'replace')
    expect(done).toMatchObject({ key: 'a.mov', state: { kind: 'done' } })
    expect((await read(store, 'a.mov')).equals(large)).toBe(true)
  })

  it('is found by a catalog that never heard of it, for the price of one look', async () => {
    const store = faulty()
    const room = openRoom()
    await send(room, await room.sending('a.mov', large), portsOf(room, store))
    const headsBefore = store.count('head')
    const other = openRoom()
    const found = await send(other, await other.sending('a.mov', large), portsOf(other, store))
    expect(found.state).toMatchObject({ kind: 'done', proof: { how: 'found' } })
    expect(store.count('openMultipart')).toBe(1)
    expect(store.count('head') - headsBefore).toBe(1)
  })

  it('leaves nothing in doubt after an answer, and all of it after none', async () => {
    for (const [error, doubts] of [
      [null, 0],
      [new AppError('not-supported', 'No'), 0],
      [new AppError('rate-limited', 'Later'), 1],
      [lost, 1],
      [new AppError('server-error', 'Oops'), 1],
      [new AppError('endpoint-wrong', 'A sign-in page'), 1]
    ] as const) {
      const room = openRoom()
      const store = faulty()
      const job = await room.sending('a.mov', large)
      if (error) store.faults.push({ at: 'openMultipart', when: 'after', act: () => Promise.reject(error) })
      const sending = send(room, job, portsOf(room, store))
      if (error) await expect(sending).rejects.toBe(error)
      else await sending
      expect(room.uploads.openings.list().map(({ key }) => key)).toEqual(Array(doubts).fill('a.mov'))
    }
  })
})
