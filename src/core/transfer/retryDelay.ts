const FIRST_MS = 1_000
const LONGEST_MS = 60_000

/** Failures in a row after which an upload is given up, but for a lost network, which is waited out. */
export const MAX_ATTEMPTS = 8

/**
 * How long to wait before trying again: exponential with full jitter, so that a thousand uploads that failed together
 * do not come back together. What the server asks for is the least.
 *
 * @param attempt Failures so far, from 1.
 * @param random From 0 (inclusive) to 1.
 * @returns ms, at most a minute unless the server asks for more.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(attempt: number, retryAfterMs: number | null, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1))
  return Math.max(retryAfterMs ?? 0, Math.round(ceiling * random()))
}
