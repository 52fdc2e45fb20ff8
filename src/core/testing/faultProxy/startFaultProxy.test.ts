import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { AppError, type ErrorCode } from '../../../shared/errors.ts'
import { KiB, MiB } from '../../../shared/units.ts'
import type { Multipart, ObjectStore } from '../../store/ObjectStore.ts'
import { describeObjectStore } from '../../store/objectStoreContract.ts'
import { createR2Store } from '../../store/r2/createR2Store.ts'
import { digestsOf } from '../../store/testing/digestsOf.ts'
import type { Fault } from './FaultScript.ts'
import { type FaultyR2, openFaultyR2 } from './openFaultyR2.ts'
import type { RequestKind } from './s3Request.ts'

// The store for the real R2, with everything that the emulator cannot answer answered in R2's form, in small pages.
describeObjectStore('R2, as the proxy shows it', async () => {
  const r2 = await openFaultyR2({ pageSize: 2 })
  const store = r2.openStore()
  const close = async () => {
    await store.close()
    await r2.close()
  }
  return { ...store, close }
}, ['is too slow for 1,000 objects', 'takes 2,048 bytes of metadata', 'takes no line break in a key'])

const { signal } = new AbortController()
const always = { kind: 'always' } as const
const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }
const body = Buffer.alloc(256 * KiB, 'light')

let r2: FaultyR2
let store: ObjectStore
/** For silence alone: on a slow machine a healthy answer takes longer than it waits. */
let hasty: ObjectStore
beforeAll(async () => {
  r2 = await openFaultyR2({ pageSize: 2 })
  store = r2.openStore()
  hasty = r2.openStore({ connectMs: 10_000, silenceMs: 300 })
})
afterAll(async () => {
  await Promise.all([store.close(), hasty.close()])
  await r2.close()
})
beforeEach(() => r2.proxy.heal())

type Scene = { readonly key: string; readonly multipart: Multipart }

/** Each kind of request that the transfer room sends, in a bucket where `key` is free and `multipart` holds one part. */
const questions: Readonly<Partial<Record<RequestKind, (scene: Scene, asked?: ObjectStore) => Promise<unknown>>>> = {
  put: ({ key }, asked = store) => asked.put(key, body, digestsOf(body), headers, always, signal),
  create: ({ key }, asked = store) => asked.openMultipart(key, 5 * MiB, headers, signal),
  part: ({ multipart }, asked = store) => asked.sendPart(multipart, 1, body, digestsOf(body), signal),
  complete: ({ multipart }, asked = store) => asked.complete(multipart, [partOf(body)], always, signal),
  abort: ({ multipart }, asked = store) => asked.abort(multipart, signal),
  head: ({ multipart }, asked = store) => asked.head(`${multipart.key}-whole`, signal),
  list: ({ key }, asked = store) => asked.list({ prefix: key, delimiter: null, after: null, limit: 10 }, signal),
  listParts: ({ multipart }, asked = store) => asked.listParts(multipart, signal),
  listUploads: ({ key }, asked = store) => asked.listUploads(key, signal)
}

function partOf(bytes: Buffer) {
  const { md5 } = digestsOf(bytes)
  return { number: 1, sizeBytes: bytes.length, etag: md5, md5 }
}

const faults: ReadonlyArray<readonly [string, Fault, ErrorCode]> = [
  ['a reset before the body', { kind: 'reset', when: 'before-body' }, 'network'],
  ['a reset in the body', { kind: 'reset', when: 'in-body' }, 'network'],
  ['a reset after the body', { kind: 'reset', when: 'after-body' }, 'network'],
  ['a lost answer', { kind: 'answer-lost' }, 'network'],
  ['silence', { kind: 'stall', acts: false }, 'timeout'],
  ['silence after the act', { kind: 'stall', acts: true }, 'timeout'],
  ['500', { kind: 'refusal', status: 500, code: 'InternalError' }, 'server-error'],
  ['500 after the act', { kind: 'refusal', status: 500, code: 'InternalError', acts: true }, 'server-error'],
  ['503', { kind: 'refusal', status: 503, code: 'SlowDown' }, 'rate-limited'],
  ['429', { kind: 'refusal', status: 429, code: 'TooManyRequests' }, 'rate-limited'],
  ['401', { kind: 'refusal', status: 401, code: 'Unauthorized' }, 'account-unknown'],
  ['403', { kind: 'refusal', status: 403, code: 'AccessDenied' }, 'access-denied']
]

const crossings = faults.flatMap(([name, fault, code]) =>
  Object.entries(questions).map(([kind, ask]) => ({ name, fault, code, kind: kind as RequestKind, ask }))
)

describe('startFaultProxy', () => {
  async function set(): Promise<Scene> {
    const key = randomUUID()
    const multipart = await store.openMultipart(`${key}-parts`, 5 * MiB, headers, signal)
    await store.sendPart(multipart, 1, body, digestsOf(body), signal)
    return { key, multipart }
  }

  it.each(crossings)('answers $kind with $name, once, which is $code', async ({ fault, code, kind, ask }) => {
    const scene = await set()
    const before = r2.proxy.count({ kind })
    r2.proxy.add({ on: { kind }, fault })
    await expect(ask(scene, fault.kind === 'stall' ? hasty : store)).rejects.toMatchObject({ code })
    expect(r2.proxy.count({ kind })).toBe(before + 1)
    const isLeft = await ask(scene).catch((error: unknown) => error)
    // What had acted has changed what the second one meets; nothing else may.
    if (isLeft instanceof AppError) expect(isLeft.code).toMatch(/^(upload-missing|part-rejected)$/)
  })

  it.each(['put', 'part', 'create', 'complete', 'head', 'list', 'listParts'] as const)(
    'cuts the answer to %s in the middle',
    async (kind) => {
      const scene = await set()
      r2.proxy.add({ on: { kind }, fault: { kind: 'answer-cut' } })
      const error: unknown = await questions[kind]?.(scene).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ isRetryable: true })
    }
  )

  it.each([
    ['seconds', '7', 7_000],
    ['a date', new Date(Date.now() + 3_600_000).toUTCString(), 3_600_000]
  ])('tells how long to wait, in %s', async (_how, retryAfter, expectedMs) => {
    const fault = {
      kind: 'refusal',
      status: 429,
      code: 'TooManyRequests',
      headers: { 'retry-after': retryAfter }
    } as const
    for (const kind of ['put', 'create'] as const) {
      const scene = await set()
      r2.proxy.add({ on: { kind }, fault })
      const error: unknown = await questions[kind]?.(scene).catch((reason: unknown) => reason)
      const waitMs = error instanceof AppError ? (error.retryAfterMs ?? 0) : 0
      expect(Math.abs(waitMs - expectedMs)).toBeLessThan(60_000)
      expect(waitMs).toBeGreaterThan(0)
    }
  })

  it.each(['put', 'part'] as const)('flips a bit of %s, which the server notices', async (kind) => {
    const scene = await set()
    r2.proxy.add({ on: { kind }, fault: { kind: 'bit-flipped' } })
    await expect(questions[kind]?.(scene)).rejects.toMatchObject({ code: 'digest-mismatch' })
    expect(await r2.direct.head(scene.key, signal)).toBeNull()
  })

  it('notices a flipped bit of a part also without an MD5', async () => {
    const { multipart } = await set()
    r2.proxy.add({ on: { kind: 'part' }, fault: { kind: 'bit-flipped' } })
    const { sha256 } = digestsOf(body)
    await expect(store.sendPart(multipart, 2, body, { md5: null, sha256 }, signal)).rejects.toMatchObject({
      code: 'digest-mismatch'
    })
  })

  it('gives a wrong ETag, which shows in a part that has an MD5', async () => {
    const { key, multipart } = await set()
    r2.proxy.add({ on: { kind: 'put' }, fault: { kind: 'etag-wrong' } })
    r2.proxy.add({ on: { kind: 'part' }, fault: { kind: 'etag-wrong' } })
    expect(await questions.put?.({ key, multipart })).not.toBe(digestsOf(body).md5)
    await expect(questions.part?.({ key, multipart })).rejects.toMatchObject({ code: 'digest-mismatch' })
  })

  it('lets a body trickle', async () => {
    const { key, multipart } = await set()
    r2.proxy.add({ on: { kind: 'put' }, fault: { kind: 'slow', bytesPerSecond: 1 * MiB } })
    const patient = r2.openStore()
    onTestFinished(() => patient.close())
    const startedMs = performance.now()
    await patient.put(key, body, digestsOf(body), headers, always, signal)
    expect(performance.now() - startedMs).toBeGreaterThan(200)
    await store.abort(multipart, signal)
  })

  it('meets the requests that a rule names, and no others', async () => {
    const { multipart } = await set()
    const down: Fault = { kind: 'refusal', status: 503, code: 'SlowDown' }
    r2.proxy.add({ on: { kind: 'part', part: 2 }, fault: down, nth: 2, times: 2 })
    const statuses = []
    for (const number of [2, 1, 2, 2, 2]) {
      await store.sendPart(multipart, number, body, digestsOf(body), signal).catch(() => {})
      statuses.push(r2.proxy.seen.at(-1)?.status)
    }
    expect(statuses).toEqual([200, 200, 503, 503, 200])
    expect(r2.proxy.seen.at(-1)).toMatchObject({
      method: 'PUT',
      kind: 'part',
      key: multipart.key,
      part: 2,
      fault: null
    })
  })

  it.each([20, -20])('has a clock that is %i minutes off, to which the store adjusts', async (minutes) => {
    onTestFinished(() => r2.proxy.setClockOffset(0))
    const fresh = r2.openStore()
    onTestFinished(() => fresh.close())
    const key = randomUUID()
    r2.proxy.setClockOffset(minutes * 60_000)
    await fresh.put(key, body, digestsOf(body), headers, always, signal)
    const multipart = await fresh.openMultipart(key, 5 * MiB, headers, signal)
    const [open] = (await fresh.listUploads(key, signal)) ?? []
    expect(Math.abs((open?.initiatedAtMs ?? 0) - Date.now())).toBeLessThan(60_000)
    await fresh.abort(multipart, signal)
    expect(await r2.direct.head(key, signal)).toMatchObject({ sizeBytes: body.length })
    const asked = createR2Store(r2.account, { secretAccessKey: r2.secretAccessKey })
    onTestFinished(() => asked.close())
    expect(await asked.head(key, signal)).toMatchObject({ sizeBytes: body.length })
  })

  it('is refused with a wrong secret, since signatures pass through it', async () => {
    const stranger = createR2Store(r2.account, { secretAccessKey: 'another' })
    onTestFinished(() => stranger.close())
    await expect(stranger.head('a', signal)).rejects.toMatchObject({ code: 'access-denied' }) // HEAD has no body
    await expect(stranger.openMultipart('a', 5 * MiB, headers, signal)).rejects.toMatchObject({ code: 'secret-wrong' })
  })
})

describe('startFaultProxy, with the manners of R2', () => {
  it('refuses unequal parts, and one that is larger than those before', async () => {
    const [small, large] = [Buffer.alloc(5 * MiB, 1), Buffer.alloc(6 * MiB, 2)]
    const multipart = await store.openMultipart(randomUUID(), 5 * MiB, headers, signal)
    const parts = [
      await store.sendPart(multipart, 1, small, digestsOf(small), signal),
      await store.sendPart(multipart, 2, large, digestsOf(large), signal)
    ]
    await expect(store.complete(multipart, parts, always, signal)).rejects.toMatchObject({
      code: 'part-rejected',
      message: expect.stringContaining('same length')
    })
    await store.abort(multipart, signal)
  })

  it('has lost a part that was sent again in vain', async () => {
    const multipart = await store.openMultipart(randomUUID(), 5 * MiB, headers, signal)
    const sent = await store.sendPart(multipart, 1, body, digestsOf(body), signal)
    r2.proxy.add({ on: { kind: 'part' }, fault: { kind: 'bit-flipped' } })
    await expect(store.sendPart(multipart, 1, body, digestsOf(body), signal)).rejects.toThrow()
    expect(await store.listParts(multipart, signal)).toEqual([])
    await expect(store.complete(multipart, [sent], always, signal)).rejects.toMatchObject({ code: 'part-rejected' })
    await store.abort(multipart, signal)
  })

  it('overlooks conditions of completions where that is asked for, as the emulator does', async () => {
    const lax = await openFaultyR2({ keepsConditionsAtCompletion: false })
    onTestFinished(() => lax.close())
    const own = lax.openStore()
    onTestFinished(() => own.close())
    await own.put('a', Buffer.from('first'), digestsOf(Buffer.from('first')), headers, always, signal)
    const multipart = await own.openMultipart('a', 5 * MiB, headers, signal)
    const part = await own.sendPart(multipart, 1, body, digestsOf(body), signal)
    await own.complete(multipart, [part], { kind: 'absent' }, signal)
    expect(await lax.direct.head('a', signal)).toMatchObject({ sizeBytes: body.length })
  })

  it('knows an upload no more when its days are over', async () => {
    const multipart = await store.openMultipart(randomUUID(), 5 * MiB, headers, signal)
    r2.proxy.expireUpload(multipart.uploadId)
    await expect(store.listParts(multipart, signal)).rejects.toMatchObject({ code: 'upload-missing' })
    await expect(store.sendPart(multipart, 1, body, digestsOf(body), signal)).rejects.toMatchObject({
      code: 'upload-missing'
    })
    await store.abort(multipart, signal)
  })
})
