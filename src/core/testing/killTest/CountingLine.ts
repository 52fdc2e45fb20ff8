import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const requestKinds = ['put', 'create', 'part', 'complete', 'abort', 'head', 'other'] as const
export type RequestKind = (typeof requestKinds)[number]

/** `asked`: a request has come; `answered`: the store has acted; `passed`: the engine has been told. */
export const moments = ['asked', 'answered', 'passed'] as const
export type Moment = (typeof moments)[number]

/** A part on its way: the store's upload id and the part's number. */
export type AskedPart = { readonly uploadId: string; readonly number: number }

type Unfinished = { readonly key: string; readonly uploadId: string; readonly initiated: string }

/**
 * A line to the local R2 that knows what went over it: each request with its moments, the parts that were sent, and the
 * multipart uploads that are unfinished. It answers ListMultipartUploads, which the emulator does not, in R2's form.
 */
export class CountingLine {
  readonly #server: Server
  readonly #target: URL
  readonly #moments = new EventEmitter<{ moment: [RequestKind, Moment] }>()
  readonly #unfinished = new Map<string, Unfinished>()
  /** Parts in the order in which they were asked for, whatever became of them. */
  readonly askedParts: AskedPart[] = []

  private constructor(target: string) {
    this.#target = new URL(target)
    this.#server = createServer((incoming, outgoing) => this.#forward(incoming, outgoing))
    this.#moments.setMaxListeners(0)
  }

  /** @param target The S3 endpoint of the local R2. */
  static async open(target: string): Promise<CountingLine> {
    const line = new CountingLine(target)
    line.#server.listen(0, '127.0.0.1')
    await once(line.#server, 'listening')
    return line
  }

  /** The signature covers the Host header, which is passed on as it came; the emulator does not insist on its own. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#target.pathname}`
  }

  /** Ids of the multipart uploads below a prefix that were opened and neither completed nor aborted. */
  unfinished(prefix: string): ReadonlyArray<string> {
    return [...this.#unfinished.values()].flatMap(({ key, uploadId }) => (key.startsWith(prefix) ? [uploadId] : []))
  }

  /** @returns a function that stops listening. */
  onMoment(listener: (kind: RequestKind, moment: Moment) => void): () => void {
    this.#moments.on('moment', listener)
    return () => void this.#moments.off('moment', listener)
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = 'GET', url = '/', headers } = incoming
    const asked = new URL(url, this.#target)
    const kind = kindOf(method, asked.searchParams)
    const uploadId = asked.searchParams.get('uploadId') ?? ''
    if (kind === 'part') this.askedParts.push({ uploadId, number: Number(asked.searchParams.get('partNumber')) })
    this.#moments.emit('moment', kind, 'asked')
    if (method === 'GET' && asked.searchParams.has('uploads')) {
      this.#listUploads(asked.searchParams, outgoing)
      return
    }
    const { hostname, port } = this.#target
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('end', () => {
        const body = Buffer.concat(chunks)
        if (answer.statusCode === 200 || answer.statusCode === 204) this.#note(kind, asked, uploadId, body)
        this.#moments.emit('moment', kind, 'answered')
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        outgoing.end(body, () => this.#moments.emit('moment', kind, 'passed'))
      })
    })
    onward.on('error', () => outgoing.destroy())
    // What was passed on whole is acted upon, whoever has died meanwhile; a request cut off in its body is cut off here.
    outgoing.on('close', () => {
      if (!onward.writableEnded) onward.destroy()
    })
    incoming.pipe(onward)
  }

  #note(kind: RequestKind, asked: URL, uploadId: string, body: Buffer): void {
    if (kind === 'complete' || kind === 'abort') this.#unfinished.delete(uploadId)
    if (kind !== 'create') return
    const opened = /<UploadId>([^<]+)<\/UploadId>/.exec(body.toString())?.[1]
    const path = asked.pathname.slice(this.#target.pathname.length + 1)
    const key = decodeURIComponent(path.slice(path.indexOf('/') + 1))
    if (opened) this.#unfinished.set(opened, { key, uploadId: opened, initiated: new Date().toISOString() })
  }

  #listUploads(query: URLSearchParams, outgoing: ServerResponse): void {
    const prefix = query.get('prefix') ?? ''
    const uploads = [...this.#unfinished.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .map(
        ({ key, uploadId, initiated }) =>
          `<Upload><Key>${encodeURIComponent(key)}</Key><UploadId>${uploadId}</UploadId><Initiated>${initiated}</Initiated></Upload>`
      )
    outgoing.writeHead(200, { 'content-type': 'application/xml' })
    outgoing.end(
      `<?xml version="1.0" encoding="UTF-8"?><ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
        `<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${uploads.join('')}</ListMultipartUploadsResult>`
    )
  }
}

function kindOf(method: string, query: URLSearchParams): RequestKind {
  if (method === 'HEAD') return 'head'
  if (method === 'POST' && query.has('uploads')) return 'create'
  if (method === 'POST' && query.has('uploadId')) return 'complete'
  if (method === 'DELETE' && query.has('uploadId')) return 'abort'
  if (method === 'PUT') return query.has('partNumber') ? 'part' : 'put'
  return 'other'
}
