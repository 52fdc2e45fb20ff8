import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallInput, CallOutput, EngineCallName } from '../shared/ipc/contract.ts'
import type { EngineConfig, FromEngine } from '../shared/ipc/engine.ts'
import { defaultSettings } from '../shared/model/settings.ts'
import { MiB } from '../shared/units.ts'
import { entryPath } from './entryPath.ts'
import { type LocalR2, startLocalR2 } from './store/local/startLocalR2.ts'

const bucket = 'photos'
let folder: string
let localR2: LocalR2
let line: Line

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silverdrop-process-'))
  localR2 = await startLocalR2({ home: join(folder, 'r2'), buckets: [bucket] })
  line = await openLine(localR2.endpoint)
})
afterAll(async () => {
  line.server.closeAllConnections()
  line.server.close()
  await localR2.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A line to the local R2 that writes down what went over it. */
type Line = {
  readonly server: Server
  readonly endpoint: string
  /** `PUT` requests that the store answered with 200, in order: path and query. */
  readonly acknowledged: string[]
}

async function openLine(target: string): Promise<Line> {
  const { hostname, port } = new URL(target)
  const acknowledged: string[] = []
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method, url = '/', headers } = incoming
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      if (method === 'PUT' && answer.statusCode === 200) acknowledged.push(url)
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  }
  const server = createServer(forward)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { pathname } = new URL(target)
  // The signature covers the Host header, which is passed on as it came; the emulator does not insist on its own.
  return { server, acknowledged, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}` }
}

/** The engine as main runs it. */
class EngineChild {
  readonly child: ChildProcess
  #lastId = 0
  readonly #open = new Map<number, (message: Extract<FromEngine, { kind: 'reply' }>) => void>()

  constructor(home: string) {
    this.child = spawn(process.execPath, [entryPath('engine'), '--home', home], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced'
    })
    this.child.on('message', (message: FromEngine) => {
      if (message.kind === 'reply') this.#open.get(message.id)?.(message)
    })
  }

  async ask(name: string, input: unknown): Promise<unknown> {
    this.#lastId += 1
    const id = this.#lastId
    const answer = new Promise<Extract<FromEngine, { kind: 'reply' }>>((resolve) => this.#open.set(id, resolve))
    this.child.send({ kind: 'call', id, name, input })
    const reply = await answer
    if (!reply.ok) throw new Error(`${name}: ${reply.error.code} ${reply.error.detail}`)
    return reply.value
  }

  call<K extends EngineCallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>> {
    return this.ask(name, input) as Promise<CallOutput<K>>
  }

  async kill(): Promise<void> {
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
  }

  /** As when main ends: the channel closes. @returns the exit status. */
  async leave(): Promise<number | null> {
    const gone = once(this.child, 'exit')
    this.child.disconnect()
    const [status] = await gone
    return status as number | null
  }
}

function config(): EngineConfig {
  return {
    accounts: [
      {
        account: {
          id: 'r2',
          kind: 'r2',
          name: 'R2',
          endpoint: line.endpoint,
          region: 'auto',
          bucket,
          accessKeyId: localR2.accessKeyId,
          publicBaseUrl: `${localR2.publicOrigin}/${bucket}`,
          prefix: ''
        },
        secret: { secretAccessKey: localR2.secretAccessKey }
      }
    ],
    defaultAccountId: 'r2',
    newCollection: defaultSettings.newCollection
  }
}

async function start(home: string): Promise<EngineChild> {
  const engine = new EngineChild(home)
  const [ready] = await once(engine.child, 'message')
  expect(ready).toEqual({ kind: 'ready' })
  await engine.ask('engine:configure', config())
  return engine
}

async function until(holds: () => Promise<boolean> | boolean, limitMs = 60_000): Promise<void> {
  const deadlineMs = Date.now() + limitMs
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`Waited for ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('the engine, killed with SIGKILL in the middle of a folder', () => {
  it('finishes the job when it is started again: nothing lost, no second key, no acknowledged part sent twice', async () => {
    const shoot = join(folder, 'shoot')
    const home = join(folder, 'home')
    mkdirSync(shoot)
    const sources = new Map<string, Buffer>()
    const add = (name: string, bytes: Buffer) => {
      sources.set(name, bytes)
      writeFileSync(join(shoot, name), bytes)
    }
    add('0-film.mov', randomBytes(40 * MiB + 12_345)) // five parts of 8 MiB and a rest
    for (let n = 1; n <= 12; n += 1) {
      const background = { r: n * 20, g: 255 - n * 20, b: 128 }
      add(
        `${n}.jpg`,
        await sharp({ create: { width: 1200, height: 800, channels: 3, background } })
          .jpeg()
          .toBuffer()
      )
    }

    const first = await start(home)
    await first.call('queue:add', { paths: [shoot], collectionId: null })
    const parts = () => line.acknowledged.filter((url) => url.includes('partNumber='))
    await until(() => parts().length >= 2 && line.acknowledged.length - parts().length >= 3)
    await first.kill()

    const ledger = new DatabaseSync(join(home, 'catalog.sqlite'), { readOnly: true })
    const recorded = ledger
      .prepare('SELECT number FROM parts')
      .all()
      .map((row) => Number(row['number']))
    const done = ledger.prepare("SELECT count(*) AS done FROM uploads WHERE status = 'done'").get()
    ledger.close()
    expect(recorded.length).toBeGreaterThan(0)
    expect(Number(done?.['done'])).toBeLessThan(25)
    const before = [...line.acknowledged]

    const second = await start(home)
    await until(async () => (await second.call('queue:totals', { collectionId: null })).done === sources.size)

    // No acknowledged part goes twice: those in the ledger when the engine died do not appear again.
    const again = line.acknowledged.slice(before.length).flatMap((url) => /partNumber=(\d+)/.exec(url)?.[1] ?? [])
    expect(again.map(Number).filter((number) => recorded.includes(number))).toEqual([])
    expect(new Set(again).size).toBe(again.length)

    const { frames } = await second.call('queue:page', { collectionId: null, filter: 'all', offset: 0, limit: 100 })
    expect(frames.map(({ name }) => name).sort()).toEqual([...sources.keys()].sort())
    const keys = frames.flatMap(({ uploads }) => uploads.map(({ key }) => key ?? ''))
    expect(keys).toHaveLength(1 + 12 * 2)
    expect(keys.filter((key) => /-\d\.\w+$/.test(key))).toEqual([]) // nobody met an object of its own and stepped aside
    for (const { name, uploads } of frames) {
      for (const { key, outputId, proof } of uploads) {
        const url = `${localR2.publicOrigin}/${bucket}/${(key ?? '').split('/').map(encodeURIComponent).join('/')}`
        const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer())
        expect(sha256(bytes), key ?? '').toBe(proof?.sha256)
        if (outputId === 'original') expect(sha256(bytes)).toBe(sha256(readFileSync(join(shoot, name))))
      }
    }
    const listed = await second.call('bucket:list', { accountId: 'r2', prefix: 'shoot/', after: null, limit: 1000 })
    const [day = ''] = listed.folders
    const objects = await second.call('bucket:list', { accountId: 'r2', prefix: day, after: null, limit: 1000 })
    expect(objects.objects.map(({ key }) => key).sort()).toEqual([...keys].sort())
    expect(await second.leave()).toBe(0)
  })

  it('many times in a row still loses nothing', async () => {
    const shoot = join(folder, 'often')
    const home = join(folder, 'home-often')
    mkdirSync(shoot)
    for (let n = 0; n < 40; n += 1) writeFileSync(join(shoot, `${n}.bin`), randomBytes(50_000 + n))
    let engine = await start(home)
    await engine.call('queue:add', { paths: [shoot], collectionId: null })
    for (let round = 1; round <= 4; round += 1) {
      await until(() => line.acknowledged.filter((url) => url.includes('often')).length >= round * 6)
      await engine.kill()
      engine = await start(home)
    }
    await until(async () => (await engine.call('queue:totals', { collectionId: null })).done === 40)
    const { frames } = await engine.call('queue:page', { collectionId: null, filter: 'all', offset: 0, limit: 100 })
    const names = frames.flatMap(({ uploads }) => uploads.map(({ key }) => key?.split('/').at(-1)))
    expect(names.sort()).toEqual(Array.from({ length: 40 }, (_, n) => `${n}-original.bin`).sort())
    await engine.leave()
  })
})
