import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './FaultScript.ts'
import type { Answer } from './upstream.ts'

/** The steps in which a slow body arrives. */
const SLOW_STEP_BYTES = 16 * 1024

/** Resets the connection when so much of the request has come in. */
export async function resetWithin(
  incoming: IncomingMessage,
  when: Extract<Fault, { kind: 'reset' }>['when']
): Promise<void> {
  if (when !== 'before-body' && Number(incoming.headers['content-length'] ?? 0) > 0) {
    incoming.resume()
    await once(incoming, when === 'in-body' ? 'data' : 'end')
  }
  incoming.socket.resetAndDestroy()
}

/**
 * @param bytesPerSecond Null: as fast as it comes.
 * @throws where the client goes away before the end.
 */
export async function readBody(incoming: IncomingMessage, bytesPerSecond: number | null): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) {
    const bytes: Buffer = chunk
    chunks.push(bytes)
    if (bytesPerSecond === null) continue
    for (let at = 0; at < bytes.length; at += SLOW_STEP_BYTES) {
      await sleep((Math.min(SLOW_STEP_BYTES, bytes.length - at) / bytesPerSecond) * 1_000)
    }
  }
  if (!incoming.complete) throw new Error('The client went away')
  return Buffer.concat(chunks)
}

/** Sends the first half of an answer, of its body where it has one, and ends the connection. */
export function cutAnswer({ socket, method }: IncomingMessage, { status, headers, body }: Answer): void {
  const lines = Object.entries({ 'content-length': body.length, ...headers }).map(
    ([name, value]) => `${name}: ${value}`
  )
  const head = `HTTP/1.1 ${status} Half\r\n${lines.join('\r\n')}\r\n\r\n`
  const half = method === 'HEAD' || body.length === 0 ? head.slice(0, head.length >> 1) : head
  socket.write(half)
  socket.end(half === head ? body.subarray(0, body.length >> 1) : '')
}

/** An answer that names another ETag, in its head and in its body. */
export function withWrongEtag(answer: Answer): Answer {
  const wrong = '0123456789abcdef0123456789abcdef'
  const { etag } = answer.headers
  const body = answer.body.toString('latin1').replace(/(<ETag>(?:&quot;|")?)[0-9a-f]{32}/, `$1${wrong}`)
  return {
    status: answer.status,
    headers: etag === undefined ? answer.headers : { ...answer.headers, etag: etag.replace(/[0-9a-f]{32}/, wrong) },
    body: Buffer.from(body, 'latin1')
  }
}
