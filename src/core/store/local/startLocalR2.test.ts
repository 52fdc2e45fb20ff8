import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ObjectStore } from '../ObjectStore.ts'
import { digestsOf } from '../testing/digestsOf.ts'
import { createLocalStore } from './createLocalStore.ts'
import { hasLocalR2, type LocalR2, startLocalR2 } from './startLocalR2.ts'

const { signal } = new AbortController()
const bytes = Buffer.from('bytes')
let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'silverdrop-local-r2-'))
})
afterEach(() => rm(home, { recursive: true, maxRetries: 5 }))

async function start(...buckets: ReadonlyArray<string>): Promise<LocalR2> {
  const localR2 = await startLocalR2({ home, buckets: buckets.length > 0 ? buckets : ['photos'] })
  onTestFinished(() => localR2.close())
  return localR2
}

function openStore(localR2: LocalR2, bucket = 'photos'): ObjectStore {
  return createLocalStore({ kind: 'local', id: 'local', name: 'Here', prefix: '', bucket }, localR2)
}

function put(store: ObjectStore, key: string): Promise<string> {
  const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }
  return store.put(key, bytes, digestsOf(bytes), headers, { kind: 'always' }, signal)
}

async function workerdPid(): Promise<number> {
  return JSON.parse(await readFile(join(home, 'local-r2', 'endpoint.json'), 'utf8')).workerdPid
}

async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(10)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A program that starts the local R2 of this home and waits to be killed. */
async function startElsewhere(): Promise<ChildProcess> {
  const module = new URL('./startLocalR2.ts', import.meta.url).href
  const program = `const { startLocalR2 } = await import(${JSON.stringify(module)})
    await startLocalR2(${JSON.stringify({ home, buckets: ['photos'] })})
    process.send('started')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

describe.runIf(hasLocalR2())('startLocalR2', () => {
  it('keeps objects, address and keys from one start to the next', async () => {
    const first = await start()
    await put(openStore(first), 'a.jpg')
    await first.close()
    await first.close()
    const second = await start('photos', 'another')
    expect({ ...second, close: null }).toEqual({ ...first, close: null })
    expect(await openStore(second).head('a.jpg', signal)).toMatchObject({ sizeBytes: 5 })
    expect(await openStore(second, 'another').head('a.jpg', signal)).toBeNull()
  })

  it('is started anew at its address where it is alive and answers nothing', { timeout: 180_000 }, async () => {
    const localR2 = await startLocalR2({ home, buckets: ['photos'], lookMs: 20 })
    onTestFinished(() => localR2.close())
    await put(openStore(localR2), 'a.jpg')
    const hanging = await workerdPid()
    process.kill(hanging, 'SIGSTOP')
    await untilGone(hanging)
    const head = () => openStore(localR2).head('a.jpg', signal)
    await vi.waitFor(async () => expect(await head()).toMatchObject({ sizeBytes: 5 }), { timeout: 60_000 })
    await vi.waitFor(async () => expect(await workerdPid()).not.toBe(hanging), { timeout: 60_000 })
  })

  it('takes another port where its own is taken, and keeps the objects', async () => {
    const first = await start()
    await put(openStore(first), 'a.jpg')
    await first.close()
    const squatter = createServer((_request, response) => response.end()).listen(
      Number(new URL(first.endpoint).port),
      '127.0.0.1'
    )
    onTestFinished(() => void squatter.close())
    await once(squatter, 'listening')
    const second = await start()
    expect(second.endpoint).not.toBe(first.endpoint)
    expect(await openStore(second).head('a.jpg', signal)).toMatchObject({ sizeBytes: 5 })
  })

  it('joins the one that runs, and leaves it running', async () => {
    const first = await start()
    const joined = await start()
    expect(joined.endpoint).toBe(first.endpoint)
    await joined.close()
    await put(openStore(first), 'a.jpg')
    await expect(startLocalR2({ home, buckets: ['missing'] })).rejects.toMatchObject({ code: 'bucket-missing' })
  })

  it('is one, however many start it at the same moment', async () => {
    const all = await Promise.all([start(), start(), start()])
    expect(new Set(all.map(({ endpoint }) => endpoint)).size).toBe(1)
  })

  it('ends with the process that started it, also if that is killed, and Cloudflare’s runtime with it', async () => {
    const program = await startElsewhere()
    const runtime = await workerdPid()
    expect(isAlive(runtime)).toBe(true)
    program.kill('SIGKILL')
    await untilGone(runtime)
    await put(openStore(await start()), 'a.jpg')
  })

  // Windows has no process groups; there the next start ends what was left.
  it.skipIf(process.platform === 'win32')('ends its runtime when its own process is killed', async () => {
    const localR2 = await start()
    const runtime = await workerdPid()
    const parent = Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(runtime)], { encoding: 'utf8' }))
    process.kill(parent, 'SIGKILL')
    await untilGone(runtime)
    await expect(openStore(localR2).head('a.jpg', signal)).rejects.toMatchObject({ code: 'network' })
  })

  it.skipIf(process.platform === 'win32')('keeps its keys to the person whose home it is', async () => {
    await start()
    expect((await stat(join(home, 'local-r2', 'endpoint.json'))).mode & 0o077).toBe(0)
  })
})
