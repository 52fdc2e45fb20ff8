import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import type { ConflictRule } from '../../../shared/model/collection.ts'
import { defaultTransferSettings } from '../../../shared/model/transfer.ts'
import { MiB } from '../../../shared/units.ts'
import { CatalogDroppedOrphans } from '../../catalog/CatalogDroppedOrphans.ts'
import type { Frame } from '../../catalog/records.ts'
import type { createFakeClock } from '../../files/testing/fakeClock.ts'
import type { ObjectStore } from '../../store/ObjectStore.ts'
import type { Timeouts } from '../../store/r2/createS3Client.ts'
import { digestsOf } from '../../store/testing/digestsOf.ts'
import { retryPolicy, withRetry } from '../../store/withRetry.ts'
import type { FaultyR2 } from '../../testing/faultProxy/openFaultyR2.ts'
import { BandwidthLimiter } from '../BandwidthLimiter.ts'
import { Dispatcher } from '../Dispatcher.ts'
import { Janitor } from '../Janitor.ts'
import { createPaperDarkroom, openRoom, SESSION } from './openRoom.ts'

const { signal } = new AbortController()

type Options = {
  readonly clock: ReturnType<typeof createFakeClock>
  readonly conflict?: ConflictRule
  /** Of the store that is used until `bePatient`. */
  readonly timeouts?: Timeouts
}

/**
 * Dispatcher, catalog, janitor and the store for the real R2, over the fault proxy, for one test. `name` is the key of
 * the one file that it pushes.
 */
export function openFaultyEngine(r2: FaultyR2, { clock, conflict = 'keep-both', timeouts }: Options) {
  const stem = randomUUID()
  const name = `${stem}.jpg`
  const room = openRoom({ conflict })
  const store = open()
  let current = timeouts ? open(timeouts) : store
  onTestFinished(() => r2.proxy.heal())
  const { frames, uploads, pool, digester, db } = room
  const dispatcher = new Dispatcher(
    {
      frames,
      uploads,
      pool,
      digester,
      clock,
      darkroom: createPaperDarkroom(),
      limiter: new BandwidthLimiter(),
      random: () => 0,
      session: SESSION,
      destinationOf: () => room.destination,
      storeOf: async () => current,
      awayCollections: () => [],
      absenceOf: async () => 'unknown',
      spoolPath: join(room.home, 'spool'),
      previewPathOf: (id) => join(room.home, 'previews', id),
      onFrameChanged: () => {},
      onProgress: () => {},
      onHoldChanged: () => {}
    },
    { prepare: 2, render: 1, send: 2 }
  )
  onTestFinished(() => dispatcher.close())
  dispatcher.configure({ ...defaultTransferSettings, partBytes: 5 * MiB, bufferBytes: 64 * MiB })
  dispatcher.start()
  const janitor = new Janitor({
    uploads,
    dropped: new CatalogDroppedOrphans(db),
    storeOf: async () => store,
    bucketOf: () => 'photos',
    clock
  })
  onTestFinished(() => janitor.close())

  /** A store whose pauses pass at once; the numbers of its attempts stay. */
  function open(limits?: Timeouts): ObjectStore {
    const own = r2.openStore(limits)
    onTestFinished(() => own.close())
    return withRetry(own, retryPolicy, { sleep: async () => {}, random: () => 0 })
  }

  function push(content: Buffer): Frame {
    const [frame] = room.add(room.write(name, content))
    if (!frame) throw new Error('Not added')
    dispatcher.wake()
    return frame
  }
  const uploadOf = ({ id }: { id: string }) => uploads.ofFrame(id)[0]
  const stateOf = (frame: { id: string }) => uploadOf(frame)?.state
  /** Lets time pass, much faster than it does, until that is so. */
  async function until(isSo: () => boolean) {
    while (!isSo()) {
      await sleep(1)
      clock.turn(dispatcher.isBusy ? 50 : 5_000) // an hour's pause is over in a second
    }
  }
  /** How many requests for the object have met a fault. */
  const met = () => r2.proxy.seen.filter(({ key, fault }) => key === name && fault !== null).length

  /** What is in the bucket of this test. */
  async function keysInBucket(): Promise<ReadonlyArray<string>> {
    const { objects } = await r2.direct.list({ prefix: stem, delimiter: null, after: null, limit: 10 }, signal)
    return objects.map(({ key }) => key)
  }

  async function read(key: string): Promise<Buffer> {
    return Buffer.from(await new Response(await r2.direct.get(key, null, signal)).arrayBuffer())
  }

  /** Exactly one object, with exactly these bytes, and a proof that is true of it. */
  async function expectProved(frame: Frame, content: Buffer): Promise<void> {
    const facts = await r2.direct.head(name, signal)
    const proof = { sizeBytes: content.length, sha256: digestsOf(content).sha256, etag: facts?.etag }
    expect(stateOf(frame)).toMatchObject({ kind: 'done', proof })
    expect(await keysInBucket()).toEqual([name])
    expect((await read(name)).equals(content)).toBe(true)
  }

  /** Nothing is left that nobody will finish, once the janitor has been. */
  async function expectClean(): Promise<void> {
    clock.turn(15 * 60_000)
    await janitor.sweep()
    expect(await store.listUploads(name, signal)).toEqual([])
  }

  return {
    name,
    uploads,
    store,
    open,
    bePatient: () => {
      current = store
    },
    dispatcher,
    push,
    uploadOf,
    stateOf,
    until,
    met,
    keysInBucket,
    read,
    expectProved,
    expectClean
  }
}
