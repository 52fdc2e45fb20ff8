import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Fault, FaultScript, type Match, matches, type Rule } from './FaultScript.ts'
import { R2Manners, type R2Options, refusal } from './R2Manners.ts'
import { readS3Request, type S3Request } from './s3Request.ts'
import { type Answer, openUpstream, type Passing, type Target } from './upstream.ts'
import { cutAnswer, readBody, resetWithin, withWrongEtag } from './wire.ts'

/** A request as it came in. */
export type SeenRequest = Pick<S3Request, 'method' | 'kind' | 'key' | 'part' | 'uploadId'> & {
  readonly fault: Fault['kind'] | null
  /** What the client was answered; null while, and where, it was not. */
  readonly status: number | null
}

export type FaultProxy = {
  /** For an S3 client, in the place of the target's. */
  readonly endpoint: string
  /** Everything that came in, in order. */
  readonly seen: ReadonlyArray<SeenRequest>
  /** From now on, this happens. */
  add(rule: Rule): void
  /** No more faults; what is stalled stays so. */
  heal(): void
  /** How many of these came in. */
  count(match: Match): number
  /** The server's clock minus this computer's. It refuses requests that are more than 15 minutes off, as R2 does. */
  setClockOffset(ms: number): void
  /** As if the upload's seven days were over. */
  expireUpload(uploadId: string): void
  close(): void
}

/** R2 refuses what is signed for a time that is further off. */
const MOST_SKEW_MS = 15 * 60_000

/**
 * A proxy on 127.0.0.1 in front of the local R2. It lets requests pass with their signatures, has the manners of R2 that
 * the emulator lacks, and does to a request what `add` says.
 */
export async function startFaultProxy(target: Target, options: Partial<R2Options> = {}): Promise<FaultProxy> {
  const upstream = openUpstream(target)
  const script = new FaultScript()
  const seen: Array<SeenRequest & { status: number | null }> = []
  const basePath = new URL(target.endpoint).pathname
  let clockOffsetMs = 0
  const serverNowMs = () => Date.now() + clockOffsetMs
  const manners = new R2Manners(upstream, {
    pageSize: 1_000,
    keepsConditionsAtCompletion: true,
    nowMs: serverNowMs,
    ...options
  })

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.resetAndDestroy()) // the client has gone, or the target has
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('A TCP server has an address')

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming
    const request = readS3Request(method, url, basePath, headers)
    const fault = script.take(request)
    const { kind, key, part, uploadId } = request
    const entry = { method, kind, key, part, uploadId, fault: fault?.kind ?? null, status: null as number | null }
    seen.push(entry)
    if (fault?.kind === 'reset') {
      await resetWithin(incoming, fault.when)
      manners.losePart(request)
      return
    }
    const body = await readBody(incoming, fault?.kind === 'slow' ? fault.bytesPerSecond : null)
    if (fault?.kind === 'bit-flipped' && body.length > 0) {
      const middle = body.length >> 1
      body[middle] = (body[middle] ?? 0) ^ 1
    }
    if (fault?.kind === 'late') await fault.after()
    const answer = await answerTo(request, { method, url, headers, body }, fault)
    if (answer === null || fault?.kind === 'stall') return once(response, 'close').then(() => {})
    if (fault?.kind === 'answer-lost') {
      incoming.socket.resetAndDestroy()
      return
    }
    const dated = { ...answer, headers: { ...answer.headers, date: new Date(serverNowMs()).toUTCString() } }
    if (fault?.kind === 'answer-cut') {
      cutAnswer(incoming, dated)
      return
    }
    entry.status = answer.status
    const length = method === 'HEAD' || answer.status === 204 ? {} : { 'content-length': answer.body.length }
    response.writeHead(answer.status, { ...dated.headers, ...length }).end(method === 'HEAD' ? undefined : answer.body)
  }

  /** @returns null where the server says nothing. */
  async function answerTo(request: S3Request, passing: Passing, fault: Fault | null): Promise<Answer | null> {
    if (fault?.kind === 'stall' && !fault.acts) return null
    if (fault?.kind === 'refusal' && fault.acts !== true) {
      manners.losePart(request)
      return refused(fault)
    }
    if (isSkewed(passing))
      return refusal(403, 'RequestTimeTooSkewed', 'The request time and the server’s are too far apart.')
    const answer = await manners.answer(request, clockOffsetMs === 0 ? passing : upstream.sign(passing))
    if (fault?.kind === 'refusal') return refused(fault)
    return fault?.kind === 'etag-wrong' ? withWrongEtag(answer) : answer
  }

  function isSkewed({ headers }: Passing): boolean {
    const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(String(headers['x-amz-date'])) ?? []
    if (day === undefined || time === undefined) return false
    const iso = `${day.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`
    return Math.abs(Date.parse(iso) - serverNowMs()) > MOST_SKEW_MS
  }

  return {
    endpoint: `http://127.0.0.1:${address.port}${basePath}`,
    seen,
    add: (rule) => script.add(rule),
    heal: () => script.clear(),
    count: (match) => seen.filter((request) => matches(match, request)).length,
    setClockOffset: (ms) => {
      clockOffsetMs = ms
    },
    expireUpload: (uploadId) => manners.expire(uploadId),
    close: () => {
      server.close()
      server.closeAllConnections()
      upstream.close()
    }
  }
}

function refused({ status, code, headers }: Extract<Fault, { kind: 'refusal' }>): Answer {
  const answer = refusal(status, code)
  return { ...answer, headers: { ...answer.headers, ...headers } }
}
