import { hash } from 'node:crypto'
import { renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { retakeFrame } from './retakeFrame.ts'
import { openRoom, STUDIO } from './testing/openRoom.ts'
import { again, faulty, large, lost, portsOf, read, send } from './testing/sendRoom.ts'
import { multipartOf, transition } from './UploadState.ts'

const { signal } = new AbortController()

describe('sendUpload, resumed', () => {
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
    expect(kept).toBe(2) // those under way were let arrive
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

  it('counts only attempts in which nothing arrived', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    const fail = (at: 'sendPart' | 'complete', call: number) =>
      store.faults.push({
        at,
        when: 'before',
        act: (count) => {
          if (count === call) throw lost
        }
      })
    fail('sendPart', 2)
    fail('complete', 1)
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    const upload = again(room, job.upload)
    expect(upload.state).toMatchObject({ kind: 'sending', attempt: 1, problem: { code: 'network' } })
    await expect(send(room, { ...job, upload }, portsOf(room, store))).rejects.toBe(lost)
    expect(room.kept(upload).state).toMatchObject({ kind: 'sending', attempt: 0, problem: null })
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
    await expect(send(room, job, portsOf(room, store))).rejects.toMatchObject({ code: 'part-rejected' })
    expect(store.count('openMultipart')).toBe(3)
    expect(room.uploads.orphans(STUDIO, 10)).toHaveLength(3)
  })

  it('is sent again after a pause where the store loses it again and again, and keeps the reason', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    let losses = 3
    store.faults.push({
      at: 'complete',
      when: 'before',
      act: () => {
        if (losses-- > 0) throw new AppError('upload-missing', 'NoSuchUpload')
      }
    })
    const failure = await send(room, job, portsOf(room, store)).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'upload-lost', isRetryable: true })
    const kept = room.kept(job.upload).state
    expect(kept).toMatchObject({ kind: 'sending', multipart: null })
    expect(kept).toMatchObject({ restart: { problem: { code: 'upload-missing' }, times: 3 } })
    const upload = again(room, job.upload)
    expect(upload.state).toMatchObject({ attempt: 1, problem: { code: 'network' }, restart: { times: 3 } })
    const done = await send(room, { ...job, upload }, portsOf(room, store))
    expect(done.state.kind).toBe('done')
    expect(store.count('openMultipart')).toBe(4)
  })

  it('forgets a part that the store has otherwise before it sends it again, so that a failure leaves it missing', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    store.faults.push({ at: 'complete', when: 'before', act: () => Promise.reject(lost) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    const other: ObjectStore = {
      ...store,
      listParts: async (...args) =>
        (await store.listParts(...args))?.map((part) =>
          part.number === 2 ? { ...part, etag: 'x', md5: null } : part
        ) ?? null
    }
    store.faults.push({ at: 'sendPart', when: 'before', act: () => Promise.reject(lost) })
    const failing = send(room, { ...job, upload: again(room, job.upload) }, portsOf(room, other))
    await expect(failing).rejects.toBe(lost)
    expect(room.uploads.recordedParts(job.upload.id).map(({ number }) => number)).toEqual([1, 3])
    store.faults.length = 0
    const sentBefore = store.count('sendPart')
    const done = await send(room, { ...job, upload: again(room, job.upload) }, portsOf(room, store))
    expect(done.state.kind).toBe('done')
    expect(store.count('sendPart') - sentBefore).toBe(0) // part 2 is there with the right MD5, as it turns out
  })

  it('knows a part again whose acknowledgement was lost, and does not put it at risk by sending it again', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    store.faults.push({ at: 'sendPart', when: 'after', act: () => Promise.reject(lost) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    store.faults.length = 0
    expect(room.uploads.recordedParts(job.upload.id)).toEqual([])
    const upload = again(room, job.upload)
    const multipart = multipartOf(upload.state)
    const there = multipart ? ((await store.listParts(multipart, signal))?.length ?? 0) : 0
    expect(there).toBeGreaterThan(0)
    const sentBefore = store.count('sendPart')
    const done = await send(room, { ...job, upload }, portsOf(room, store))
    expect(done.state.kind).toBe('done')
    expect(store.count('sendPart') - sentBefore).toBe(3 - there)
    expect((await read(store, 'a.mov')).equals(large)).toBe(true)
  })

  it.each([
    ['lists no parts', null],
    ['lists them', undefined]
  ])(
    'does not repeat a completion that was answered with a server error after it had acted, where the store %s',
    async (_what, listed) => {
      const room = openRoom()
      const store = faulty()
      const job = await room.sending('a.mov', large)
      const oops = new AppError('server-error', '500')
      store.faults.push({ at: 'complete', when: 'after', act: () => Promise.reject(oops) })
      await expect(send(room, job, portsOf(room, store))).rejects.toBe(oops)
      const asked: ObjectStore = listed === null ? { ...store, listParts: async () => null } : store
      const done = await send(room, { ...job, upload: again(room, job.upload) }, portsOf(room, asked))
      expect(done.state).toMatchObject({ kind: 'done', proof: { sha256: hash('sha256', large) } })
      expect(store.count('complete')).toBe(1)
      expect(store.count('sendPart')).toBe(3)
    }
  )

  it('keeps the part size that it was opened with, whatever is set meanwhile; the next upload has the new one', async () => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    store.faults.push({ at: 'complete', when: 'before', act: () => Promise.reject(lost) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    store.faults.length = 0
    const partBytes = () => 10 * MiB
    const upload = again(room, job.upload)
    await send(room, { ...job, upload }, portsOf(room, store, { partBytes }))
    expect(store.count('sendPart')).toBe(3)
    await send(room, await room.sending('b.mov', large), portsOf(room, store, { partBytes }))
    expect(store.count('sendPart')).toBe(5)
  })

  it.each([
    ['has another time, to the nanosecond', (path: string) => utimesSync(path, new Date(), new Date())],
    [
      'is another file of the same size and time',
      (path: string) => {
        const { atime, mtime } = statSync(path)
        writeFileSync(`${path}.new`, large)
        utimesSync(`${path}.new`, atime, mtime)
        renameSync(`${path}.new`, path)
      }
    ],
    ['is shorter', (path: string) => writeFileSync(path, large.subarray(1))]
  ])('sends no part of a source that %s, and leaves the old upload to the janitor', async (_what, change) => {
    const room = openRoom()
    const store = faulty()
    const job = await room.sending('a.mov', large)
    store.faults.push({ at: 'complete', when: 'before', act: () => Promise.reject(lost) })
    await expect(send(room, job, portsOf(room, store))).rejects.toBe(lost)
    store.faults.length = 0
    const old = multipartOf(room.kept(job.upload).state)
    const upload = again(room, job.upload)
    change(job.frame.path)
    await expect(send(room, { ...job, upload }, portsOf(room, store))).rejects.toMatchObject({ code: 'file-changed' })
    expect(store.count('complete')).toBe(1)
    const clock = createFakeClock()
    const ports = { clock, onFrameChanged: () => {}, absenceOf: async () => 'unknown' as const }
    const retaken = retakeFrame(job.frame, { ...room, ...ports }, new AbortController().signal)
    while (room.find(job.frame.id).status === 'settling') {
      clock.turn(2_000)
      await nextTurn()
    }
    await retaken
    expect(room.uploads.orphans(STUDIO, 10).map(({ multipart }) => multipart.uploadId)).toEqual([old?.uploadId])
    await room.prepare()
    const anew = room.retake()
    expect(anew.state).toMatchObject({ kind: 'sending', multipart: null, restart: null })
    const done = await send(room, { frame: job.frame, upload: anew }, portsOf(room, store))
    expect(done.state.kind).toBe('done')
  })
})
