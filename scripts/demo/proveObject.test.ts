import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FrameView, UploadView } from '../../src/shared/model/frame.ts'
import { ORIGINAL } from '../../src/shared/model/output.ts'
import { proveObject } from './proveObject.ts'

const folder = mkdtempSync(join(tmpdir(), 'silverdrop-prove-'))
const path = join(folder, 'notes.txt')
const text = 'what is in the file'

const served = { status: 200, body: text, cacheControl: 'public, max-age=86400', type: 'text/plain' }
let answer = served
const server = createServer((_request, response) => {
  response.writeHead(answer.status, { 'Content-Type': answer.type, 'Cache-Control': answer.cacheControl })
  response.end(answer.body)
})
let link = ''

beforeAll(async () => {
  writeFileSync(path, text)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  link = `http://127.0.0.1:${(server.address() as AddressInfo).port}/photos/notes.txt`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const proof = {
  sizeBytes: text.length,
  sha256: createHash('sha256').update(text).digest('hex'),
  etag: 'e',
  provedAtMs: 0,
  how: 'sent'
} as const
const upload: UploadView = {
  id: '6f1c1b1e-6a53-4d52-9a36-0d6b3f3a4f01',
  outputId: 'original',
  status: 'done',
  key: 'notes.txt',
  sizeBytes: text.length,
  sentBytes: text.length,
  parts: null,
  widthPx: null,
  heightPx: null,
  contentType: 'text/plain',
  attempt: 0,
  retryAtMs: null,
  problem: null,
  restart: null,
  occupant: null,
  proof
}
const frame: FrameView = {
  id: '6f1c1b1e-6a53-4d52-9a36-0d6b3f3a4f02',
  collectionId: '6f1c1b1e-6a53-4d52-9a36-0d6b3f3a4f03',
  name: 'notes.txt',
  folder: '',
  path,
  kind: 'other',
  sizeBytes: text.length,
  status: 'done',
  problem: null,
  notes: [],
  previewUrl: null,
  uploads: [upload]
}

async function faultsWith(change: Partial<typeof served>): Promise<ReadonlyArray<string>> {
  answer = { ...served, ...change }
  return (await proveObject(frame, upload, ORIGINAL, link)).faults
}

describe('proveObject', () => {
  test('is content with the very bytes and headers', async () => {
    expect(await faultsWith({})).toEqual([])
  })

  test('finds other bytes of the same length', async () => {
    expect(await faultsWith({ body: text.toUpperCase() })).toEqual([
      'is not what the proof says',
      'is not the file, byte for byte'
    ])
  })

  test('finds wrong headers', async () => {
    expect(await faultsWith({ type: 'text/html', cacheControl: 'no-store' })).toEqual([
      'content-type is text/html, not text/plain',
      'cache-control is no-store, not public, max-age=86400'
    ])
  })

  test('finds a link that does not open, and one that is not there', async () => {
    expect(await faultsWith({ status: 404 })).toEqual(['the link answers 404'])
    expect((await proveObject(frame, upload, ORIGINAL, undefined)).faults).toEqual(['no link was copied'])
  })
})
