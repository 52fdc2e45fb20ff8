import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { pipeline, Readable } from 'node:stream'
import { AppError } from '../../../shared/errors.ts'
import type { AccountSecret } from '../../../shared/model/account.ts'
import type { PartDigests } from '../ObjectStore.ts'
import type { Pacer } from '../Pacer.ts'
import { goesWhole, pacedSlices } from '../pacedSlices.ts'
import { defaultTimeouts, type R2Access, type Timeouts } from './createS3Client.ts'
import { createSigner } from './signRequest.ts'
import { toAppError } from './toAppError.ts'

/** An error document has a code and a message; beyond this it is something else's page. */
const MOST_ERROR_BYTES = 64 * 1024

/** Time at R2 minus ours in ms. The SDK's client keeps one too, so both are one object. */
export type ServerClock = { systemClockOffset: number }

export type BodyRequest = {
  /** `/bucket/key`, percent-encoded. */
  readonly path: string
  /** Percent-encoded and sorted by name; `''` for none. */
  readonly query: string
  /** Lower-case names; without those of the body. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  readonly digests: PartDigests
  /** What is tried, for the log. */
  readonly what: string
}

export type BodySender = {
  /** `PUT`s a body. @returns the answer's headers. @throws AppError; `signal.reason`. */
  send(request: BodyRequest, signal: AbortSignal): Promise<IncomingHttpHeaders>
  close(): void
}

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

/**
 * The hot path: objects and parts. A bare request with a signature, where the SDK's command would pass through some
 * thirty layers: 100 KiB objects go out about twice as fast. Everything else is asked through the SDK.
 */
export function createBodySender(
  access: R2Access,
  secret: AccountSecret,
  clock: ServerClock,
  { connectMs, silenceMs }: Timeouts = defaultTimeouts,
  pacer: Pacer | null = null
): BodySender {
  const { protocol, hostname, port, pathname } = new URL(access.endpoint)
  const isPlain = protocol === 'http:'
  const agent = new (isPlain ? HttpAgent : HttpsAgent)({ keepAlive: true, timeout: silenceMs })
  const request = isPlain ? httpRequest : httpsRequest
  const signer = createSigner(access, secret)
  const host = port === '' ? hostname : `${hostname}:${port}`
  const base = pathname.replace(/\/$/, '')

  function attempt({ path, query, headers, bytes, digests }: BodyRequest, signal: AbortSignal): Promise<Answer> {
    const wholePath = base + path
    const signed = signer.sign(
      {
        method: 'PUT',
        path: wholePath,
        query,
        headers: { ...headers, host, ...contentMd5(digests.md5) },
        sha256: digests.sha256
      },
      Date.now() + clock.systemClockOffset
    )
    const url = query === '' ? wholePath : `${wholePath}?${query}`
    signed['content-length'] = String(bytes.length)
    return new Promise((resolve, reject) => {
      const sending = request(
        // A list of headers is written as it is, where a record would be taken apart, looked up and put together again.
        { agent, hostname, port, path: url, method: 'PUT', headers: Object.entries(signed).flat(), timeout: silenceMs },
        (response) => {
          const said: Buffer[] = []
          let saidBytes = 0
          response.on('data', (chunk: Buffer) => {
            if (saidBytes < MOST_ERROR_BYTES) said.push(chunk)
            saidBytes += chunk.length
          })
          response.on('end', () => {
            const body = saidBytes === 0 ? '' : Buffer.concat(said).toString()
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
          })
          response.on('error', reject)
          response.on('aborted', () => reject(lost('The connection ended within the answer')))
        }
      )
      const stop = () => sending.destroy(signal.reason)
      signal.addEventListener('abort', stop)
      sending.on('close', () => signal.removeEventListener('abort', stop))
      sending.on('socket', (socket) => {
        // One that was kept has the time for which the server keeps it, which is not what an answer may take.
        socket.setTimeout(silenceMs)
        if (!socket.connecting) return
        const tooLong = setTimeout(() => sending.destroy(slow(`No connection within ${connectMs} ms`)), connectMs)
        socket.once('connect', () => clearTimeout(tooLong))
        socket.once('close', () => clearTimeout(tooLong))
      })
      sending.on('timeout', () => sending.destroy(slow(`Silence for ${silenceMs} ms`)))
      sending.on('error', reject)
      if (pacer === null || goesWhole(bytes, pacer)) {
        sending.end(bytes)
        return
      }
      const body = Readable.from(pacedSlices(bytes, pacer, signal), { highWaterMark: 1 })
      sending.on('response', (response) => response.on('end', () => body.destroy())) // what was refused is not sent to its end
      pipeline(body, sending, () => {}) // its failures are those of `sending`
    })
  }

  async function send(body: BodyRequest, signal: AbortSignal): Promise<IncomingHttpHeaders> {
    signal.throwIfAborted()
    try {
      const { status, headers, body: text } = await attempt(body, signal)
      if (status >= 200 && status < 300) return headers
      throw refusal(status, headers, text)
    } catch (error) {
      signal.throwIfAborted()
      throw toAppError(error, body.what)
    }
  }

  return {
    async send(body, signal) {
      try {
        return await send(body, signal)
      } catch (error) {
        const atServerMs = error instanceof AppError && error.code === 'clock-skewed' ? dateOf(error) : null
        if (atServerMs === null) throw error
        clock.systemClockOffset = atServerMs - Date.now()
        return send(body, signal) // the same request is right when it is signed for the time at R2
      }
    },
    close: () => agent.destroy()
  }
}

/** R2 checks it on every path, where there is one. */
function contentMd5(md5: string | null): Readonly<Record<string, string>> {
  return md5 === null ? {} : { 'content-md5': Buffer.from(md5, 'hex').toString('base64') }
}

/** In the shape in which the SDK throws, so that one table of codes serves both. */
function refusal(status: number, headers: IncomingHttpHeaders, body: string): Error {
  const name = /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? 'UnknownError'
  const message = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? ''
  return Object.assign(new Error(message), { name, $response: { statusCode: status, headers } })
}

function dateOf(error: AppError): number | null {
  const { $response } = error.cause as { $response?: { headers?: IncomingHttpHeaders } }
  const atMs = Date.parse($response?.headers?.date ?? '')
  return Number.isNaN(atMs) ? null : atMs
}

function slow(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' })
}

function lost(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNRESET' })
}
