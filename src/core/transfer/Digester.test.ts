import { createHash, randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { MiB } from '../../shared/units.ts'
import { createDigester, type Digester, inlineDigester } from './Digester.ts'

const threads = createDigester(2)
afterAll(() => threads.close())

/** As the BufferPool's: in memory that threads share. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}

/** A digester, with the threads that it starts, as Node announces them. */
function start(threads: number) {
  const workers: Worker[] = []
  const see = (message: unknown) => void workers.push((message as { worker: Worker }).worker)
  subscribe('worker_threads', see)
  const digester = createDigester(threads)
  onTestFinished(() => {
    unsubscribe('worker_threads', see)
    return digester.close()
  })
  return { digester, workers }
}

const digests = (bytes: Uint8Array) => ({
  md5: createHash('md5').update(bytes).digest('hex'),
  sha256: createHash('sha256').update(bytes).digest('hex')
})

describe.each<[string, Digester]>([
  ['inline', inlineDigester],
  ['in threads', threads]
])('a digester %s', (_name, digester) => {
  it.each([0, 1, 32 * 1024, 3 * MiB + 7])('digests a body of %i bytes, shared or not', async (bytes) => {
    const body = randomBytes(bytes)
    expect(await digester.body(body)).toEqual(digests(body))
    expect(await digester.body(shared(body))).toEqual(digests(body))
    expect(await digester.sha256(body)).toBe(digests(body).sha256)
    expect(await digester.sha256(shared(body))).toBe(digests(body).sha256)
  })

  it('keeps many bodies and streams apart that are under way together', async () => {
    const bodies = Array.from({ length: 24 }, (_, n) => shared(randomBytes(50_000 + n)))
    const streamed = bodies.map(async (body) => {
      const stream = digester.stream()
      for (let start = 0; start < body.length; start += 20_000)
        await stream.update(body.subarray(start, start + 20_000))
      return stream.end()
    })
    const whole = await Promise.all(bodies.map((body) => digester.body(body)))
    expect(whole).toEqual(bodies.map(digests))
    expect(await Promise.all(streamed)).toEqual(bodies.map((body) => digests(body).sha256))
  })

  it('goes on after a stream that was given up', async () => {
    const stream = digester.stream()
    await stream.update(shared(randomBytes(10)))
    stream.drop()
    expect(await digester.stream().end()).toBe(digests(new Uint8Array()).sha256)
  })
})

describe('the threads of a digester', () => {
  it('are no more than there is work for', async () => {
    const { digester, workers } = start(4)
    const small = Array.from({ length: 10 }, () => shared(randomBytes(100_000)))
    await Promise.all(small.map((bytes) => digester.sha256(bytes)))
    expect(workers).toHaveLength(1)
    const large = Array.from({ length: 3 }, () => shared(new Uint8Array(8 * MiB)))
    await Promise.all(large.map((bytes) => digester.sha256(bytes)))
    expect(workers).toHaveLength(3)
  })

  it('are several where many questions would stand behind a disk that hangs', async () => {
    const { digester, workers } = start(4)
    const small = Array.from({ length: 40 }, () => shared(randomBytes(40_000)))
    await Promise.all(small.map((bytes) => digester.sha256(bytes)))
    expect(workers.length).toBeGreaterThan(1)
  })

  it('leave a stream alone with its own', async () => {
    const { digester, workers } = start(4)
    const stream = digester.stream()
    await stream.update(shared(randomBytes(10)))
    await digester.sha256(shared(randomBytes(100_000)))
    expect(workers).toHaveLength(2)
    await stream.end()
  })
})

describe('a digester whose thread dies', () => {
  it('fails what it was asked, also a stream that goes on later, and takes another thread for the rest', async () => {
    const { digester, workers } = start(1)
    const body = shared(randomBytes(100_000))
    const stream = digester.stream()
    await stream.update(body)
    const asked = expect(digester.sha256(shared(new Uint8Array(64 * MiB)))).rejects.toMatchObject({
      code: 'engine-stopped'
    })
    await workers[0]?.terminate()
    await asked
    await expect(stream.update(body)).rejects.toMatchObject({ code: 'engine-stopped' })
    await expect(stream.end()).rejects.toMatchObject({ code: 'engine-stopped' })
    stream.drop()
    expect(await digester.body(body)).toEqual(digests(body))
    expect(workers).toHaveLength(2)
  })
})
