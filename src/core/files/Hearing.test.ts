import { mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Deafness, deafnessSentence } from './Deafness.ts'
import { Hearing } from './Hearing.ts'
import type { HintListener } from './Hints.ts'
import { PROBE_NAME } from './ignore.ts'
import { createFakeClock } from './testing/fakeClock.ts'

const SETTLE_MS = 2_000
const PROBE_PATIENCE_MS = 10_000
const HOUR_MS = 3_600_000
const PATIENT = { timeout: 20_000, interval: 5 }

let root: string
let clock: ReturnType<typeof createFakeClock>
let changes: Array<Deafness['why'] | null>
let opened: HintListener[]
let unsure: number
let hearing: Hearing

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'hear-')))
  clock = createFakeClock()
  changes = []
  opened = []
  unsure = 0
  openHearing()
})
afterEach(async () => {
  await hearing.close()
  await rm(root, { recursive: true, force: true })
})

/** Listens with a watcher that says only what a test has it say. */
function openHearing(at = root): void {
  hearing = new Hearing({
    root: at,
    ignore: [],
    clock,
    settleMs: SETTLE_MS,
    floodHints: 3,
    onPath: () => {},
    onFolder: () => {},
    onUnsure: () => {
      unsure += 1
    },
    onReady: () => {},
    onChange: () => changes.push(hearing.deafness?.why ?? null),
    openHints: (_root, _ignores, listener) => {
      opened.push(listener)
      return { cover: () => [], close: async () => {} }
    }
  })
}

const watcher = () => opened.at(-1) ?? expect.unreachable('nothing listens')
const hasProbe = async () => (await readdir(root)).includes(PROBE_NAME)
const appears = () => vi.waitFor(async () => expect(await hasProbe()).toBe(true), PATIENT)
const vanishes = () => vi.waitFor(async () => expect(await hasProbe()).toBe(false), PATIENT)
const becomes = (...expected: typeof changes) => vi.waitFor(() => expect(changes).toEqual(expected), PATIENT)
/** A probe is written and its file is there before its time begins to run: turns until it is over. */
const runOut = () =>
  vi.waitFor(async () => {
    clock.turn(PROBE_PATIENCE_MS)
    expect(await hasProbe()).toBe(false)
  }, PATIENT)

const found = (...names: string[]) =>
  names.map((name) => ({ path: join(root, name), relativePath: name, sizeBytes: 1, mtimeNs: 1n, ino: 1n, dev: 1n }))

describe('Hearing', () => {
  it('writes a probe, hears it, and leaves nothing behind', async () => {
    hearing.listen(10)
    watcher().onReady()
    await appears()
    watcher().onProbe()
    await vanishes()
    expect(changes).toEqual([])
  })

  it('says so when nothing is heard, and takes it back with the first thing that is', async () => {
    hearing.listen(10)
    watcher().onReady()
    await appears()
    await runOut()
    await becomes('silent')
    expect(unsure).toBe(1)
    watcher().onPath(join(root, 'a.jpg'), 'a.jpg')
    await becomes('silent', null)
  })

  it('takes any event for a sign that events arrive', async () => {
    hearing.listen(10)
    watcher().onReady()
    await appears()
    watcher().onFolder('')
    await vanishes()
    expect(changes).toEqual([])
  })

  it('asks again every hour', async () => {
    hearing.listen(10)
    watcher().onReady()
    await appears()
    watcher().onProbe()
    await vanishes()
    await vi.waitFor(async () => {
      clock.turn(HOUR_MS)
      expect(await hasProbe()).toBe(true)
    }, PATIENT)
    await runOut()
    await becomes('silent')
  })

  it('removes what a crash has left before it writes its own', async () => {
    await writeFile(join(root, PROBE_NAME), 'left')
    hearing.listen(10)
    watcher().onReady()
    await appears()
    watcher().onProbe()
    await vanishes()
  })

  it('removes its probe when it is closed', async () => {
    hearing.listen(10)
    watcher().onReady()
    await appears()
    await hearing.close()
    await vanishes()
    expect(changes).toEqual([])
  })

  it('compares with the scan where nothing can be written', async () => {
    const readOnly = '/proc/self' // where nobody can write, not even the superuser
    await hearing.close()
    openHearing(readOnly)
    hearing.listen(10)
    watcher().onReady()
    hearing.compare(found('empty.jpg'))
    hearing.compare(found('empty.jpg'))
    clock.turn(SETTLE_MS)
    expect(changes).toEqual([])
    await vi.waitFor(() => {
      hearing.compare(found('empty.jpg', `new-${Math.random()}.jpg`))
      clock.turn(SETTLE_MS)
      expect(changes).toEqual(['silent'])
    }, PATIENT)
  })

  it('does not suspect a watcher whose hints are late', async () => {
    hearing.listen(10)
    watcher().onReady()
    await appears()
    watcher().onProbe()
    await vanishes()
    hearing.compare([])
    hearing.compare(found('new.jpg'))
    watcher().onPath(join(root, 'new.jpg'), 'new.jpg')
    clock.turn(SETTLE_MS)
    await new Promise(setImmediate)
    expect(await hasProbe()).toBe(false)
  })

  it('doubts itself after a flood', () => {
    hearing.listen(10)
    for (const name of ['1', '2', '3', '4']) watcher().onPath(join(root, name), name)
    expect(unsure).toBe(1)
  })

  it('names the limit that is reached, and tries again every hour', async () => {
    hearing.listen(10)
    watcher().onRefused({ why: 'watch-limit', detail: 'ENOSPC' })
    watcher().onReady()
    await appears()
    watcher().onProbe()
    await vanishes()
    expect(changes).toEqual(['watch-limit'])
    await vi.waitFor(() => {
      clock.turn(HOUR_MS)
      hearing.listen(10)
      expect(opened).toHaveLength(2)
    }, PATIENT)
    opened[0]?.onRefused({ why: 'instance-limit', detail: 'of a watcher that was closed' })
    watcher().onReady()
    expect(changes).toEqual(['watch-limit', null])
  })

  it('calls a share deaf whatever a probe shows', async () => {
    hearing.setShare('cifs')
    hearing.listen(10)
    watcher().onReady()
    await appears()
    watcher().onProbe()
    await vanishes()
    expect(hearing.deafness).toEqual({ why: 'share', detail: 'cifs' })
  })

  it('listens in another way when the folder has grown beyond what names are good for', () => {
    hearing.listen(20_000)
    hearing.listen(20_001)
    hearing.listen(10)
    expect(opened).toHaveLength(2)
  })
})

describe('deafnessSentence', () => {
  it.each([
    [{ why: 'share', detail: 'cifs' }, 'Other computers can change this folder (cifs)', 'every 30 s'],
    [{ why: 'watch-limit', detail: '' }, 'fs.inotify.max_user_watches=524288', 'sudo sysctl --system'],
    [{ why: 'instance-limit', detail: '' }, 'fs.inotify.max_user_instances=512', 'sudo sysctl --system'],
    [{ why: 'refused', detail: 'EACCES' }, 'EACCES', 'every 30 s'],
    [{ why: 'silent', detail: '' }, 'does not tell of changes', 'every 30 s']
  ] as const)('says what is wrong and what is done: %j', (deafness, ...parts) => {
    for (const part of parts) expect(deafnessSentence(deafness, 30_000)).toContain(part)
  })

  it('counts long pauses in minutes', () => {
    expect(deafnessSentence({ why: 'silent', detail: '' }, 300_000)).toContain('every 5 min')
  })
})
