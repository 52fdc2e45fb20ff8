import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createR2Store } from '../src/core/store/r2/createR2Store.ts'
import type { R2Account } from '../src/shared/model/account.ts'
import { type NullEndpoint, startNullEndpoint } from './startNullEndpoint.ts'

let endpoint: NullEndpoint
beforeAll(async () => {
  endpoint = await startNullEndpoint()
})
afterAll(() => endpoint.close())

const signal = new AbortController().signal
const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: { note: 'Zoë' } }

function openStore() {
  const account: R2Account = {
    id: 'null',
    kind: 'r2',
    name: 'null',
    prefix: '',
    endpoint: endpoint.origin,
    region: 'auto',
    bucket: 'photos',
    accessKeyId: 'bench',
    publicBaseUrl: null
  }
  return createR2Store(account, { secretAccessKey: 'bench' })
}

function digestsOf(bytes: Uint8Array) {
  const hex = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex')
  return { md5: hex('md5'), sha256: hex('sha256') }
}

describe('nullEndpoint', () => {
  it('remembers of an object what a proof asks for', async () => {
    const store = openStore()
    const bytes = Buffer.from('content')
    const etag = await store.put('a b/ü.jpg', bytes, digestsOf(bytes), headers, { kind: 'absent' }, signal)
    expect(etag).toBe(digestsOf(bytes).md5)
    expect(await store.head('a b/ü.jpg', signal)).toMatchObject({ sizeBytes: 7, etag, metadata: { note: 'Zoë' } })
    expect(await store.head('other', signal)).toBeNull()
    const again = store.put('a b/ü.jpg', bytes, digestsOf(bytes), headers, { kind: 'absent' }, signal)
    await expect(again).rejects.toMatchObject({ code: 'conflict' })
    const listed = await store.list({ prefix: 'a', delimiter: null, after: null, limit: 10 }, signal)
    expect(listed.objects).toMatchObject([{ key: 'a b/ü.jpg', sizeBytes: 7 }])
    await store.close()
  })

  it('joins the parts of an upload and knows it no more', async () => {
    const store = openStore()
    const bytes = Buffer.alloc(100, 1)
    const multipart = await store.openMultipart('big.bin', 100, headers, signal)
    const parts = [
      await store.sendPart(multipart, 2, bytes.subarray(50), digestsOf(bytes.subarray(50)), signal),
      await store.sendPart(multipart, 1, bytes, digestsOf(bytes), signal)
    ]
    const etag = await store.complete(multipart, parts, { kind: 'always' }, signal)
    expect(etag).toMatch(/-2$/)
    expect(await store.head('big.bin', signal)).toMatchObject({ sizeBytes: 150, etag })
    await expect(store.complete(multipart, parts, { kind: 'always' }, signal)).rejects.toMatchObject({
      code: 'upload-missing'
    })
    await store.close()
  })
})
