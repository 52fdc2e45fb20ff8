import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ConflictRule } from '../../shared/model/collection.ts'
import { MiB } from '../../shared/units.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import type { Timeouts } from '../store/r2/createS3Client.ts'
import { digestsOf } from '../store/testing/digestsOf.ts'
import type { Fault } from '../testing/faultProxy/FaultScript.ts'
import { type FaultyR2, openFaultyR2 } from '../testing/faultProxy/openFaultyR2.ts'
import type { RequestKind } from '../testing/faultProxy/s3Request.ts'
import { checkProofs } from './checkProofs.ts'
import { openFaultyEngine } from './testing/openFaultyEngine.ts'

// Dispatcher, catalog and the store for the real R2, over a line that breaks, in front of a real local R2.

// The emulator takes some 20 MB a second, so a film is small here: 16 KiB and more go in parts.
vi.mock('./planParts.ts', async (original) => ({
  ...(await original<typeof import('./planParts.ts')>()),
  SINGLE_PUT_BYTES: 16 * 1024
}))

const { signal } = new AbortController()

/** So many requests meet a fault before it is over. */
const MEETINGS = 2

/** More than a healthy request takes; less than anyone likes to wait. */
const impatient = { connectMs: 10_000, silenceMs: 1_500 }

const small = Buffer.from('a picture')
/** One part. */
const film = Buffer.alloc(100_000, 'film')
/** Two parts, of which the second is short: R2 joins none below 5 MiB but the last. */
const large = Buffer.alloc(5 * MiB + 1_000, 'large film')

const down = (status: number, code: string, rest: Partial<Extract<Fault, { kind: 'refusal' }>> = {}): Fault => ({
  kind: 'refusal',
  status,
  code,
  ...rest
})
const inAnHour = () => new Date(Date.now() + 3_600_000).toUTCString()

/** Everything that passes. */
const passing: ReadonlyArray<readonly [string, Fault]> = [
  ['a reset before the body', { kind: 'reset', when: 'before-body' }],
  ['a reset in the body', { kind: 'reset', when: 'in-body' }],
  ['a reset after the body', { kind: 'reset', when: 'after-body' }],
  ['a lost answer', { kind: 'answer-lost' }],
  ['half an answer', { kind: 'answer-cut' }],
  ['500', down(500, 'InternalError')],
  ['500 although it has acted', down(500, 'InternalError', { acts: true })],
  ['503', down(503, 'SlowDown')],
  ['503 although it has acted', down(503, 'ServiceUnavailable', { acts: true })],
  ['429', down(429, 'TooManyRequests')],
  ['429 for so many seconds', down(429, 'TooManyRequests', { headers: { 'retry-after': '30' } })],
  ['429 until a date', down(429, 'TooManyRequests', { headers: { 'retry-after': inAnHour() } })],
  ['silence', { kind: 'stall', acts: false }],
  ['silence although it has acted', { kind: 'stall', acts: true }],
  ['a wrong ETag', { kind: 'etag-wrong' }],
  ['a flipped bit', { kind: 'bit-flipped' }],
  ['a slow line', { kind: 'slow', bytesPerSecond: 1 * MiB }]
]

type Target = { readonly kind: RequestKind; readonly content: Buffer; readonly nth?: number }

/** Which requests meet them, and what is sent meanwhile. */
const targets: ReadonlyArray<readonly [string, Target]> = [
  ['a single put', { kind: 'put', content: small }],
  ['the opening of an upload', { kind: 'create', content: film }],
  ['a part', { kind: 'part', content: film }],
  ['the completion', { kind: 'complete', content: film }],
  ['the look before', { kind: 'head', content: film }],
  ['the look that proves', { kind: 'head', nth: 3, content: film }]
]

/** A request without a body does not meet these. */
const NEEDS_BODY: ReadonlySet<Fault['kind']> = new Set(['bit-flipped', 'slow'])
const HAS_BODY: ReadonlySet<RequestKind> = new Set(['put', 'part'])

const crossings = passing.flatMap(([name, fault]) =>
  targets.flatMap(([what, target]) =>
    NEEDS_BODY.has(fault.kind) && !HAS_BODY.has(target.kind) ? [] : [{ name, fault, what, target }]
  )
)

/** The server has done what it was asked, so that the object may be there while the fault lasts. */
function acts(fault: Fault): boolean {
  if (fault.kind === 'refusal' || fault.kind === 'stall') return fault.acts === true
  return fault.kind !== 'reset' && fault.kind !== 'bit-flipped'
}

let clock = createFakeClock(Date.now())
let r2: FaultyR2
beforeAll(async () => {
  r2 = await openFaultyR2({ pageSize: 2, nowMs: () => clock.now() })
})
afterAll(() => r2.close())

function start(options: { readonly conflict?: ConflictRule; readonly timeouts?: Timeouts } = {}) {
  clock = createFakeClock(Date.now())
  return openFaultyEngine(r2, { clock, ...options })
}

describe('an upload over a line with faults', () => {
  it.each(crossings)('outlives $name at $what', async ({ fault, target }) => {
    const engine = start(fault.kind === 'stall' ? { timeouts: impatient } : {})
    const { kind, content, nth } = target
    // A store whose every answer names a wrong ETag cannot be told from one that holds another object.
    const meetings = fault.kind === 'etag-wrong' || fault.kind === 'stall' ? 1 : MEETINGS
    const times = fault.kind === 'etag-wrong' ? 1 : Number.POSITIVE_INFINITY
    r2.proxy.add({ on: { kind, key: engine.name }, fault, nth: nth ?? 1, times })
    const frame = engine.push(content)
    const isDone = () => engine.stateOf(frame)?.kind === 'done'
    await engine.until(() => isDone() || engine.met() >= meetings)
    expect(engine.met()).toBeGreaterThan(0)
    if (isDone()) expect(acts(fault)).toBe(true)
    r2.proxy.heal()
    engine.bePatient()
    await engine.until(isDone)
    await engine.expectProved(frame, content)
    await engine.expectClean()
  })
})

describe('an account that asks for a pause', () => {
  const asked = targets.filter(([, { kind }]) => kind !== 'head') // heads are repeated below the dispatcher's clock

  it.each(asked)('has it after %s', async (_what, { kind, content }) => {
    const engine = start()
    const fault = down(429, 'TooManyRequests', { headers: { 'retry-after': '30' } })
    r2.proxy.add({ on: { kind, key: engine.name }, fault })
    const frame = engine.push(content)
    await engine.until(() => engine.met() === 1)
    const metAtMs = clock.now()
    await engine.until(() => engine.stateOf(frame)?.kind === 'done')
    // The clock turns by 5 s at a time where nothing is under way, and may have turned before we looked.
    expect(clock.now() - metAtMs).toBeGreaterThan(24_000)
    await engine.expectProved(frame, content)
  })
})

describe('what a person has to mend', () => {
  const refusals = [
    ['401', down(401, 'Unauthorized'), 'account-unknown'],
    ['403', down(403, 'AccessDenied'), 'access-denied'],
    ['404 for the bucket', down(404, 'NoSuchBucket'), 'bucket-missing']
  ] as const
  const asked = targets.filter(([, { kind }]) => kind !== 'head') // its refusal has no body that says why
  const mended = refusals.flatMap(([name, fault, code]) =>
    asked.map(([what, target]) => ({ name, fault, code, what, target }))
  )

  it.each(mended)('$name at $what holds the account, and nothing fails', async ({ fault, code, target }) => {
    const engine = start()
    r2.proxy.add({ on: { kind: target.kind, key: engine.name }, fault, times: Number.POSITIVE_INFINITY })
    const frame = engine.push(target.content)
    await engine.until(() => engine.dispatcher.hold === 'account' && !engine.dispatcher.isBusy)
    expect(engine.dispatcher.refusalOf('studio')).toMatchObject({ code })
    expect(engine.stateOf(frame)?.kind).toBe('waiting')
    expect(await engine.keysInBucket()).toEqual([])
    r2.proxy.heal()
    engine.dispatcher.accountsChanged()
    await engine.until(() => engine.stateOf(frame)?.kind === 'done')
    await engine.expectProved(frame, target.content)
  })
})

describe('a clock that is wrong', () => {
  it.each([
    ['a single put', small, 20],
    ['a single put', small, -20],
    ['an upload in parts', film, 20],
    ['an upload in parts', film, -20]
  ] as const)('does not hinder %s (%#)', async (_what, content, minutes) => {
    onTestFinished(() => r2.proxy.setClockOffset(0))
    r2.proxy.setClockOffset(minutes * 60_000)
    const engine = start()
    const frame = engine.push(content)
    await engine.until(() => engine.stateOf(frame)?.kind === 'done')
    expect(engine.dispatcher.hold).toBeNull()
    await engine.expectProved(frame, content)
    r2.proxy.setClockOffset(0) // it is put right while the app runs
    const { sha256 } = digestsOf(content)
    expect((await engine.store.head(engine.name, signal))?.metadata['sha256']).toBe(sha256)
  })
})

describe('an upload that R2 does not keep', () => {
  /** The upload is open, its first part acknowledged, and the second finds no way. */
  async function startHalf(conflict?: ConflictRule) {
    const engine = start(conflict ? { conflict } : {})
    const heldParts = () => engine.uploads.recordedParts(engine.uploadOf(frame)?.id ?? '')
    const after = async () => {
      while (heldParts().length === 0) await sleep(1)
      throw new Error('The line breaks')
    }
    const fault: Fault = { kind: 'late', after }
    r2.proxy.add({ on: { kind: 'part', part: 2, key: engine.name }, fault, times: Number.POSITIVE_INFINITY })
    const frame = engine.push(large)
    await engine.until(() => engine.met() >= MEETINGS)
    const opened = r2.proxy.seen.find(({ kind, key }) => kind === 'part' && key === engine.name)
    return { engine, frame, id: opened?.uploadId ?? '' }
  }

  it('sends the missing part alone where it is there still', async () => {
    const { engine, frame, id } = await startHalf()
    r2.proxy.heal()
    await engine.until(() => engine.stateOf(frame)?.kind === 'done')
    await engine.expectProved(frame, large)
    const { name } = engine
    expect(r2.proxy.count({ kind: 'create', key: name })).toBe(1)
    expect(r2.proxy.count({ kind: 'part', key: name, part: 1 })).toBe(1)
    expect(r2.proxy.seen.filter((seen) => seen.uploadId === id && seen.kind === 'listParts').length).toBeGreaterThan(0)
  })

  it('begins again where its days are over', async () => {
    const { engine, frame, id } = await startHalf()
    r2.proxy.expireUpload(id)
    r2.proxy.heal()
    await engine.until(() => engine.stateOf(frame)?.kind === 'done')
    await engine.expectProved(frame, large)
    expect(r2.proxy.count({ kind: 'create', key: engine.name })).toBe(2)
  })

  it.each(['ask', 'skip', 'keep-both'] as const)(
    'meets who took its key meanwhile, by the rule %s',
    async (conflict) => {
      const { engine, frame } = await startHalf(conflict)
      const other = Buffer.alloc(large.length, 'of someone else')
      const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }
      await r2.direct.put(engine.name, other, digestsOf(other), headers, { kind: 'always' }, signal)
      r2.proxy.heal()
      const end = { ask: 'conflict', skip: 'skipped', 'keep-both': 'done' }[conflict]
      await engine.until(() => engine.stateOf(frame)?.kind === end)
      expect((await engine.read(engine.name)).equals(other)).toBe(true)
      const keys = await engine.keysInBucket()
      expect(keys).toHaveLength(conflict === 'keep-both' ? 2 : 1)
      for (const key of keys.filter((one) => one !== engine.name))
        expect((await engine.read(key)).equals(large)).toBe(true)
      await engine.expectClean()
    }
  )

  it('finds at the completion that its key was taken a moment ago, which costs the upload', async () => {
    const engine = start({ conflict: 'ask' })
    const other = Buffer.from('of someone else')
    const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }
    const after = () => r2.direct.put(engine.name, other, digestsOf(other), headers, { kind: 'always' }, signal)
    r2.proxy.add({ on: { kind: 'complete', key: engine.name }, fault: { kind: 'late', after } })
    const frame = engine.push(large)
    await engine.until(() => engine.stateOf(frame)?.kind === 'conflict')
    expect(r2.proxy.seen.find(({ kind, key }) => kind === 'complete' && key === engine.name)).toMatchObject({
      status: 412
    })
    expect((await engine.read(engine.name)).equals(other)).toBe(true)
    expect(engine.stateOf(frame)).toMatchObject({ occupant: { sizeBytes: other.length } })
    await engine.expectClean()
  })
})

describe('a look at a whole bucket over a line with faults', () => {
  const heard = passing.filter(
    ([, fault]) => !NEEDS_BODY.has(fault.kind) && fault.kind !== 'etag-wrong' && !acts(fault)
  )

  it.each([...heard, ['half an answer', { kind: 'answer-cut' } as const] as const])(
    'concludes nothing from %s',
    async (_name, fault) => {
      const engine = start()
      const frame = engine.push(small)
      await engine.until(() => engine.stateOf(frame)?.kind === 'done')
      const { uploads, store } = engine
      const check = (asked: ObjectStore) =>
        checkProofs(
          [frame.id],
          { uploads, storeOf: async () => asked, bucketOf: () => 'photos', onFrameChanged: () => {} },
          signal
        )
      // One object is looked at rather than listed, so both meet it.
      for (const kind of ['list', 'head'] as const)
        r2.proxy.add({ on: { kind }, fault, times: Number.POSITIVE_INFINITY })
      await expect(
        check(fault.kind === 'stall' ? engine.open({ connectMs: 10_000, silenceMs: 300 }) : store)
      ).rejects.toMatchObject({ isRetryable: true })
      expect(engine.stateOf(frame)?.kind).toBe('done')
      r2.proxy.heal()
      expect(await check(store)).toEqual({ there: 1, gone: 0, changed: 0 })
      const page = await store.list({ prefix: engine.name, delimiter: null, after: null, limit: 10 }, signal)
      expect(page.objects.map(({ key }) => key)).toEqual([engine.name])
    }
  )
})
