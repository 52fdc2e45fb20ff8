import { describe, expect, it } from 'vitest'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { createMemoryStore } from './memory/createMemoryStore.ts'
import type { ObjectStore } from './ObjectStore.ts'
import { digestsOf } from './testing/digestsOf.ts'
import { withRetry } from './withRetry.ts'

const { signal } = new AbortController()
const policy = { attempts: 4, baseMs: 100, maxMs: 250, maxRetryAfterMs: 10_000 }
const bytes = Buffer.from('bytes')
const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }
const always = { kind: 'always' } as const

/** A store whose methods fail so often before they succeed, and the waits in between. */
function failing(times: number, error: Error) {
  const inner = createMemoryStore()
  const waitsMs: number[] = []
  let calls = 0
  const fail = <Args extends unknown[], T>(method: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      calls += 1
      if (calls <= times) throw error
      return method(...args)
    }
  }
  const troubled: ObjectStore = {
    ...inner,
    head: fail(inner.head),
    list: fail(inner.list),
    get: fail(inner.get),
    put: fail(inner.put),
    delete: fail(inner.delete),
    copy: fail(inner.copy),
    openMultipart: fail(inner.openMultipart),
    sendPart: fail(inner.sendPart),
    complete: fail(inner.complete),
    abort: fail(inner.abort)
  }
  const ports = {
    random: () => 0.5,
    sleep: async (ms: number) => {
      waitsMs.push(ms)
    }
  }
  return { store: withRetry(troubled, policy, ports), inner, waitsMs, calls: () => calls }
}

const network = new AppError('network', 'lost')

describe('withRetry', () => {
  it('asks again, waiting twice as long each time, up to the longest wait', async () => {
    const { store, waitsMs } = failing(3, network)
    expect(await store.head('a', signal)).toBeNull()
    expect(waitsMs).toEqual([50, 100, 125])
  })

  it('gives up after the last attempt, with the failure as it was', async () => {
    const { store, calls } = failing(99, network)
    await expect(store.head('a', signal)).rejects.toBe(network)
    expect(calls()).toBe(4)
  })

  it('waits for as long as it was asked to, and a little more', async () => {
    const { store, waitsMs } = failing(1, new AppError('rate-limited', 'slow', { retryAfterMs: 3000 }))
    await store.head('a', signal)
    expect(waitsMs).toEqual([3050])
  })

  it('does not wait for longer than is worth it', async () => {
    const { store, waitsMs } = failing(1, new AppError('rate-limited', 'slow', { retryAfterMs: 3_600_000 }))
    await expect(store.head('a', signal)).rejects.toMatchObject({ code: 'rate-limited' })
    expect(waitsMs).toEqual([])
  })

  it.each<ErrorCode>(['access-denied', 'secret-wrong', 'bucket-missing', 'internal'])(
    'does not repeat %s',
    async (code) => {
      const { store, calls } = failing(1, new AppError(code, code))
      await expect(store.head('a', signal)).rejects.toMatchObject({ code })
      expect(calls()).toBe(1)
    }
  )

  it('does not repeat what was stopped', async () => {
    const { store, calls } = failing(1, new DOMException('Stopped', 'AbortError'))
    await expect(store.head('a', signal)).rejects.toMatchObject({ name: 'AbortError' })
    expect(calls()).toBe(1)
  })

  it('stops waiting when it is stopped', async () => {
    const controller = new AbortController()
    const reason = new DOMException('Stopped', 'AbortError')
    const inner: ObjectStore = {
      ...createMemoryStore(),
      async head() {
        controller.abort(reason)
        throw new AppError('rate-limited', 'slow', { retryAfterMs: 60_000 })
      }
    }
    await expect(withRetry(inner).head('a', controller.signal)).rejects.toBe(reason)
  })

  it('leaves everything that sends a body, opens or completes to others', async () => {
    const attempts: ReadonlyArray<(store: ObjectStore) => Promise<unknown>> = [
      (store) => store.put('a', bytes, digestsOf(bytes), headers, always, signal),
      (store) => store.openMultipart('a', 1, headers, signal),
      (store) => store.sendPart({ key: 'a', uploadId: 'u', partBytes: 1 }, 1, bytes, digestsOf(bytes), signal),
      (store) => store.complete({ key: 'a', uploadId: 'u', partBytes: 1 }, [], always, signal)
    ]
    for (const attempt of attempts) {
      const { store, calls } = failing(1, network)
      await expect(attempt(store)).rejects.toBe(network)
      expect(calls()).toBe(1)
    }
  })

  it('repeats a copy, but one with a condition only if it was turned away unseen', async () => {
    const plain = failing(1, network)
    await plain.inner.put('a', bytes, digestsOf(bytes), headers, always, signal)
    await plain.store.copy('a', 'b', always, signal)
    const conditional = failing(1, network)
    await expect(conditional.store.copy('a', 'b', { kind: 'absent' }, signal)).rejects.toBe(network)
    const limited = failing(1, new AppError('rate-limited', 'slow'))
    await limited.inner.put('a', bytes, digestsOf(bytes), headers, always, signal)
    await limited.store.copy('a', 'b', { kind: 'absent' }, signal)
  })

  it('deletes again only what is worth it, and tells what remains', async () => {
    const asked: ReadonlyArray<string>[] = []
    const inner: ObjectStore = {
      ...createMemoryStore(),
      async delete(keys) {
        asked.push(keys)
        return keys.flatMap((key) => {
          if (key === 'locked') return [{ key, error: new AppError('locked', key) }]
          return key === 'busy' || (key === 'slow' && asked.length === 1)
            ? [{ key, error: new AppError('server-error', key) }]
            : []
        })
      }
    }
    const store = withRetry(inner, policy, { random: () => 0, sleep: async () => {} })
    const failed = await store.delete(['a', 'locked', 'busy', 'slow'], signal)
    expect(failed.map(({ key }) => key)).toEqual(['locked', 'busy'])
    expect(asked).toEqual([['a', 'locked', 'busy', 'slow'], ['busy', 'slow'], ['busy'], ['busy']])
  })

  it('deletes again where the whole request failed', async () => {
    const { store, calls } = failing(2, network)
    expect(await store.delete(['a'], signal)).toEqual([])
    expect(calls()).toBe(3)
    await expect(failing(99, network).store.delete(['a'], signal)).rejects.toBe(network)
  })
})
