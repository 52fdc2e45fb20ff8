import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { defaultTransferSettings, transferOrders } from '../../shared/model/transfer.ts'
import { MiB } from '../../shared/units.ts'
import { inTransaction } from '../catalog/openCatalog.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { BandwidthLimiter } from './BandwidthLimiter.ts'
import { BufferPool } from './BufferPool.ts'
import { Dispatcher } from './Dispatcher.ts'
import { FrameCommands } from './FrameCommands.ts'
import { SINGLE_PUT_BYTES } from './planParts.ts'
import { createPaperDarkroom, openRoom, SESSION } from './testing/openRoom.ts'

const BUDGET_BYTES = 64 * MiB

const failures = ['rate-limited', 'server-error', 'timeout', 'network'] as const satisfies ReadonlyArray<ErrorCode>

const scenarios = fc.record({
  collections: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  hasLarge: fc.boolean(),
  order: fc.constantFrom(...transferOrders),
  renditionsFirst: fc.boolean(),
  /** One for each request, until there are no more; null: it goes well. */
  accidents: fc.array(
    fc.option(
      fc.record({ code: fc.constantFrom(...failures), isAfter: fc.boolean(), retryAfterMs: fc.option(fc.nat(3_000)) }),
      { freq: 3 }
    ),
    { maxLength: 60 }
  ),
  /** What a person or the system does meanwhile. */
  disturbances: fc.array(
    fc.constantFrom('pause', 'continue', 'hold', 'release', 'sleep', 'wake', 'reorder', 'shrink', 'online'),
    { maxLength: 20 }
  )
})

describe('scheduling', () => {
  it('brings everything into the bucket, within its bytes, and never works on one object twice at once', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const room = openRoom({ outputs: [ORIGINAL, WEB], keyTemplate: '{uuid}.{ext}' })
        const { frames, uploads, collections, collection, destination, digester, db, home } = room
        const clock = createFakeClock()
        const pool = new BufferPool(BUDGET_BYTES)
        const accidents = scenario.accidents.values()
        const onTheLine = new Set<string>()
        const request = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
          expect(onTheLine.has(what)).toBe(false)
          expect(pool.usedBytes).toBeLessThanOrEqual(BUDGET_BYTES)
          onTheLine.add(what)
          try {
            const accident = accidents.next().value
            const fail = () => {
              if (accident)
                throw new AppError(accident.code, 'An accident', { retryAfterMs: accident.retryAfterMs ?? 0 })
            }
            if (!accident?.isAfter) fail()
            await nextTurn()
            const answer = await act()
            fail()
            return answer
          } finally {
            onTheLine.delete(what)
          }
        }
        const memory = createMemoryStore()
        const store: ObjectStore = {
          ...memory,
          put: (key, ...rest) => request(`put ${key}`, () => memory.put(key, ...rest)),
          sendPart: (multipart, number, ...rest) =>
            request(`part ${number} of ${multipart.uploadId}`, () => memory.sendPart(multipart, number, ...rest)),
          complete: (multipart, ...rest) =>
            request(`complete ${multipart.uploadId}`, () => memory.complete(multipart, ...rest))
        }
        const dispatcher = new Dispatcher(
          {
            frames,
            uploads,
            digester,
            pool,
            clock,
            darkroom: createPaperDarkroom(),
            limiter: new BandwidthLimiter(),
            random: () => 0.5,
            session: SESSION,
            destinationOf: (id) => ({ ...destination, collection: { ...collection, id } }),
            storeOf: async () => store,
            awayCollections: () => [],
            absenceOf: async () => 'unknown',
            spoolPath: join(home, 'spool'),
            previewPathOf: (id) => join(home, 'previews', id),
            onFrameChanged: () => {},
            onProgress: () => {},
            onHoldChanged: () => {}
          },
          { prepare: 2, render: 1, send: 128 }
        )
        const commands = new FrameCommands({
          frames,
          uploads,
          inTransaction: (act) => inTransaction(db, act),
          stopFrames: (ids) => dispatcher.stopFrames(ids),
          onFrameChanged: () => dispatcher.wake()
        })
        const ids = scenario.collections.flatMap((count, index) => {
          const id = randomUUID()
          collections.add({ ...collection, id })
          collections.claim(id, SESSION, clock.now())
          const files = Array.from({ length: count }, (_, number) =>
            room.write(
              `${index}/${number}.jpg`,
              scenario.hasLarge && number === 0
                ? new Uint8Array(SINGLE_PUT_BYTES + MiB).fill(index)
                : `${index}-${number}`
            )
          )
          return frames.addMany(id, files, { isPaused: false }).added
        })
        const { order, renditionsFirst } = scenario
        const settings = { ...defaultTransferSettings, bufferBytes: BUDGET_BYTES, order, renditionsFirst }
        const disturb = {
          pause: () => commands.pause(ids),
          continue: () => commands.continue(ids),
          hold: () => dispatcher.setHeld(true),
          release: () => dispatcher.setHeld(false),
          sleep: () => dispatcher.suspend(),
          wake: () => dispatcher.resume(),
          reorder: () => dispatcher.configure({ ...settings, order: 'smallest', renditionsFirst: !renditionsFirst }),
          shrink: () => dispatcher.configure(settings),
          online: () => dispatcher.networkChanged()
        }
        dispatcher.configure(settings)
        dispatcher.start()
        try {
          for (const what of scenario.disturbances) {
            await disturb[what]()
            for (let turns = 0; turns < 5; turns += 1) await nextTurn()
            clock.turn(200)
          }
          dispatcher.setHeld(false)
          dispatcher.resume()
          await commands.continue(ids)
          const isSettled = () => ids.every((id) => ['done', 'failed', 'attention'].includes(frames.statusOf(id) ?? ''))
          while (!isSettled() || dispatcher.isBusy) {
            clock.turn(250)
            await nextTurn()
          }
          await commands.retry(ids) // what had more accidents than attempts
          while (!ids.every((id) => frames.statusOf(id) === 'done') || dispatcher.isBusy) {
            clock.turn(250)
            await nextTurn()
          }
          const listed = await memory.list(
            { prefix: '', delimiter: null, after: null, limit: 1_000 },
            AbortSignal.timeout(60_000)
          )
          expect(listed.objects.length).toBe(ids.length * 2)
          expect(pool.usedBytes).toBe(0)
        } finally {
          await dispatcher.close()
        }
      }),
      { numRuns: 10 }
    )
  }, 120_000)
})
