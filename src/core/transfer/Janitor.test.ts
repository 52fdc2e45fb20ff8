import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { CatalogDroppedOrphans } from '../catalog/CatalogDroppedOrphans.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import type { Multipart, ObjectStore } from '../store/ObjectStore.ts'
import { Janitor } from './Janitor.ts'
import { createFaultyStore } from './testing/createFaultyStore.ts'
import { openRoom, STUDIO } from './testing/openRoom.ts'
import { transition } from './UploadState.ts'

const { signal } = new AbortController()
const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60
const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }
const unknownId = { key: 'a.mov', uploadId: 'an id that is no more', partBytes: 8 }

function start(change: { store?: (inner: ObjectStore) => ObjectStore; bucket?: string } = {}) {
  const room = openRoom()
  const clock = createFakeClock()
  const store = createFaultyStore(createMemoryStore({ nowMs: clock.now }))
  const dropped = new CatalogDroppedOrphans(room.db)
  const shown = change.store?.(store) ?? store
  const janitor = new Janitor({
    uploads: room.uploads,
    dropped,
    storeOf: async () => shown,
    bucketOf: () => change.bucket ?? 'photos',
    clock
  })
  onTestFinished(() => janitor.close())
  const { openings } = room.uploads
  const note = (key = 'a.mov', bucket = 'photos') =>
    openings.note({ accountId: 'studio', bucket, key, sinceMs: clock.now() })
  const open = (key = 'a.mov') => store.openMultipart(key, 8, headers, signal)
  const idsAtStore = async () => (await store.listUploads('', signal))?.map(({ uploadId }) => uploadId).sort()
  /** Lets time pass, and the janitor take its turn. */
  const sweepAfter = async (minutes: number) => {
    clock.turn(minutes * MINUTE_MS)
    await janitor.sweep()
  }
  return { ...room, clock, store, dropped, janitor, note, open, idsAtStore, sweepAfter, openings }
}

const ids = (...uploads: ReadonlyArray<Multipart>) => uploads.map(({ uploadId }) => uploadId).sort()

describe('Janitor, for orphans', () => {
  it('has the store drop them, and tells it a second time when late parts have arrived', async () => {
    const { uploads, open, store, dropped, sweepAfter, idsAtStore, clock } = start()
    const [orphan, other] = [await open(), await open()]
    uploads.addOrphan(STUDIO, orphan)
    await sweepAfter(0)
    expect(await idsAtStore()).toEqual(ids(other))
    expect(uploads.orphans(STUDIO, 10)).toEqual([])
    expect(dropped.list(clock.now())).toEqual([{ ...STUDIO, multipart: orphan }])
    expect(store.count('abort')).toBe(1)
    await sweepAfter(10)
    expect(store.count('abort')).toBe(2)
    expect(dropped.list(clock.now())).toEqual([])
    await sweepAfter(10)
    expect(store.count('abort')).toBe(2)
    expect(await idsAtStore()).toEqual(ids(other))
  })

  it('comes back every ten minutes by itself', async () => {
    const { uploads, open, idsAtStore, janitor, clock } = start()
    await janitor.sweep()
    uploads.addOrphan(STUDIO, await open())
    clock.turn(10 * MINUTE_MS)
    await janitor.sweep() // joins the turn that the clock has begun
    expect(await idsAtStore()).toEqual([])
  })

  it('keeps them for another time where the store does not answer, and asks it once a turn', async () => {
    const { uploads, open, store, sweepAfter, idsAtStore } = start()
    for (const multipart of [await open(), await open(), await open()]) uploads.addOrphan(STUDIO, multipart)
    store.faults.push({
      at: 'abort',
      when: 'before',
      act: () => {
        throw new AppError('network', 'The line broke')
      }
    })
    await sweepAfter(0)
    expect(uploads.orphans(STUDIO, 10)).toHaveLength(3)
    expect(store.count('abort')).toBe(1)
    store.faults.length = 0
    await sweepAfter(10)
    expect(uploads.orphans(STUDIO, 10)).toEqual([])
    expect(await idsAtStore()).toEqual([])
  })

  it('does not wait for an account that does not answer with those of another', async () => {
    const room = openRoom()
    const clock = createFakeClock()
    const store = createMemoryStore()
    const janitor = new Janitor({
      uploads: room.uploads,
      dropped: new CatalogDroppedOrphans(room.db),
      storeOf: async (accountId) => {
        if (accountId === 'gone') throw new AppError('secret-missing', 'There is no such account')
        return store
      },
      bucketOf: () => 'photos',
      clock
    })
    onTestFinished(() => janitor.close())
    const multipart = await store.openMultipart('a.mov', 8, headers, signal)
    const gone = { accountId: 'gone', bucket: 'photos' }
    room.uploads.together(() => {
      for (let n = 0; n < 1_500; n += 1) room.uploads.addOrphan(gone, { ...unknownId, uploadId: `id ${n}` })
    })
    room.uploads.addOrphan(STUDIO, multipart)
    await janitor.sweep()
    expect(room.uploads.orphans(STUDIO, 10)).toEqual([])
    expect(room.uploads.orphans(gone, 10_000)).toHaveLength(1_500)
    expect(await store.listUploads('', signal)).toEqual([])
  })

  it('leaves those of another bucket than the account shows alone, until it shows that one again', async () => {
    const change: { bucket?: string } = { bucket: 'another' }
    const { uploads, open, store, sweepAfter, idsAtStore } = start(change)
    uploads.addOrphan(STUDIO, await open())
    uploads.addOrphan({ ...STUDIO, bucket: '' }, await open()) // noted by an older version
    await sweepAfter(0)
    expect(await idsAtStore()).toHaveLength(1)
    expect(uploads.orphans(STUDIO, 10)).toHaveLength(1)
    change.bucket = 'photos'
    await sweepAfter(10)
    expect(await idsAtStore()).toEqual([])
    change.bucket = 'another'
    const before = store.count('abort')
    await sweepAfter(10) // the second time of what was dropped in a bucket that is no longer shown
    expect(store.count('abort')).toBe(before)
  })

  it('forgets those of a bucket or an account that did not come back until R2 had dropped them by itself', async () => {
    const change: { bucket?: string; store?: (inner: ObjectStore) => ObjectStore } = { bucket: 'another' }
    const { uploads, db, open, store, sweepAfter } = start(change)
    const rows = () => db.prepare('SELECT 1 FROM orphans UNION ALL SELECT 1 FROM dropped_orphans').all().length
    uploads.addOrphan(STUDIO, await open())
    await sweepAfter(0)
    await sweepAfter(7 * DAY_MINUTES)
    expect(uploads.orphans(STUDIO, 10)).toHaveLength(1)
    uploads.addOrphan(STUDIO, await open())
    await sweepAfter(2 * DAY_MINUTES)
    expect(uploads.orphans(STUDIO, 10)).toHaveLength(1) // the younger one
    await sweepAfter(9 * DAY_MINUTES)
    expect(rows()).toBe(0)
    expect(store.count('abort')).toBe(0)
  })

  it('forgets what was dropped once, and whose account was removed before the second time', async () => {
    const change: { bucket?: string } = {}
    const { uploads, db, dropped, open, clock, store, janitor, sweepAfter } = start(change)
    uploads.addOrphan(STUDIO, await open())
    await sweepAfter(0)
    await janitor.close()
    const later = new Janitor({
      uploads,
      dropped,
      storeOf: async () => store,
      bucketOf: () => {
        throw new AppError('bad-request', 'There is no such account')
      },
      clock
    })
    onTestFinished(() => later.close())
    clock.turn(10 * MINUTE_MS)
    await later.sweep()
    expect(dropped.list(clock.now())).toHaveLength(1)
    clock.turn(9 * DAY_MINUTES * MINUTE_MS)
    await later.sweep()
    expect(db.prepare('SELECT 1 FROM dropped_orphans').all()).toEqual([])
  })

  it('ends what it asks when it is closed, and begins nothing any more', async () => {
    const { uploads, open, store, janitor } = start()
    uploads.addOrphan(STUDIO, await open())
    const reached = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    store.faults.push({
      at: 'abort',
      when: 'before',
      act: () => {
        reached.resolve()
        return gate.promise
      }
    })
    const turn = janitor.sweep()
    await reached.promise
    const closed = janitor.close()
    gate.resolve()
    await Promise.all([turn, closed])
    expect(uploads.orphans(STUDIO, 10)).toHaveLength(1)
    await janitor.sweep()
    expect(store.count('abort')).toBe(1)
  })
})

describe('Janitor, for uploads whose opening was not answered', () => {
  it('ends the one that was opened, once no request can be under way any more', async () => {
    const { note, open, openings, sweepAfter, idsAtStore } = start()
    note()
    await open() // its answer is lost
    await sweepAfter(11)
    expect(await idsAtStore()).toHaveLength(1)
    await sweepAfter(1)
    expect(await idsAtStore()).toEqual([])
    expect(openings.list()).toEqual([])
  })

  it('touches nothing of others: at another time, at another key, of another Silverdrop on this catalog', async () => {
    const { uploads, clock, note, open, openings, sweepAfter, idsAtStore, sending } = start()
    const early = await open()
    clock.turn(6 * MINUTE_MS)
    note()
    const lost = await open()
    const neighbours = [await open('a.mov2'), await open('a.mov/b'), await open('b/a.mov')]
    const { upload } = await sending('a.mov', 'a film')
    const known = await open()
    uploads.saveState(upload, transition(upload.state, { kind: 'opened', multipart: known }))
    const toBeDropped = await open()
    clock.turn(8 * MINUTE_MS)
    const late = await open()
    uploads.addOrphan(STUDIO, toBeDropped)
    await sweepAfter(4)
    expect(await idsAtStore()).toEqual(ids(early, known, late, ...neighbours))
    expect(await idsAtStore()).not.toContain(lost.uploadId)
    expect(openings.list()).toEqual([])
  })

  it('touches none where more were opened than ours can be', async () => {
    const { note, open, openings, sweepAfter, idsAtStore } = start()
    note()
    const [mine, strangers] = [await open(), await open()]
    await sweepAfter(12)
    expect(await idsAtStore()).toEqual(ids(mine, strangers))
    expect(openings.list()).toEqual([])
  })

  it('ends as many as were asked for in vain', async () => {
    const { clock, note, open, sweepAfter, idsAtStore } = start()
    for (let attempt = 0; attempt < 3; attempt += 1) {
      note()
      await open()
      clock.turn(20_000)
    }
    await sweepAfter(12)
    expect(await idsAtStore()).toEqual([])
  })

  it('has nothing to end where the request did not arrive', async () => {
    const { note, store, openings, sweepAfter } = start()
    note()
    await sweepAfter(12)
    expect(openings.list()).toEqual([])
    expect(store.count('abort')).toBe(0)
  })

  it('has nothing to ask where the answer came', async () => {
    const { note, open, openings, sweepAfter, idsAtStore } = start()
    openings.settle(note())
    const multipart = await open()
    await sweepAfter(60)
    expect(await idsAtStore()).toEqual(ids(multipart))
  })

  it('looks nowhere in another bucket than the one it was opened in, and forgets it when R2 has dropped it', async () => {
    const { note, open, openings, sweepAfter, idsAtStore } = start({ bucket: 'another' })
    note('a.mov', 'photos')
    const multipart = await open()
    await sweepAfter(60)
    expect(await idsAtStore()).toEqual(ids(multipart))
    expect(openings.list()).toHaveLength(1)
    await sweepAfter(8 * 24 * 60)
    expect(openings.list()).toEqual([])
  })

  it('leaves it to the store that cannot say what it holds', async () => {
    const { note, openings, sweepAfter } = start({ store: (inner) => ({ ...inner, listUploads: async () => null }) })
    note()
    await sweepAfter(12)
    expect(openings.list()).toEqual([])
  })

  it('asks again where the store did not answer', async () => {
    let isOnline = false
    const { note, open, openings, sweepAfter, idsAtStore } = start({
      store: (inner) => ({
        ...inner,
        listUploads: async (prefix, asked) => {
          if (!isOnline) throw new AppError('network', 'The line broke')
          return inner.listUploads(prefix, asked)
        }
      })
    })
    note()
    await open()
    await sweepAfter(12)
    expect(openings.list()).toHaveLength(1)
    isOnline = true
    await sweepAfter(10)
    expect(await idsAtStore()).toEqual([])
  })
})
