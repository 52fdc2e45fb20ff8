import { startNullEndpoint } from './startNullEndpoint.ts'

/** Sends the same files to an endpoint. @returns seconds. */
export type Contender = { readonly name: string; readonly send: (origin: string) => Promise<number> }

export type Best = { readonly name: string; readonly seconds: number }

/**
 * Lets all send in turn, so that a slow moment of the machine hits all, each time to an endpoint that has seen nothing.
 *
 * @param rounds The best of so many counts, since what disturbs a run only makes it slower.
 * @returns each one's best, the quickest first.
 */
export async function contend(rounds: number, contenders: ReadonlyArray<Contender>): Promise<ReadonlyArray<Best>> {
  const best = new Map<string, number>()
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, send } of contenders) {
      const endpoint = await startNullEndpoint()
      try {
        const seconds = await send(endpoint.origin)
        console.error(`${name}, round ${round} of ${rounds}: ${seconds.toFixed(3)} s`)
        best.set(name, Math.min(seconds, best.get(name) ?? seconds))
      } finally {
        await endpoint.close()
      }
    }
  }
  return [...best].map(([name, seconds]) => ({ name, seconds })).sort((a, b) => a.seconds - b.seconds)
}
