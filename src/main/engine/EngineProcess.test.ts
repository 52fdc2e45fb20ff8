import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LOCAL_ACCOUNT } from '../../core/accountFromEnvironment.ts'
import type { Problem } from '../../shared/errors.ts'
import type { EngineConfig } from '../../shared/ipc/engine.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { BoundedLog } from './BoundedLog.ts'
import { EngineProcess, type EngineState } from './EngineProcess.ts'

/** An engine of the same protocol: each path it is asked about says what it does. */
const STAND_IN = `
let config = null
process.on('message', ({ id, name, input }) => {
  const reply = (value) => process.send({ kind: 'reply', id, ok: true, value })
  if (name === 'engine:configure') { config = input; return reply(null) }
  if (name === 'engine:drain') return reply(null)
  const { collectionId } = input
  const id0 = '00000000-0000-4000-8000-00000000000'
  if (collectionId === id0 + '1') return process.kill(process.pid, 'SIGKILL')
  if (collectionId === id0 + '2') return process.send({ kind: 'reply', id, ok: false, error: { code: 'network', detail: 'no way' } })
  if (collectionId === id0 + '3') return reply({ frames: 'many' })
  if (collectionId === id0 + '4') process.send({ kind: 'event', name: 'queue:reordered', payload: [{ collectionId }] })
  if (collectionId === id0 + '5') process.send({ kind: 'event', name: 'queue:exploded', payload: [] })
  reply({ collectionId, frames: process.pid, waiting: 0, working: 0, done: config.accounts.length, needsYou: 0, cancelled: 0,
    totalBytes: 0, doneBytes: 0, bytesPerSecond: 0, secondsLeft: null, hold: null, limitBytesPerSecond: null })
  if (collectionId === id0 + '6') process.send({ kind: 'event', name: 'queue:reordered', payload: [] })
})
process.on('disconnect', () => process.exit())
console.log('an engine begins in ' + process.argv.slice(2).join(' '))
process.send({ kind: 'ready' })
`
/** An engine that does not start, for the reason that the file `reason` beside it holds, and starts without one. */
const REFUSER = `
import { readFileSync } from 'node:fs'
const code = readFileSync(new URL('reason', import.meta.url), 'utf8')
process.on('disconnect', () => process.exit(1))
process.send(code ? { kind: 'refused', problem: { code, detail: 'Process 4711' } } : { kind: 'ready' })
process.on('message', ({ id }) => process.send({ kind: 'reply', id, ok: true, value: null }))
`
const collection = (digit: number) => ({ collectionId: `00000000-0000-4000-8000-00000000000${digit}` })

let home: string
let engine: EngineProcess
let states: EngineState[]
let announced: string[]
let onAnnounced: () => void
let refusals: Array<{ problem: Problem; isOver: boolean }>
let noted: Problem[]
let log: BoundedLog

const CONFIG: EngineConfig = { accounts: [], defaultAccountId: null, ...engineSettings(defaultSettings) }

function create(source: string, pausesMs = [1], configure = async () => CONFIG): EngineProcess {
  const entry = join(home, 'engine.mjs')
  writeFileSync(entry, source)
  return new EngineProcess({
    nodePath: process.execPath,
    entry,
    home,
    env: process.env,
    log,
    configure,
    onEvent: (name) => {
      announced.push(name)
      onAnnounced()
    },
    onState: (state) => states.push(state),
    onRefused: (problem, isOver) => refusals.push({ problem, isOver }),
    onNoted: (problem) => noted.push(problem),
    checksReplies: true,
    pausesMs
  })
}

/** Processes start when the machine gets to it. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'silverdrop-engine-'))
  log = new BoundedLog(join(home, 'engine.log'))
  states = []
  announced = []
  onAnnounced = () => {}
  refusals = []
  noted = []
})
afterEach(async () => {
  await engine.stop(1_000)
  await log.close()
  rmSync(home, { recursive: true, force: true })
})

describe('EngineProcess', () => {
  it('holds questions until the engine is configured, then asks them', async () => {
    engine = create(STAND_IN)
    engine.start()
    const totals = await engine.ask('queue:totals', { collectionId: null })
    expect(totals.frames).toBe(engine.pid)
    expect(states).toEqual(['starting', 'running'])
  })

  it('passes failures on with their code', async () => {
    engine = create(STAND_IN)
    engine.start()
    await expect(engine.ask('queue:totals', collection(2))).rejects.toMatchObject({
      code: 'network',
      message: 'no way'
    })
  })

  it('does not believe a reply that is not as the contract says', async () => {
    engine = create(STAND_IN)
    engine.start()
    await expect(engine.ask('queue:totals', collection(3))).rejects.toMatchObject({ code: 'internal' })
  })

  it('announces the events of the contract, in order, and no others', async () => {
    engine = create(STAND_IN)
    engine.start()
    await engine.ask('queue:totals', collection(4))
    await engine.ask('queue:totals', collection(5))
    expect(announced).toEqual(['queue:reordered'])
  })

  it('lets no event overtake the reply that was sent before it', async () => {
    engine = create(STAND_IN)
    engine.start()
    await engine.ask('queue:totals', { collectionId: null })
    const order: string[] = []
    onAnnounced = () => order.push('event')
    const held = Date.now() + 300
    const asked = Array.from({ length: 3 }, async () => {
      await engine.ask('queue:totals', collection(6))
      order.push('reply')
    })
    while (Date.now() < held) {} // meanwhile all answers arrive, and are read together
    await Promise.all(asked)
    await eventually(() => order.length).toBe(6)
    expect(order).toEqual(['reply', 'event', 'reply', 'event', 'reply', 'event'])
  })

  it('tells the newest of two configurations last, however long the older one took to put together', async () => {
    const account = { account: LOCAL_ACCOUNT, secret: null }
    const { promise, resolve } = Promise.withResolvers<void>()
    const made = [
      async () => CONFIG,
      async () => {
        await promise
        return CONFIG
      },
      async () => ({ ...CONFIG, accounts: [account] })
    ]
    engine = create(STAND_IN, [1], () => made.shift()?.() ?? Promise.reject(new Error('asked too often')))
    engine.start()
    await engine.ask('queue:totals', { collectionId: null })
    const both = [engine.reconfigure(), engine.reconfigure()]
    setImmediate(resolve)
    await Promise.all(both)
    const { done: accounts } = await engine.ask('queue:totals', { collectionId: null })
    expect(accounts).toBe(1)
  })

  it('answers open questions when the engine is killed, starts it again and configures it again', async () => {
    engine = create(STAND_IN)
    engine.start()
    const first = await engine.ask('queue:totals', { collectionId: null })
    const lost = [engine.ask('queue:totals', collection(1)), engine.ask('queue:totals', { collectionId: null })]
    const outcomes = await Promise.allSettled(lost)
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'engine-stopped', isRetryable: true } })
    await eventually(() => engine.state).toBe('running')
    const second = await engine.ask('queue:totals', { collectionId: null })
    expect(second.frames).not.toBe(first.frames)
    expect(states).toEqual(['starting', 'running', 'stopped', 'starting', 'running'])
  })

  it('answers at once while there is no engine', async () => {
    engine = create(STAND_IN, [600_000])
    engine.start()
    await expect(engine.ask('queue:totals', collection(1))).rejects.toMatchObject({ code: 'engine-stopped' })
    await expect(engine.ask('queue:totals', { collectionId: null })).rejects.toMatchObject({ code: 'engine-stopped' })
    expect(engine.pid).toBeNull()
  })

  it('keeps trying an engine that cannot start', async () => {
    engine = create(`import '${'./nowhere.mjs'}'`)
    engine.start()
    await eventually(() => states.filter((state) => state === 'starting').length).toBeGreaterThan(2)
  })

  it('does not start again by itself what says that another engine runs, and starts it when asked', async () => {
    const reason = join(home, 'reason')
    writeFileSync(reason, 'already-running')
    engine = create(REFUSER)
    engine.start()
    await eventually(() => states).toEqual(['starting', 'stopped'])
    expect(refusals).toEqual([{ problem: { code: 'already-running', detail: 'Process 4711' }, isOver: true }])
    engine.start()
    await eventually(() => states).toEqual(['starting', 'stopped', 'starting', 'stopped'])
    expect(refusals).toHaveLength(2)
    writeFileSync(reason, '')
    engine.start()
    await eventually(() => engine.state).toBe('running')
  })

  it('keeps trying what can pass by itself, and tells it once until an engine has run', async () => {
    const reason = join(home, 'reason')
    writeFileSync(reason, 'disk-full')
    engine = create(REFUSER)
    engine.start()
    await eventually(() => states.filter((state) => state === 'starting').length).toBeGreaterThan(2)
    expect(refusals).toEqual([{ problem: { code: 'disk-full', detail: 'Process 4711' }, isOver: false }])
    writeFileSync(reason, '')
    await eventually(() => engine.state).toBe('running')
  })

  it('passes on what the engine found at its start', async () => {
    const problem = { code: 'record-damaged', detail: 'The damaged file is kept' } as const
    engine = create(`${STAND_IN}; process.send({ kind: 'noted', problem: ${JSON.stringify(problem)} })`)
    engine.start()
    await engine.ask('queue:totals', { collectionId: null })
    expect(noted).toEqual([problem])
  })

  it('says so when there is no Node to run it', async () => {
    engine = new EngineProcess({
      nodePath: join(home, 'no-node'),
      entry: 'none',
      home,
      env: {},
      log,
      configure: () => Promise.reject(new Error('never asked')),
      onEvent: () => {},
      onState: (state) => states.push(state),
      onRefused: () => {},
      onNoted: () => {},
      checksReplies: true,
      pausesMs: [600_000]
    })
    engine.start()
    await expect(engine.ask('queue:totals', { collectionId: null })).rejects.toMatchObject({ code: 'engine-stopped' })
  })

  it('ends the engine when told to stop, even one that does not listen, and does not start it again', async () => {
    engine = create(`${STAND_IN}; process.removeAllListeners('disconnect'); setInterval(() => {}, 1_000)`)
    engine.start()
    await engine.ask('queue:totals', { collectionId: null })
    const pid = engine.pid ?? Number.NaN
    await engine.stop(5_000)
    expect(() => process.kill(pid, 0)).toThrowError('ESRCH')
    expect(states).toEqual(['starting', 'running', 'stopped'])
  })

  it('writes what the engine prints to the log', async () => {
    engine = create(STAND_IN)
    engine.start()
    await engine.ask('queue:totals', { collectionId: null })
    await eventually(() => readFileSync(join(home, 'engine.log'), 'utf8')).toContain(
      `engine: an engine begins in --home ${home}`
    )
  })
})
