import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KiB, MiB } from '../../shared/units.ts'
import { Concurrency, MOST_REQUESTS } from './Concurrency.ts'

/** A line as it might be; time is in ms. */
type Link = {
  /** Of all requests together. */
  readonly bytesPerMs: number
  /** Before and after the bytes of each request. */
  readonly delayMs: number
  /** 503 for a request that meets so many others; null: never. */
  readonly refusesAbove: number | null
  /** From 0; how much longer than usual a request may take, by chance. */
  readonly jitter: number
}

type Request = { readonly era: number; leftBytes: number; leftDelayMs: number; readonly isRefused: boolean }

const STEP_MS = 1

/** The same numbers in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

/** Sends objects of one size over the link, as many at once as is allowed, and looks at the limit after each step. */
function run(
  link: Link,
  objectBytes: number,
  durationMs: number,
  options: { readonly seed?: number; wanted?: number } = {}
) {
  const { seed = 1, wanted = Number.POSITIVE_INFINITY } = options
  const concurrency = new Concurrency()
  const random = createRandom(seed)
  const limits: number[] = []
  let requests: Request[] = []
  let refused = 0
  let sentBytes = 0
  for (let nowMs = 0; nowMs < durationMs; nowMs += STEP_MS) {
    while (concurrency.hasRoom && requests.length < wanted) {
      const isRefused = link.refusesAbove !== null && requests.length >= link.refusesAbove
      const leftDelayMs = link.delayMs * (1 + random() * link.jitter)
      requests.push({ era: concurrency.start(), leftBytes: isRefused ? 0 : objectBytes, leftDelayMs, isRefused })
    }
    const share = (link.bytesPerMs * STEP_MS) / Math.max(1, requests.filter(({ leftBytes }) => leftBytes > 0).length)
    for (const request of requests) {
      if (request.leftBytes > 0) request.leftBytes -= share
      else request.leftDelayMs -= STEP_MS
    }
    const ended = requests.filter(({ leftBytes, leftDelayMs }) => leftBytes <= 0 && leftDelayMs <= 0)
    requests = requests.filter((request) => !ended.includes(request))
    for (const { era, isRefused } of ended) {
      concurrency.end()
      if (isRefused) {
        concurrency.refuse(era, nowMs)
        refused += 1
      } else {
        concurrency.acknowledge(era, objectBytes, nowMs)
        sentBytes += objectBytes
      }
    }
    limits.push(concurrency.limit)
  }
  return { concurrency, limits, refused, sentBytes, bytesPerMs: sentBytes / durationMs }
}

const highest = (limits: ReadonlyArray<number>) => limits.reduce((most, limit) => Math.max(most, limit), 0)

const fast: Link = { bytesPerMs: 1_000 * KiB, delayMs: 2, refusesAbove: null, jitter: 0.5 }

describe('Concurrency', () => {
  it('starts with 4, and on a fast line has 16 within half a second', () => {
    const { limits } = run(fast, 100 * KiB, 500)
    expect(limits[0]).toBe(4)
    expect(limits.at(-1)).toBeGreaterThanOrEqual(16)
  })

  it('grows to where a line far away is full: small objects need many requests there', () => {
    const far: Link = { bytesPerMs: 10 * KiB, delayMs: 150, refusesAbove: null, jitter: 0.3 }
    const { bytesPerMs } = run(far, 50 * KiB, 60_000)
    expect(bytesPerMs).toBeGreaterThan(0.8 * far.bytesPerMs)
  })

  it('does not grow where a few requests fill the line', () => {
    const hotel: Link = { bytesPerMs: 2.5 * KiB, delayMs: 40, refusesAbove: null, jitter: 0.3 }
    const { limits, bytesPerMs } = run(hotel, 8 * MiB, 20 * 60_000)
    expect(highest(limits.slice(limits.length / 2))).toBeLessThanOrEqual(8)
    expect(bytesPerMs).toBeGreaterThan(0.9 * hotel.bytesPerMs)
  })

  it('stays below what the server refuses, and near it', () => {
    const strict: Link = { ...fast, delayMs: 30, refusesAbove: 10 }
    const { limits, refused, sentBytes } = run(strict, 100 * KiB, 60_000)
    const later = limits.slice(limits.length / 2)
    expect(later.reduce((sum, limit) => sum + limit, 0) / later.length).toBeGreaterThan(7)
    expect(highest(later)).toBeLessThanOrEqual(13)
    expect(refused / (sentBytes / (100 * KiB))).toBeLessThan(0.01)
  })

  it('halves once for a burst of failures, and down to one where it goes on', () => {
    const { concurrency } = run(fast, 100 * KiB, 500)
    const before = concurrency.limit
    const eras = Array.from({ length: 12 }, () => concurrency.start())
    for (const era of eras) concurrency.refuse(era, 1_000)
    expect(concurrency.limit).toBe(Math.floor(before / 2))
    for (let round = 0; round < 10; round += 1) concurrency.refuse(concurrency.start(), 2_000 + round)
    expect(concurrency.limit).toBe(1)
  })

  it('learns nothing from requests that do not fill the line', () => {
    const { limits } = run(fast, 100 * KiB, 5_000, { wanted: 3 })
    expect(new Set(limits)).toEqual(new Set([4]))
  })

  it('keeps to a ceiling, and takes it up again when the ceiling rises', () => {
    const concurrency = new Concurrency()
    concurrency.setCeiling(2.9)
    expect(concurrency.limit).toBe(2)
    concurrency.setCeiling(0.1)
    expect(concurrency.limit).toBe(1)
    concurrency.setCeiling(Number.POSITIVE_INFINITY)
    expect(concurrency.limit).toBe(4)
  })

  it('is never below one, never above the most, and halves at most once for what was under way, on any line', () => {
    const links = fc.record({
      bytesPerMs: fc.integer({ min: 1, max: 2_000 }).map((kib) => kib * KiB),
      delayMs: fc.integer({ min: 1, max: 300 }),
      refusesAbove: fc.option(fc.integer({ min: 1, max: 40 })),
      jitter: fc.double({ min: 0, max: 3, noNaN: true })
    })
    fc.assert(
      fc.property(links, fc.constantFrom(10 * KiB, 100 * KiB, MiB), fc.nat(), (link, objectBytes, seed) => {
        const { limits, sentBytes } = run(link, objectBytes, 3_000, { seed })
        for (const [index, limit] of limits.entries()) {
          expect(limit).toBeGreaterThanOrEqual(1)
          expect(limit).toBeLessThanOrEqual(MOST_REQUESTS)
          const before = limits[index - 1] ?? limit
          expect(limit).toBeGreaterThanOrEqual(Math.floor(before / 2))
        }
        expect(sentBytes).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 60 }
    )
  })
})
