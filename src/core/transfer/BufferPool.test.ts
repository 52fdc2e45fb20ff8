import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KiB, MiB } from '../../shared/units.ts'
import { BufferPool } from './BufferPool.ts'

const { signal } = new AbortController()
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The same numbers in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

describe('BufferPool', () => {
  it('stays within its budget under any load, lends no byte twice and serves everyone', async () => {
    const pool = new BufferPool(16 * MiB)
    const random = createRandom(7)
    const buffers = new Set<ArrayBufferLike>()
    let served = 0
    const borrow = async (mark: number) => {
      const bytes = Math.floor(random() ** 3 * 16 * MiB)
      const lease = await pool.take(bytes, signal)
      expect(lease.bytes.length).toBe(bytes)
      expect(pool.usedBytes).toBeLessThanOrEqual(16 * MiB)
      expect(buffers.has(lease.bytes.buffer)).toBe(false)
      buffers.add(lease.bytes.buffer)
      lease.bytes.fill(mark % 251, 0, 64)
      for (let turns = Math.floor(random() * 4); turns >= 0; turns -= 1) await turn()
      expect(lease.bytes.subarray(0, 64).every((byte) => byte === mark % 251)).toBe(true)
      buffers.delete(lease.bytes.buffer)
      lease.release()
      served += 1
    }
    await Promise.all(Array.from({ length: 300 }, (_, mark) => borrow(mark)))
    expect(served).toBe(300)
    expect(pool.usedBytes).toBe(0)
  })

  it('is within any budget that it is given on the way, and in the end serves everyone', async () => {
    const requests = fc.array(fc.integer({ min: 0, max: 40 * MiB }), { minLength: 1, maxLength: 40 })
    const budgets = fc.array(fc.integer({ min: 16 * MiB, max: 64 * MiB }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(requests, budgets, async (sizes, sizesOfBudget) => {
        const pool = new BufferPool(64 * MiB)
        let most = 64 * MiB // of all budgets so far: what was lent within an earlier one is not taken back
        const tasks = sizes.map(async (size) => {
          const lease = await pool.take(size, signal)
          expect(pool.usedBytes).toBeLessThanOrEqual(Math.max(most, size + MiB))
          await turn()
          lease.release()
        })
        for (const budget of sizesOfBudget) {
          await turn()
          pool.resize(budget)
          most = Math.max(most, budget)
        }
        await Promise.all(tasks)
        expect(pool.usedBytes).toBe(0)
        expect(pool.isCrowded).toBe(false)
      }),
      { numRuns: 20 }
    )
  })

  it('holds to a smaller budget as soon as what is lent has come back, and to a larger one at once', async () => {
    const pool = new BufferPool(32 * MiB)
    const first = await pool.take(16 * MiB, signal)
    const second = await pool.take(16 * MiB, signal)
    const third = pool.take(16 * MiB, signal)
    expect(pool.isCrowded).toBe(true)
    pool.resize(16 * MiB)
    first.release()
    await turn()
    expect(pool.isCrowded).toBe(true) // one is still lent, and no more is allowed
    pool.resize(32 * MiB)
    ;(await third).release()
    second.release()
    expect(pool.usedBytes).toBe(0)
    expect(() => pool.resize(MiB)).toThrow(RangeError)
  })

  it('serves in order: small requests do not overtake a large one', async () => {
    const pool = new BufferPool(16 * MiB)
    const order: string[] = []
    const first = await pool.take(9 * MiB, signal)
    const large = pool.take(16 * MiB, signal).then((lease) => {
      order.push('large')
      lease.release()
    })
    const small = pool.take(1, signal).then((lease) => {
      order.push('small')
      lease.release()
    })
    await turn()
    expect(order).toEqual([])
    first.release()
    await Promise.all([large, small])
    expect(order).toEqual(['large', 'small'])
  })

  it('lets the others go on when the one that held them up gives up', async () => {
    const pool = new BufferPool(16 * MiB)
    const stop = new AbortController()
    const first = await pool.take(9 * MiB, signal)
    const large = pool.take(16 * MiB, stop.signal)
    const small = pool.take(1, signal)
    stop.abort()
    await expect(large).rejects.toMatchObject({ name: 'AbortError' })
    expect((await small).bytes.length).toBe(1)
    first.release()
    await expect(pool.take(1, stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('lends what is larger than the budget to one alone, and does not keep it', async () => {
    const pool = new BufferPool(16 * MiB)
    const huge = await pool.take(40 * MiB, signal)
    const { buffer } = huge.bytes
    const order: string[] = []
    const waiting = pool.take(1, signal).then((lease) => {
      order.push('lent')
      return lease
    })
    await turn()
    order.push('released')
    huge.release()
    const small = await waiting
    expect(order).toEqual(['released', 'lent'])
    small.release()
    expect((await pool.take(40 * MiB, signal)).bytes.buffer).not.toBe(buffer)
  })

  it('uses buffers again, and gives bytes back once however often it is told', async () => {
    const pool = new BufferPool(16 * MiB)
    const first = await pool.take(100 * KiB, signal)
    first.release()
    first.release()
    expect(pool.usedBytes).toBe(0)
    const second = await pool.take(90 * KiB, signal)
    expect(second.bytes.buffer).toBe(first.bytes.buffer)
    expect(second.bytes.length).toBe(90 * KiB)
    expect((await pool.take(90 * KiB, signal)).bytes.buffer).not.toBe(first.bytes.buffer)
  })

  it('lends nothing at all to an empty file', async () => {
    expect((await new BufferPool(16 * MiB).take(0, signal)).bytes.length).toBe(0)
  })

  it('needs room for one part', () => {
    expect(() => new BufferPool(16 * MiB - 1)).toThrow(RangeError)
  })
})
