import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../shared/errors.ts'
import type { ObjectStore } from './ObjectStore.ts'

export type RetryPolicy = {
  /** The first one included, at least 1. */
  readonly attempts: number
  /** The longest wait before the second attempt; it doubles with each one. */
  readonly baseMs: number
  /** The longest wait of all that are ours to choose. */
  readonly maxMs: number
  /** What the other side may ask for (`Retry-After`); with more than that it is not worth waiting. */
  readonly maxRetryAfterMs: number
}

export type RetryPorts = {
  /** Rejects with the signal's reason if it is aborted meanwhile. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** From 0 up to, but not including, 1. */
  readonly random: () => number
}

/** About 15 s in all: R2 wants a second between two writes of a key, and a busy bucket some more (r2-facts §12). */
export const retryPolicy: RetryPolicy = { attempts: 6, baseMs: 500, maxMs: 8_000, maxRetryAfterMs: 60_000 }

/**
 * Repeats what can be repeated without harm: questions, removals, and copies whose condition cannot turn against them.
 * Whatever sends a body, and opening and completing an upload, goes through once: the transfer room knows better when
 * to repeat those. Waits are exponential with full jitter, so that many stores do not come back at the same moment.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function withRetry(
  store: ObjectStore,
  policy: RetryPolicy = retryPolicy,
  { sleep, random }: RetryPorts = systemPorts
): ObjectStore {
  async function retry<T>(signal: AbortSignal, task: () => Promise<T>, mayRepeat = isWorthRepeating): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await task()
      } catch (error) {
        if (attempt >= policy.attempts || !mayRepeat(error)) throw error
        const waitMs = Math.floor(random() * Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1)))
        const askedMs = error instanceof AppError ? (error.retryAfterMs ?? 0) : 0
        if (askedMs > policy.maxRetryAfterMs) throw error
        await sleep(askedMs + waitMs, signal)
      }
    }
  }

  return {
    ...store,
    head: (key, signal) => retry(signal, () => store.head(key, signal)),
    list: (query, signal) => retry(signal, () => store.list(query, signal)),
    get: (key, range, signal) => retry(signal, () => store.get(key, range, signal)),
    listParts: (multipart, signal) => retry(signal, () => store.listParts(multipart, signal)),
    listUploads: (prefix, signal) => retry(signal, () => store.listUploads(prefix, signal)),
    abort: (multipart, signal) => retry(signal, () => store.abort(multipart, signal)),

    copy: (from, to, when, signal) =>
      // A copy whose answer was lost has made its own condition false.
      retry(signal, () => store.copy(from, to, when, signal), when.kind === 'always' ? isWorthRepeating : wasNotTried),

    async delete(keys, signal) {
      const refused: Failed[] = []
      let again: ReadonlyArray<Failed> = []
      let left = keys
      try {
        await retry(signal, async () => {
          const failed = await store.delete(left, signal)
          refused.push(...failed.filter(({ error }) => !isWorthRepeating(error)))
          again = failed.filter(({ error }) => isWorthRepeating(error))
          left = again.map(({ key }) => key)
          if (again[0]) throw again[0].error
        })
      } catch (error) {
        // What was refused key by key is the answer; what failed as a whole is not.
        if (error !== again[0]?.error) throw error
      }
      return [...refused, ...again]
    }
  }
}

type Failed = Awaited<ReturnType<ObjectStore['delete']>>[number]

const systemPorts: RetryPorts = {
  async sleep(ms, signal) {
    await wait(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
  },
  random: Math.random
}

function isWorthRepeating(error: unknown): boolean {
  return error instanceof AppError && error.isRetryable
}

/** R2 turned it away before looking at it. */
function wasNotTried(error: unknown): boolean {
  return error instanceof AppError && error.code === 'rate-limited'
}
