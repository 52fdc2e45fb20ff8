import { describe, expect, it } from 'vitest'
import { forEachAtOnce } from './forEachAtOnce.ts'

const { signal } = new AbortController()
const never = () => false
const broken = new Error('It broke')

/** Acts that end when they are told to. */
function acts() {
  const begun: number[] = []
  const ended: number[] = []
  const ends = new Map<number, { resolve: () => void; reject: (error: unknown) => void }>()
  const act = async (item: number, stop: AbortSignal) => {
    begun.push(item)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    ends.set(item, { resolve, reject })
    stop.addEventListener('abort', () => reject(stop.reason))
    await promise
    ended.push(item)
  }
  return {
    act,
    begun,
    ended,
    end: (item: number) => ends.get(item)?.resolve(),
    fail: (item: number) => ends.get(item)?.reject(broken)
  }
}

/** Until everything that was set free has gone as far as it can. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('forEachAtOnce', () => {
  it('keeps so many under way, in order', async () => {
    const { act, begun, end } = acts()
    const all = forEachAtOnce(2, [1, 2, 3, 4], act, never, signal)
    expect(begun).toEqual([1, 2])
    end(2)
    await settle()
    expect(begun).toEqual([1, 2, 3])
    for (const item of [1, 3, 4]) {
      end(item)
      await settle()
    }
    await all
    expect(begun).toEqual([1, 2, 3, 4])
  })

  it('lets what is under way end after a failure, and begins nothing more', async () => {
    const { act, begun, ended, end, fail } = acts()
    const all = forEachAtOnce(3, [1, 2, 3, 4], act, never, signal)
    fail(2)
    await settle()
    end(1)
    end(3)
    await expect(all).rejects.toBe(broken)
    expect(begun).toEqual([1, 2, 3])
    expect(ended).toEqual([1, 3])
  })

  it('ends what is under way after a failure that makes it useless', async () => {
    const { act, ended, fail } = acts()
    const all = forEachAtOnce(3, [1, 2, 3, 4], act, (error) => error === broken, signal)
    fail(2)
    await expect(all).rejects.toBe(broken)
    expect(ended).toEqual([])
  })

  it('ends all of it when it is stopped, with the reason', async () => {
    const { act, begun } = acts()
    const stop = new AbortController()
    const reason = new Error('Stopped')
    const all = forEachAtOnce(2, [1, 2, 3], act, never, stop.signal)
    stop.abort(reason)
    await expect(all).rejects.toBe(reason)
    expect(begun).toEqual([1, 2])
    await expect(forEachAtOnce(2, [1], act, never, stop.signal)).rejects.toBe(reason)
    expect(begun).toEqual([1, 2])
  })
})
