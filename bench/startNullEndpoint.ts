import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Certificate } from './makeCertificate.ts'

export type NullEndpoint = { readonly origin: string; close(): Promise<void> }

/**
 * Starts one that has seen nothing yet. It ends with this process at the latest.
 *
 * @param certificate With one it speaks HTTPS.
 */
export async function startNullEndpoint(certificate: Certificate | null = null): Promise<NullEndpoint> {
  const args = certificate === null ? [] : [certificate.keyPath, certificate.certificatePath]
  const child = fork(join(import.meta.dirname, 'nullEndpoint.ts'), args)
  const ended = once(child, 'exit')
  const [port] = await Promise.race([
    once(child, 'message'),
    ended.then(() => {
      throw new Error('The null endpoint did not start')
    })
  ])
  return {
    origin: `${certificate === null ? 'http' : 'https'}://127.0.0.1:${port}`,
    close: async () => {
      child.disconnect()
      await ended
    }
  }
}
