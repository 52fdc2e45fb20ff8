import type { Certificate } from './makeCertificate.ts'
import { startNullEndpoint } from './startNullEndpoint.ts'
import type { Cost } from './watchProcess.ts'

export type Sent = Cost & { readonly seconds: number }

/** Sends the same files to an endpoint. */
export type Contender = { readonly name: string; readonly send: (origin: string) => Promise<Sent> }

export type Best = Sent & { readonly name: string }

/**
 * Lets all send in turn, so that a slow moment of the machine hits all, each time to an endpoint that has seen nothing.
 *
 * @param rounds The best of so many counts, since what disturbs a run only makes it slower.
 * @param certificate With one the endpoint speaks HTTPS.
 * @returns each one's best, the quickest first.
 */
export async function contend(
  rounds: number,
  contenders: ReadonlyArray<Contender>,
  certificate: Certificate | null
): Promise<ReadonlyArray<Best>> {
  const best = new Map<string, Best>()
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, send } of contenders) {
      const endpoint = await startNullEndpoint(certificate)
      try {
        const sent = await send(endpoint.origin)
        console.error(`${name}, round ${round} of ${rounds}: ${sent.seconds.toFixed(3)} s`)
        if (sent.seconds < (best.get(name)?.seconds ?? Number.POSITIVE_INFINITY)) best.set(name, { name, ...sent })
      } finally {
        await endpoint.close()
      }
    }
  }
  return [...best.values()].sort((a, b) => a.seconds - b.seconds)
}
