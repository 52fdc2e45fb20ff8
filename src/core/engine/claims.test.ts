import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { ORIGINAL } from '../../shared/model/output.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { CatalogCollections } from '../catalog/CatalogCollections.ts'
import { CatalogUploads } from '../catalog/CatalogUploads.ts'
import { createEngine, type Engine } from '../engine.ts'
import type { Clock } from '../files/Clock.ts'
import { systemClock } from '../files/Clock.ts'

const PATIENT = { timeout: 30_000, interval: 20 }
const LONG_MS = 60_000
const rules = { ...defaultSettings.newCollection, keyTemplate: '{name}.{ext}', outputs: [ORIGINAL] }

/** A home with a bucket, and a folder to be pushed. */
function openHome() {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-claims-'))
  const [bucket, shoot] = [join(home, 'bucket'), join(home, 'shoot')]
  for (const path of [bucket, shoot]) mkdirSync(path)
  const account = { id: 'here', kind: 'folder', name: 'Here', path: bucket, publicBaseUrl: null, prefix: '' } as const
  const configure = (engine: Engine) =>
    engine.private['engine:configure']({
      accounts: [{ account, secret: null }],
      defaultAccountId: 'here',
      ...engineSettings(defaultSettings),
      newCollection: rules
    })
  const start = async (resumesAll: boolean, clock: Clock = systemClock) => {
    const engine = createEngine({ home, resumesAll, clock })
    await configure(engine)
    return engine
  }
  onTestFinished(() => rmSync(home, { recursive: true }))
  return { home, bucket, shoot, configure, start, write: (name: string) => writeFileSync(join(shoot, name), name) }
}

/** The system's clock, which a sleep of the computer can put forward. */
function createSleepyClock() {
  let sleptMs = 0
  const clock: Clock = { now: () => systemClock.now() + sleptMs, setTimer: systemClock.setTimer }
  return { clock, sleep: (ms: number) => (sleptMs += ms) }
}

it(
  'takes a collection up again when the engine that took it during a long sleep has let go of it',
  async () => {
    const { bucket, shoot, start, write } = openHome()
    const app = createSleepyClock()
    const terminal = createSleepyClock()
    const first = await start(true, app.clock)
    onTestFinished(() => first.close())
    const { signal } = new AbortController()
    const ours = first.push.collection(shoot, '', rules)
    await first.answers['queue:hold']({ isHeld: true })
    write('a.jpg')
    await first.push.add(ours, [shoot], signal)
    const refused = expect(first.settled(ours.id, signal)).rejects.toMatchObject({ code: 'already-running' })

    app.sleep(60_000)
    terminal.sleep(60_000)
    const second = await start(false, terminal.clock)
    const collection = second.push.collection(shoot, '', rules)
    expect(collection.id).toBe(ours.id)
    await first.private['engine:power']({ event: 'resume' })
    await refused
    const [view] = await first.answers['collections:list']({})
    expect(view?.problem?.code).toBe('already-running')
    expect(() => first.push.collection(shoot, '', rules)).toThrow(/works on this collection/)

    await second.settled(ours.id, signal)
    expect(readdirSync(bucket)).toContain('a.jpg')
    await second.close()

    await first.private['engine:power']({ event: 'resume' })
    expect((await first.answers['collections:list']({}))[0]?.problem).toBeNull()
    await first.answers['queue:hold']({ isHeld: false })
    write('b.jpg')
    await first.push.add(collection, [shoot], signal)
    await vi.waitFor(() => expect(readdirSync(bucket)).toContain('b.jpg'), PATIENT)
  },
  LONG_MS
)

it(
  'takes up by itself what another engine worked on at the start and has let go of since',
  async () => {
    const { shoot, bucket, start, write } = openHome()
    const second = await start(false)
    const collection = second.push.collection(shoot, '', rules)
    await second.answers['queue:hold']({ isHeld: true })
    write('a.jpg')
    const { signal } = new AbortController()
    await second.push.add(collection, [shoot], signal)
    const first = await start(true)
    onTestFinished(() => first.close())
    expect((await first.answers['collections:list']({}))[0]?.problem?.code).toBe('already-running')
    await second.close()
    await vi.waitFor(() => expect(readdirSync(bucket)).toContain('a.jpg'), PATIENT)
  },
  LONG_MS
)

it(
  'starts all the same where the catalog was full for a moment, and takes up what it could not',
  async () => {
    const { shoot, bucket, start, write } = openHome()
    const earlier = await start(false)
    const collection = earlier.push.collection(shoot, '', rules)
    await earlier.answers['queue:hold']({ isHeld: true })
    write('a.jpg')
    await earlier.push.add(collection, [shoot], new AbortController().signal)
    await earlier.close()
    vi.spyOn(CatalogUploads.prototype, 'recover').mockImplementationOnce(() => {
      throw new AppError('disk-full', 'The test has filled the disk')
    })
    const engine = await start(true)
    onTestFinished(() => engine.close())
    await vi.waitFor(() => expect(readdirSync(bucket)).toContain('a.jpg'), PATIENT)
  },
  LONG_MS
)

it('is not started by half where its first configuration failed', { timeout: LONG_MS }, async () => {
  const { home, shoot, bucket, configure, write } = openHome()
  const engine = createEngine({ home, resumesAll: true })
  onTestFinished(() => engine.close())
  vi.spyOn(CatalogCollections.prototype, 'list').mockImplementationOnce(() => {
    throw new AppError('internal', 'The test has broken the catalog')
  })
  await expect(configure(engine)).rejects.toMatchObject({ code: 'internal' })
  await configure(engine)
  const collection = engine.push.collection(shoot, '', rules)
  write('a.jpg')
  await engine.push.add(collection, [shoot], new AbortController().signal)
  await vi.waitFor(() => expect(readdirSync(bucket)).toContain('a.jpg'), PATIENT)
})
