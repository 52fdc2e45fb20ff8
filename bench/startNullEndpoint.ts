import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export type NullEndpoint = { readonly origin: string; close(): Promise<void> }

/** Starts one that has seen nothing yet. It ends with this process at the latest. */
export async function startNullEndpoint(): Promise<NullEndpoint> {
  const child = fork(join(import.meta.dirname, 'nullEndpoint.ts'))
  const ended = once(child, 'exit')
  const [port] = await Promise.race([
    once(child, 'message'),
    ended.then(() => {
      throw new Error('The null endpoint did not start')
    })
  ])
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      child.disconnect()
      await ended
    }
  }
}
