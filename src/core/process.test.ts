import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { EngineConfig } from '../shared/ipc/engine.ts'
import { defaultSettings, engineSettings } from '../shared/model/settings.ts'
import { MiB } from '../shared/units.ts'
import { openCatalog } from './catalog/openCatalog.ts'
import { leavesOf, zeroPages } from './catalog/testing/damage.ts'
import { fillCatalog } from './catalog/testing/fillCatalog.ts'
import type { RequestKind } from './testing/killTest/CountingLine.ts'
import { EngineChild } from './testing/killTest/EngineChild.ts'
import { KillRig } from './testing/killTest/KillRig.ts'

/** Generous: these take seconds where the machine has nothing else to do. */
const LIMIT_MS = 240_000

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function until(holds: () => Promise<boolean> | boolean, limitMs = LIMIT_MS): Promise<void> {
  const deadlineMs = Date.now() + limitMs
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`Waited for ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('the engine, killed with SIGKILL in the middle of a folder', { timeout: LIMIT_MS }, () => {
  let rig: KillRig

  beforeAll(async () => {
    rig = await KillRig.start()
  })
  afterAll(() => rig.close())

  /** Counts answers that the engine was given, by kind of request. */
  function countPassed(): (kind: RequestKind) => number {
    const passed = new Map<RequestKind, number>()
    onTestFinished(
      rig.line.onMoment((kind, moment) => {
        if (moment === 'passed') passed.set(kind, (passed.get(kind) ?? 0) + 1)
      })
    )
    return (kind) => passed.get(kind) ?? 0
  }

  it('finishes the job when it is started again: nothing lost, no second key, no acknowledged part sent twice', async () => {
    const { home, shoot } = rig.newPlace('shoot')
    const config = rig.config('shoot/')
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

    const passed = countPassed()
    const first = await EngineChild.start(home, config)
    await first.call('queue:add', { paths: [shoot], collectionId: null })
    await until(() => passed('part') >= 2 && passed('put') >= 3)
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
    const before = rig.line.askedParts.length

    const second = await EngineChild.start(home, config)
    await until(async () => (await second.call('queue:totals', { collectionId: null })).done === sources.size)

    // No acknowledged part goes twice: those in the ledger when the engine died do not appear again.
    const again = rig.line.askedParts.slice(before).map(({ number }) => number)
    expect(again.filter((number) => recorded.includes(number))).toEqual([])
    expect(new Set(again).size, JSON.stringify(rig.line.askedParts.slice(before))).toBe(again.length)

    const { frames } = await second.call('queue:page', { collectionId: null, filter: 'all', offset: 0, limit: 100 })
    expect(frames.map(({ name }) => name).sort()).toEqual([...sources.keys()].sort())
    const keys = frames.flatMap(({ uploads }) => uploads.map(({ key }) => key ?? ''))
    expect(keys).toHaveLength(1 + 12 * 2)
    expect(keys.filter((key) => /-\d\.\w+$/.test(key))).toEqual([]) // nobody met an object of its own and stepped aside
    for (const { name, uploads } of frames) {
      for (const { key, outputId, proof } of uploads) {
        const bytes = new Uint8Array(await (await fetch(rig.urlOf(key ?? ''))).arrayBuffer())
        expect(sha256(bytes), key ?? '').toBe(proof?.sha256)
        if (outputId === 'original') expect(sha256(bytes)).toBe(sha256(readFileSync(join(shoot, name))))
      }
    }
    const listed = await second.call('bucket:list', { accountId: 'r2', prefix: 'shoot/', after: null, limit: 1000 })
    expect(listed.objects.map(({ key }) => key).sort()).toEqual([...keys].sort())
    expect(await second.leave()).toBe(0)
  })

  it('many times in a row still loses nothing', async () => {
    const { home, shoot } = rig.newPlace('often')
    const config = rig.config('often/')
    for (let n = 0; n < 40; n += 1) writeFileSync(join(shoot, `${n}.bin`), randomBytes(50_000 + n))
    const passed = countPassed()
    let engine = await EngineChild.start(home, config)
    await engine.call('queue:add', { paths: [shoot], collectionId: null })
    for (let round = 1; round <= 4; round += 1) {
      await until(() => passed('put') >= round * 6)
      await engine.kill()
      engine = await EngineChild.start(home, config)
    }
    await until(async () => (await engine.call('queue:totals', { collectionId: null })).done === 40)
    const { frames } = await engine.call('queue:page', { collectionId: null, filter: 'all', offset: 0, limit: 100 })
    const names = frames.flatMap(({ uploads }) => uploads.map(({ key }) => key?.split('/').at(-1)))
    expect(names.sort()).toEqual(Array.from({ length: 40 }, (_, n) => `${n}-original.bin`).sort())
    await engine.leave()
  })
})

describe('two engines that take up everything of one home', { timeout: LIMIT_MS }, () => {
  const ready = { kind: 'ready' }
  const config: EngineConfig = {
    accounts: [],
    defaultAccountId: null,
    ...engineSettings(defaultSettings)
  }

  function newHome(): string {
    const home = mkdtempSync(join(tmpdir(), 'silverdrop-two-'))
    onTestFinished(() => rmSync(home, { recursive: true, force: true }))
    return home
  }

  function open(home: string): EngineChild {
    const engine = new EngineChild(home)
    onTestFinished(async () => {
      if (engine.isAlive) await engine.kill()
    })
    return engine
  }

  it('the second says so, names the first, and stops; the first goes on', async () => {
    const home = newHome()
    const first = open(home)
    expect(await first.firstMessage).toEqual(ready)
    const second = open(home)
    expect(await second.firstMessage).toEqual({
      kind: 'refused',
      problem: { code: 'already-running', detail: expect.stringContaining(`process ${first.child.pid}`) }
    })
    expect(await second.leave()).toBe(1)
    await first.ask('engine:configure', config)
    expect(await first.leave()).toBe(0)
  })

  it('started at the same moment, one of them runs, and the other names it', async () => {
    const home = newHome()
    const both = [open(home), open(home)]
    const words = await Promise.all(both.map(({ firstMessage }) => firstMessage))
    const [running] = both.filter((_, n) => (words[n] as { kind: string }).kind === 'ready')
    expect(words).toContainEqual(ready)
    expect(words).toContainEqual({
      kind: 'refused',
      problem: { code: 'already-running', detail: expect.stringContaining(`process ${running?.child.pid}`) }
    })
  })

  it('nobody is locked out by an engine that was killed, or whose process id another program has now', async () => {
    const home = newHome()
    const first = open(home)
    await first.firstMessage
    await first.kill()
    const catalog = new DatabaseSync(join(home, 'catalog.sqlite'))
    catalog.prepare('UPDATE engines SET pid = ?').run(process.pid) // alive, and no engine
    catalog.close()
    const second = open(home)
    expect(await second.firstMessage).toEqual(ready)
    expect(await second.leave()).toBe(0)
    expect(await open(home).firstMessage).toEqual(ready)
  })

  it('one whose catalog is damaged while it runs ends; the next one mends it and says so', async () => {
    const home = newHome()
    const path = join(home, 'catalog.sqlite')
    const filled = openCatalog(path)
    fillCatalog(filled, 2_000)
    filled.close()
    zeroPages(path, leavesOf(path, 'frames').slice(100, 102))
    const first = open(home)
    await first.firstMessage
    const look = { collectionId: null, filter: 'all', offset: 0, limit: 500 } as const
    await expect(first.call('queue:page', { ...look, offset: 500 })).rejects.toThrow('The engine ended')
    await first.exit
    expect(first.child.exitCode).toBe(1)

    const second = open(home)
    const noted = new Promise((resolve) => {
      second.child.on('message', (message: { kind: string }) => message.kind === 'noted' && resolve(message))
    })
    expect(await second.firstMessage).toEqual(ready)
    expect(await noted).toMatchObject({
      problem: { code: 'record-damaged', detail: expect.stringContaining('.damaged-') }
    })
    expect(readdirSync(home).some((name) => name.startsWith('catalog.sqlite.damaged-'))).toBe(true)
    const { frames } = (await second.call('queue:totals', { collectionId: null })) ?? {}
    expect(frames).toBeGreaterThan(500)
  })
})
