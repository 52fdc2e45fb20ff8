import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { KiB } from '../../shared/units.ts'
import { createFolderStore } from '../store/folder/createFolderStore.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { openStore } from '../store/openStore.ts'
import { BandwidthLimiter } from './BandwidthLimiter.ts'

const { signal } = new AbortController()
const bytes = new Uint8Array(2_000_000).fill(7)
const digests = { md5: hash('md5', bytes, 'hex'), sha256: hash('sha256', bytes, 'hex') }
const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }

function limitedTo(bytesPerSecond: number | null): BandwidthLimiter {
  const limiter = new BandwidthLimiter()
  limiter.setRate(bytesPerSecond)
  return limiter
}

async function secondsOf(act: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await act()
  return (performance.now() - startedMs) / 1_000
}

/** An endpoint that takes everything, and notes when how much of it came. */
async function startEndpoint() {
  const arrivals: Array<{ readonly atMs: number; readonly bytes: number }> = []
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => arrivals.push({ atMs: performance.now(), bytes: chunk.length }))
    request.on('end', () => response.writeHead(200, { etag: `"${digests.md5}"` }).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { arrivals, endpoint: `http://127.0.0.1:${port}` }
}

async function openR2(endpoint: string, limiter: BandwidthLimiter): Promise<ObjectStore> {
  const store = await openStore(
    {
      id: 'r2',
      kind: 'r2',
      name: 'R2',
      prefix: '',
      endpoint,
      region: 'auto',
      bucket: 'photos',
      accessKeyId: 'key',
      publicBaseUrl: null
    },
    { secretAccessKey: 'secret' },
    () => Promise.reject(new Error('Not asked for')),
    limiter
  )
  onTestFinished(() => store.close())
  return store
}

describe('BandwidthLimiter', () => {
  it('lets everything through where there is no limit', async () => {
    const limiter = limitedTo(null)
    expect(limiter.isLimiting).toBe(false)
    await limiter.take(Number.MAX_SAFE_INTEGER, signal)
  })

  it('gives out no more than its rate, whoever asks', async () => {
    const limiter = limitedTo(1_000_000)
    const seconds = await secondsOf(() => Promise.all(Array.from({ length: 20 }, () => limiter.take(25_000, signal))))
    expect(seconds).toBeGreaterThan(0.4)
  })

  it('lets a new rate hold at once for what waits, "nothing" and "no limit" included', async () => {
    const limiter = limitedTo(16 * KiB)
    await limiter.take(1_000_000, signal) // a minute's worth, on credit
    let isThrough = false
    const waiting = limiter.take(1, signal).then(() => {
      isThrough = true
    })
    limiter.setRate(0)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(isThrough).toBe(false)
    limiter.setRate(null)
    await waiting
  })

  it('lets go of who is stopped while waiting', async () => {
    const limiter = limitedTo(0)
    const stop = new AbortController()
    const waiting = limiter.take(1, stop.signal)
    stop.abort(new Error('Stopped'))
    await expect(waiting).rejects.toThrow('Stopped')
    await expect(limiter.take(1, stop.signal)).rejects.toThrow('Stopped')
  })
})

describe('a limited store', () => {
  it('lets a body flow to R2 at its pace, not in jumps, and arrive whole', async () => {
    const { arrivals, endpoint } = await startEndpoint()
    const store = await openR2(endpoint, limitedTo(1_000_000))
    const seconds = await secondsOf(() => store.put('a.jpg', bytes, digests, headers, { kind: 'always' }, signal))
    expect(seconds).toBeGreaterThan(1.6)
    expect(arrivals.reduce((sum, one) => sum + one.bytes, 0)).toBe(2_000_000)
    const firstMs = arrivals[0]?.atMs ?? 0
    const inFirstSecond = arrivals.filter(({ atMs }) => atMs - firstMs < 1_000).reduce((sum, one) => sum + one.bytes, 0)
    expect(inFirstSecond).toBeLessThan(1_300_000)
  })

  it('is as fast as before once the limit is gone, in the middle of a body too', async () => {
    const { arrivals, endpoint } = await startEndpoint()
    const limiter = limitedTo(16 * KiB) // two minutes for this body
    const store = await openR2(endpoint, limiter)
    const done = store.put('a.jpg', bytes, digests, headers, { kind: 'always' }, signal)
    await expect.poll(() => arrivals.length, { timeout: 10_000 }).toBeGreaterThan(0)
    limiter.setRate(null)
    expect(await done).toBe(digests.md5)
  })

  it('stops at once in the middle of a body', async () => {
    const { arrivals, endpoint } = await startEndpoint()
    const store = await openR2(endpoint, limitedTo(16 * KiB))
    const stop = new AbortController()
    const done = store.put('a.jpg', bytes, digests, headers, { kind: 'always' }, stop.signal)
    done.catch(() => {})
    await expect.poll(() => arrivals.length, { timeout: 10_000 }).toBeGreaterThan(0)
    const reason = new DOMException('Paused', 'AbortError')
    stop.abort(reason)
    await expect(done).rejects.toBe(reason)
  })

  it('does not go on with a body that was refused before it was sent', async () => {
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const store = await openR2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, limitedTo(16 * KiB))
    const done = store.put('a.jpg', bytes, digests, headers, { kind: 'always' }, signal)
    await expect(done).rejects.toMatchObject({ code: 'rate-limited' }) // at 16 KiB/s the body would take two minutes
  })

  it('writes into a folder at its pace, in one piece and in parts', async () => {
    const path = mkdtempSync(join(tmpdir(), 'silverdrop-limited-'))
    onTestFinished(() => rmSync(path, { recursive: true }))
    const store = createFolderStore({ path, publicBaseUrl: null }, limitedTo(4_000_000))
    const seconds = await secondsOf(async () => {
      await store.put('a.jpg', bytes, digests, headers, { kind: 'absent' }, signal)
      const multipart = await store.openMultipart('b.jpg', 5_242_880, headers, signal)
      const part = await store.sendPart(multipart, 1, bytes, digests, signal)
      await store.complete(multipart, [part], { kind: 'absent' }, signal)
    })
    expect(seconds).toBeGreaterThan(0.8)
    for (const key of ['a.jpg', 'b.jpg']) {
      const found = new Uint8Array(await new Response(await store.get(key, null, signal)).arrayBuffer())
      expect(Buffer.compare(found, bytes)).toBe(0)
    }
  })
})
