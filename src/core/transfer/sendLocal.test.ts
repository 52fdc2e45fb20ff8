import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { createLocalStore } from '../store/local/createLocalStore.ts'
import { hasLocalR2, type LocalR2, startLocalR2 } from '../store/local/startLocalR2.ts'
import { createFaultyStore, type FaultyStore } from './testing/createFaultyStore.ts'
import { openRoom } from './testing/openRoom.ts'
import { again, large, lost, portsOf, putStranger, read, send } from './testing/sendRoom.ts'
import { multipartOf } from './UploadState.ts'

const { signal } = new AbortController()

/** By Cloudflare's emulator: it cannot list parts, and its part ETags say nothing about the bytes. */
describe.skipIf(!hasLocalR2())('sendUpload, to a real local R2', () => {
  let home: string
  let localR2: LocalR2
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'silverdrop-send-local-'))
    localR2 = await startLocalR2({ home, buckets: ['photos'] })
  }, 60_000)
  afterAll(async () => {
    await localR2.close()
    await rm(home, { recursive: true, maxRetries: 5 })
  })

  function open(): FaultyStore {
    return createFaultyStore(
      createLocalStore({ kind: 'local', id: 'studio', name: 'Here', prefix: '', bucket: 'photos' }, localR2)
    )
  }

  it('sends one request, and finds the object after an answer that was lost', async () => {
    const room = openRoom()
    const store = open()
    const job = await room.sending('one.jpg', 'a picture')
    store.faults.push({ at: 'put', when: 'after', act: () => Promise.reject(lost) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    store.faults.length = 0
    const done = await send(room, { ...job, upload: again(room, job.upload) }, portsOf(room, store))
    expect(done).toMatchObject({ key: 'one.jpg', state: { kind: 'done', proof: { etag: hash('md5', 'a picture') } } })
  })

  it('goes on with the parts of our ledger after a broken line, and after a completion without an answer', async () => {
    const room = openRoom()
    const store = open()
    const job = await room.sending('parts.mov', large)
    store.faults.push({
      at: 'sendPart',
      when: 'before',
      act: (call) => {
        if (call === 3) throw lost
      }
    })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    const kept = room.uploads.recordedParts(job.upload.id).length
    store.faults.splice(0, 1, { at: 'complete', when: 'after', act: () => Promise.reject(lost) })
    const second = again(room, job.upload)
    await expect(send(room, { ...job, upload: second }, portsOf(room, store))).rejects.toBe(lost)
    store.faults.length = 0
    const done = await send(room, { ...job, upload: again(room, job.upload) }, portsOf(room, store))
    expect(done.state).toMatchObject({ kind: 'done', proof: { sha256: hash('sha256', large) } })
    expect(store.count('openMultipart')).toBe(1)
    expect(store.count('sendPart')).toBe(3 + 3 - kept)
    expect(store.count('complete')).toBe(1)
    expect((await read(store, 'parts.mov')).equals(large)).toBe(true)
  })

  it('begins again where the upload is gone', async () => {
    const room = openRoom()
    const store = open()
    const job = await room.sending('gone.mov', large)
    store.faults.push({ at: 'complete', when: 'before', act: () => Promise.reject(lost) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    store.faults.length = 0
    const upload = again(room, job.upload)
    const multipart = multipartOf(upload.state)
    if (multipart) await store.abort(multipart, signal)
    const done = await send(room, { ...job, upload }, portsOf(room, store))
    expect(done.state.kind).toBe('done')
    expect(store.count('openMultipart')).toBe(2)
    expect((await read(store, 'gone.mov')).equals(large)).toBe(true)
  })

  it('does not overwrite who took the key while the parts were sent', async () => {
    const room = openRoom()
    const store = open()
    const job = await room.sending('met.mov', large)
    store.faults.push({
      at: 'sendPart',
      when: 'before',
      act: async (call) => {
        if (call === 2) await putStranger(store, 'met.mov', 'somebody else')
      }
    })
    const met = await send(room, job, portsOf(room, store), 'skip')
    expect(met.state).toMatchObject({ kind: 'skipped', occupant: { sizeBytes: 13, reason: 'other' } })
    expect(await read(store, 'met.mov')).toEqual(Buffer.from('somebody else'))
  })

  it('notices bytes that change on the way to it', async () => {
    const room = openRoom()
    const inner = open()
    const flipped = async (bytes: Uint8Array) => {
      const other = Buffer.from(bytes)
      other.writeUInt8((other[9] ?? 0) ^ 1, 9)
      return other
    }
    let isBroken = true
    const store = {
      ...inner,
      sendPart: async (...[multipart, number, bytes, digests, stop]: Parameters<FaultyStore['sendPart']>) =>
        inner.sendPart(multipart, number, isBroken ? await flipped(bytes) : bytes, digests, stop)
    }
    const job = await room.sending('flip.mov', large)
    const failure = await send(room, job, portsOf(room, store)).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(AppError)
    expect(failure).toMatchObject({ code: 'digest-mismatch', isRetryable: true })
    expect(room.uploads.recordedParts(job.upload.id)).toEqual([])
    isBroken = false
    const done = await send(room, { ...job, upload: again(room, job.upload) }, portsOf(room, store))
    expect(done.state.kind).toBe('done')
    expect((await read(inner, 'flip.mov')).equals(large)).toBe(true)
  })
})
