import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { createSigner } from '../../store/r2/signRequest.ts'
import { encodeKey } from '../../store/r2/toObjectUrl.ts'

/** The local R2 behind the proxy. */
export type Target = {
  readonly endpoint: string
  readonly publicOrigin: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export type Passing = {
  readonly method: string
  /** With base path and query, as it was sent: the signature covers it. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }

export type Upstream = {
  forward(passing: Passing): Promise<Answer>
  /** The same request signed anew, for now; what it says about its body stays as it is. */
  sign(passing: Passing): Passing
  /** The ETag of what stands at a key, without quotes; null for nothing. */
  etagOf(bucket: string, key: string): Promise<string | null>
  close(): void
}

/** Ends of a connection, which are for one connection alone. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date'])

export function openUpstream(target: Target): Upstream {
  const agent = new Agent({ keepAlive: true })
  const { hostname, port } = new URL(target.endpoint)
  const signer = createSigner({ ...target, region: 'auto' }, target)

  return {
    forward: ({ method, url, headers, body }) =>
      new Promise((resolve, reject) => {
        // The host stays that of the proxy, which is what the client has signed.
        const own = { ...endToEnd(headers), 'content-length': body.length }
        const passed = httpRequest({ agent, hostname, port, method, path: url, headers: own }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            const length = response.headers['content-length'] // of a HEAD: what the body would have
            const kept = {
              ...endToEnd(response.headers),
              ...(method === 'HEAD' && length ? { 'content-length': length } : {})
            }
            resolve({ status: response.statusCode ?? 0, headers: kept, body: Buffer.concat(chunks) })
          })
        })
        passed.on('error', reject)
        passed.end(body)
      }),

    sign: ({ method, url, headers, body }) => {
      const { pathname, searchParams } = new URL(url, target.endpoint)
      const signed = Object.entries(headers).filter(
        ([name]) => name === 'host' || name === 'content-type' || name === 'content-md5' || name.startsWith('x-amz-')
      )
      const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
      const request = {
        method,
        path: pathname,
        query: query.join('&'),
        headers: Object.fromEntries(signed.map(([name, value]) => [name, String(value)])),
        sha256: String(headers['x-amz-content-sha256'])
      }
      return { method, url, body, headers: { ...headers, ...signer.sign(request, Date.now()) } }
    },

    etagOf: async (bucket, key) => {
      const answer = await fetch(`${target.publicOrigin}/${bucket}/${encodeKey(key)}`, { method: 'HEAD' })
      return answer.ok ? (answer.headers.get('etag') ?? '').replaceAll('"', '') : null
    },

    close: () => agent.destroy()
  }
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)))
}

/** A part of a query is encoded like a segment of a path, slash included. */
function encode(text: string): string {
  return encodeKey(text).replaceAll('/', '%2F')
}
