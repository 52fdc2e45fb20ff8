import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 50

/**
 * Asks until there is an answer.
 *
 * @param look Answers null while it is not so.
 * @param what What is waited for, for the error.
 * @throws after `limitMs`.
 */
export async function poll<T>(look: () => Promise<T | null>, what: string, limitMs: number): Promise<T> {
  const startedAtMs = performance.now()
  for (;;) {
    const answer = await look()
    if (answer !== null) return answer
    if (performance.now() - startedAtMs > limitMs) throw new Error(`Waited ${limitMs} ms for ${what}`)
    await sleep(EVERY_MS)
  }
}
