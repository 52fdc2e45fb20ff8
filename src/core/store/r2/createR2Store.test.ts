import type { IncomingMessage, RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { R2Account } from '../../../shared/model/account.ts'
import type { ObjectStore } from '../ObjectStore.ts'
import { digestsOf } from '../testing/digestsOf.ts'
import { serve, xmlError } from '../testing/serve.ts'
import { createR2Store } from './createR2Store.ts'

// What the emulator cannot show (r2-facts §15): answers of the real R2, of what stands before it, and of nobody.

const { signal } = new AbortController()
const always = { kind: 'always' } as const
const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }
const bytes = Buffer.from('bytes')
const multipart = { key: 'a.jpg', uploadId: 'upload', partBytes: 5 }
const page = '<!doctype html><html><body>Sign in to the Wi-Fi</body></html>'

async function storeAt(listener: RequestListener): Promise<ObjectStore> {
  return openAt((await serve(listener)).origin)
}

function openAt(endpoint: string, change: Partial<R2Account> = {}): ObjectStore {
  const account = {
    kind: 'r2',
    id: 'a',
    name: 'Studio',
    prefix: '',
    endpoint,
    region: 'auto',
    bucket: 'studio'
  } as const
  return createR2Store(
    { ...account, accessKeyId: 'id', publicBaseUrl: null, ...change },
    { secretAccessKey: 'top-secret', sessionToken: 'session' }
  )
}

/** Every method that asks R2 something. */
const questions: ReadonlyArray<readonly [string, (store: ObjectStore) => Promise<unknown>]> = [
  ['head', (store) => store.head('a', signal)],
  ['list', (store) => store.list({ prefix: '', delimiter: null, after: null, limit: 10 }, signal)],
  ['get', (store) => store.get('a', null, signal)],
  ['put', (store) => store.put('a', bytes, digestsOf(bytes), headers, always, signal)],
  ['copy', (store) => store.copy('a', 'b', always, signal)],
  ['openMultipart', (store) => store.openMultipart('a', 5, headers, signal)],
  ['sendPart', (store) => store.sendPart(multipart, 1, bytes, digestsOf(bytes), signal)],
  ['listParts', (store) => store.listParts(multipart, signal)],
  ['listUploads', (store) => store.listUploads('a', signal)],
  [
    'complete',
    (store) => store.complete(multipart, [{ number: 1, sizeBytes: 5, etag: 'e', md5: null }], always, signal)
  ]
]

describe('createR2Store: an answer that is not of R2', () => {
  it.each(questions)('is not taken for one by %s when it says 200', async (_name, ask) => {
    const store = await storeAt((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'text/html' }).end(page)
    })
    await expect(ask(store)).rejects.toMatchObject({ code: 'endpoint-wrong' })
  })

  it('leaves keys undeleted that it does not name', async () => {
    const store = await storeAt((_request, response) => response.writeHead(200).end(page))
    const failed = await store.delete(['a', 'b'], signal)
    expect(failed).toMatchObject([
      { key: 'a', error: { code: 'endpoint-wrong' } },
      { key: 'b', error: { code: 'endpoint-wrong' } }
    ])
  })

  it.each([
    [302, 'endpoint-wrong'],
    [403, 'endpoint-wrong'],
    [404, 'endpoint-wrong'],
    [500, 'server-error'],
    [502, 'server-error'],
    [503, 'rate-limited'],
    [522, 'server-error'],
    [429, 'rate-limited']
  ])('that says %i is %s', async (status, code) => {
    const store = await storeAt((_request, response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end(page)
    )
    const list = store.list({ prefix: '', delimiter: null, after: null, limit: 10 }, signal)
    await expect(list).rejects.toMatchObject({ code })
  })
})

describe('createR2Store: refusals', () => {
  it.each([
    [403, 'AccessDenied', 'access-denied'],
    [401, 'Unauthorized', 'account-unknown'],
    [403, 'SignatureDoesNotMatch', 'secret-wrong'],
    [403, 'NotEntitled', 'not-entitled'],
    [404, 'NoSuchBucket', 'bucket-missing'],
    [403, 'ObjectLockedByBucketPolicy', 'locked'],
    [400, 'BadDigest', 'digest-mismatch'],
    [400, 'XAmzContentSHA256Mismatch', 'digest-mismatch'],
    [400, 'MetadataTooLarge', 'metadata-too-large'],
    [400, 'EntityTooLarge', 'file-too-large'],
    [412, 'PreconditionFailed', 'conflict'],
    [429, 'TooManyRequests', 'rate-limited'],
    [503, 'ServiceUnavailable', 'rate-limited'],
    [500, 'InternalError', 'server-error'],
    [400, 'IncompleteBody', 'network'],
    [501, 'NotImplemented', 'not-supported'],
    [400, 'SomethingNew', 'bad-request'],
    [599, 'SomethingNew', 'server-error']
  ])('%i %s is %s', async (status, code, ours) => {
    const store = await storeAt((request, response) => {
      request.resume()
      response.writeHead(status, { 'content-type': 'application/xml', 'cf-ray': '8c1-FRA' }).end(xmlError(code, 'why'))
    })
    const put = store.put('w/a.jpg', bytes, digestsOf(bytes), headers, always, signal)
    const error = await put.catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'AppError', code: ours })
    expect(String(error)).toMatch(/put w\/a\.jpg: \d+ \w+: why \(cf-ray 8c1-FRA\)/)
    expect(String(error)).not.toMatch(/top-secret|session/)
  })

  it.each([
    [401, 'account-unknown'],
    [403, 'access-denied'],
    [429, 'rate-limited'],
    [500, 'server-error'],
    [501, 'not-supported']
  ])('of HEAD, whose status %i is all there is, are %s', async (status, code) => {
    const store = await storeAt((_request, response) => response.writeHead(status).end())
    await expect(store.head('a', signal)).rejects.toMatchObject({ code })
  })

  it('tell how long to wait', async () => {
    const answers = ['7', new Date(Date.now() + 60_000).toUTCString(), 'soon']
    const store = await storeAt((_request, response) => {
      response.writeHead(429, { 'retry-after': answers.shift() ?? '' }).end(xmlError('TooManyRequests'))
    })
    const waitMs = async () => {
      const error = await store.get('a', null, signal).catch((caught: unknown) => caught)
      return (error as { retryAfterMs: number | null }).retryAfterMs
    }
    expect(await waitMs()).toBe(7000)
    const untilMs = (await waitMs()) ?? 0
    expect(untilMs).toBeGreaterThan(0)
    expect(untilMs).toBeLessThanOrEqual(60_000)
    expect(await waitMs()).toBeNull()
  })

  it('of an access key id of the wrong length are of the id', async () => {
    const message = 'Credential access key has length 4, should be 32'
    const store = await storeAt((_request, response) =>
      response.writeHead(400).end(xmlError('InvalidArgument', message))
    )
    await expect(store.get('a', null, signal)).rejects.toMatchObject({ code: 'account-unknown' })
  })

  it('for the clock are answered with a signature for the time at R2', async () => {
    const dates: Array<string | string[] | undefined> = []
    const hourAheadMs = Date.now() + 3_600_000
    const store = await storeAt((request, response) => {
      dates.push(request.headers['x-amz-date'])
      const date = new Date(hourAheadMs).toUTCString()
      if (dates.length === 1) response.writeHead(403, { date }).end(xmlError('RequestTimeTooSkewed'))
      else response.writeHead(200, { date, etag: '"e"', 'content-length': '0' }).end()
    })
    await store.put('a', bytes, digestsOf(bytes), headers, always, signal)
    const signedAt = new Date(hourAheadMs).toISOString().slice(0, 13).replaceAll('-', '') // to the hour
    expect(dates[1]).toMatch(new RegExp(`^${signedAt}`))
    expect(new URL((await store.presignGet('a', 60)) ?? '').searchParams.get('X-Amz-Date')).toMatch(
      new RegExp(`^${signedAt}`)
    )
  })

  it('of one key among many are of that key alone', async () => {
    const answer =
      '<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>ObjectLockedByBucketPolicy</Code><Message>held</Message></Error></DeleteResult>'
    const store = await storeAt((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'application/xml' }).end(answer)
    })
    expect(await store.delete(['a', 'b'], signal)).toMatchObject([{ key: 'b', error: { code: 'locked' } }])
  })
})

describe('createR2Store: requests', () => {
  it('carry digests, type, condition and metadata, and no checksum that R2 lacks', async () => {
    let sent: IncomingMessage['headers'] = {}
    const store = await storeAt(async (request, response) => {
      sent = request.headers
      await buffer(request)
      response.writeHead(200, { etag: '"e"' }).end()
    })
    const digests = digestsOf(bytes)
    const metadata = { title: 'Grüße' }
    await store.put('a', bytes, digests, { ...headers, metadata }, { kind: 'absent' }, signal)
    expect(sent).toMatchObject({
      'content-md5': Buffer.from(digests.md5, 'hex').toString('base64'),
      'x-amz-content-sha256': digests.sha256,
      'content-length': '5',
      'content-type': 'image/jpeg',
      'if-none-match': '*',
      'x-amz-meta-title': '=?UTF-8?B?R3LDvMOfZQ==?=',
      'x-amz-security-token': 'session'
    })
    expect(Object.keys(sent).filter((name) => /checksum|trailer|expect|encoding/.test(name))).toEqual([])
  })

  it('ask R2 in its own words for a condition about the target of a copy', async () => {
    const sent: Array<IncomingMessage['headers']> = []
    const store = await storeAt((request, response) => {
      sent.push(request.headers)
      response.writeHead(200).end('<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>')
    })
    expect(await store.copy('w/Zoë & Max.jpg', 'b', { kind: 'absent' }, signal)).toBe('e')
    await store.copy('a', 'b', { kind: 'matches', etag: 'seen' }, signal)
    expect(sent[0]).toMatchObject({
      'x-amz-copy-source': '/studio/w/Zo%C3%AB%20%26%20Max.jpg',
      'cf-copy-destination-if-none-match': '*'
    })
    expect(sent[1]).toMatchObject({ 'cf-copy-destination-if-match': '"seen"' })
  })

  it('are made once: to repeat them is for others', async () => {
    let count = 0
    const store = await storeAt((request, response) => {
      count += 1
      request.resume()
      response.writeHead(500).end(xmlError('InternalError'))
    })
    for (const [, ask] of questions) await ask(store).catch(() => {})
    expect(count).toBe(questions.length)
  })
})

describe('createR2Store: parts', () => {
  it('are listed over all pages, with the MD5 only where the ETag is one', async () => {
    const md5 = digestsOf(bytes).md5
    const part = (number: number, etag: string) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag><Size>5</Size></Part>`
    const store = await storeAt((request, response) => {
      const isSecond = request.url?.includes('part-number-marker=2')
      response
        .writeHead(200, { 'content-type': 'application/xml' })
        .end(
          isSecond
            ? `<ListPartsResult><IsTruncated>false</IsTruncated>${part(3, md5)}</ListPartsResult>`
            : `<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker>${part(1, md5)}${part(2, 'opaque')}</ListPartsResult>`
        )
    })
    expect(await store.listParts(multipart, signal)).toEqual([
      { number: 1, sizeBytes: 5, etag: md5, md5 },
      { number: 2, sizeBytes: 5, etag: 'opaque', md5: null },
      { number: 3, sizeBytes: 5, etag: md5, md5 }
    ])
  })

  it('are unknown, not absent, where the store cannot list them', async () => {
    const store = await storeAt((_request, response) => response.writeHead(501).end(xmlError('NotImplemented')))
    expect(await store.listParts(multipart, signal)).toBeNull()
  })

  it('of an upload that is gone are an error', async () => {
    const store = await storeAt((_request, response) => response.writeHead(404).end(xmlError('NoSuchUpload')))
    await expect(store.listParts(multipart, signal)).rejects.toMatchObject({ code: 'upload-missing' })
    await store.abort(multipart, signal)
  })

  it('that R2 has otherwise than they were sent are told', async () => {
    const etags = [digestsOf(Buffer.from('other')).md5, 'opaque']
    const store = await storeAt((request, response) => {
      request.resume()
      response.writeHead(200, { etag: `"${etags.shift()}"` }).end()
    })
    const send = () => store.sendPart(multipart, 1, bytes, digestsOf(bytes), signal)
    await expect(send()).rejects.toMatchObject({ code: 'digest-mismatch' })
    expect(await send()).toMatchObject({ etag: 'opaque', md5: digestsOf(bytes).md5 })
  })

  it('that were not joined although the answer began with 200 are told', async () => {
    const store = await storeAt((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'application/xml' }).end(xmlError('InternalError'))
    })
    const complete = store.complete(multipart, [{ number: 1, sizeBytes: 5, etag: 'e', md5: null }], always, signal)
    await expect(complete).rejects.toMatchObject({ code: 'server-error' })
  })
})

describe('createR2Store: connections', () => {
  it('that are refused, or cut before an answer, are the network', async () => {
    const { origin, close } = await serve((request) => request.socket.destroy())
    await expect(openAt(origin).head('a', signal)).rejects.toMatchObject({ code: 'network' })
    close()
    await expect(openAt(origin).head('a', signal)).rejects.toMatchObject({ code: 'network' })
    await expect(openAt('http://r2.invalid').head('a', signal)).rejects.toMatchObject({ code: 'network' })
  })

  it('that were kept give an answer as much time as new ones, however soon the server would end them', async () => {
    let count = 0
    const store = await storeAt((request, response) => {
      request.resume()
      count += 1
      const answer = () => response.writeHead(200, { etag: '"opaque"', 'keep-alive': 'timeout=2' }).end()
      if (count === 1) answer()
      else setTimeout(answer, 1_500)
    })
    const send = () => store.sendPart(multipart, 1, bytes, digestsOf(bytes), signal)
    await send()
    expect(await send()).toMatchObject({ etag: 'opaque' })
  })

  it('that are cut within a body fail the body', async () => {
    const store = await storeAt((request, response) => {
      response.writeHead(200, { etag: '"e"', 'content-length': '1000' })
      response.write('only this', () => request.socket.destroy())
    })
    const body = await store.get('a', null, signal)
    await expect(buffer(body)).rejects.toMatchObject({ name: 'AppError', code: 'network' })
  })

  it('are ended by an abort while the other side is silent, before and within the answer', async () => {
    const reason = new DOMException('Stopped', 'AbortError')
    const before = new AbortController()
    const silent = await storeAt(() => before.abort(reason))
    await expect(silent.head('a', before.signal)).rejects.toBe(reason)

    const within = new AbortController()
    const stalling = await storeAt((_request, response) => {
      response.writeHead(200, { etag: '"e"', 'content-length': '1000' })
      response.write('only this')
    })
    const reader = (await stalling.get('a', null, within.signal)).getReader()
    await reader.read()
    const next = reader.read()
    within.abort(reason)
    await expect(next).rejects.toBe(reason)
  })

  it('are ended when a body is not wanted any more, read or not', async () => {
    for (const isRead of [true, false]) {
      const { promise: closed, resolve } = Promise.withResolvers<void>()
      const store = await storeAt((request, response) => {
        request.socket.once('close', resolve)
        response.writeHead(200, { etag: '"e"', 'content-length': '1000' })
        response.write('only this')
      })
      const reader = (await store.get('a', null, signal)).getReader()
      if (isRead) await reader.read()
      await reader.cancel()
      await closed
    }
  })
})

describe('createR2Store: listings of uploads', () => {
  it('end where a page leads to itself', async () => {
    const marker = '<IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>'
    const markers = `${marker}<NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>`
    const store = await storeAt((request, response) => {
      const name = request.url?.includes('uploadId') ? 'ListPartsResult' : 'ListMultipartUploadsResult'
      response.writeHead(200, { 'content-type': 'application/xml' }).end(`<${name}>${markers}</${name}>`)
    })
    await expect(store.listParts(multipart, signal)).rejects.toMatchObject({ code: 'endpoint-wrong' })
    await expect(store.listUploads('a', signal)).rejects.toMatchObject({ code: 'endpoint-wrong' })
  })
})

describe('createR2Store: links', () => {
  it('are public only below an address that the person gave', () => {
    expect(openAt('https://x.r2.cloudflarestorage.com').publicUrl('a')).toBeNull()
    const store = openAt('https://x.r2.cloudflarestorage.com', { publicBaseUrl: 'https://photos.example.com/' })
    expect(store.publicUrl('w/ö.jpg')).toBe('https://photos.example.com/w/%C3%B6.jpg')
  })

  it('are signed for as long as was asked, and for nothing else', async () => {
    const url = new URL((await openAt('https://x.r2.cloudflarestorage.com').presignGet('w/ö #1.jpg', 604_800)) ?? '')
    expect(url.origin + url.pathname).toBe('https://x.r2.cloudflarestorage.com/studio/w/%C3%B6%20%231.jpg')
    expect(url.searchParams.get('X-Amz-Expires')).toBe('604800')
    expect([...url.searchParams.keys()].filter((name) => /checksum/i.test(name))).toEqual([])
  })
})
