import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FileProblem, type FrameFile, sameFingerprint } from './FrameFile.ts'
import type { SettlingFile } from './Settling.ts'
import { createFakeClock } from './testing/fakeClock.ts'
import { type WatchedFolder, type WatchState, watchFolder } from './watchFolder.ts'

const SETTLE_MS = 2_000
const RESCAN_MS = 600_000
/** Runs what follows it with a limit of two folder watches, in a name space where that is allowed. */
const FEW_WATCHES = ['-Ur', 'sh', '-c', 'echo 2 > /proc/sys/user/max_inotify_watches && exec "$0" "$@"']
const canLimitWatches =
  process.platform === 'linux' && spawnSync('unshare', [...FEW_WATCHES, 'true'], { stdio: 'ignore' }).status === 0

const PATIENT = { timeout: 20_000, interval: 5 }

let home: string
let root: string
let clock: ReturnType<typeof createFakeClock>
let settled: FrameFile[]
let settling: ReadonlyArray<SettlingFile>
let problems: FileProblem[]
let states: WatchState[]
let watched: WatchedFolder | null

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'watch-')))
  root = join(home, 'shoot')
  await mkdir(root)
  clock = createFakeClock()
  settled = []
  settling = []
  problems = []
  states = []
  watched = null
})
afterEach(async () => {
  await watched?.close()
  await rm(home, { recursive: true })
})

const put = (relativePath: string, content = 'x') => writeFile(join(root, relativePath), content)
const isSettling = (name: string) => settling.some(({ file }) => file.relativePath === name)
const names = () => settled.map(({ relativePath }) => relativePath).sort()

function watch(): WatchedFolder {
  watched = watchFolder(root, {
    ignore: ['.*', '*.tmp'],
    settleMs: SETTLE_MS,
    rescanMs: RESCAN_MS,
    clock,
    isKnown: (file) => settled.some((known) => known.path === file.path && sameFingerprint(known, file)),
    onSettled: (files) => settled.push(...files),
    onSettling: (files) => {
      settling = files
    },
    onProblem: (problem) => problems.push(problem),
    onState: (state) => states.push(state)
  })
  return watched
}

/** Watches, and waits until changes are heard: a file that is put after that is known to come by a hint. */
async function watchAndListen(): Promise<WatchedFolder> {
  const watched = watch()
  await watched.rescan()
  await vi.waitFor(async () => {
    const probe = `probe-${settled.length}-${Math.random()}`
    await put(probe)
    await vi.waitFor(() => expect(isSettling(probe)).toBe(true), { timeout: 200, interval: 5 })
    await rm(join(root, probe))
  }, PATIENT)
  await watched.rescan()
  clock.turn(SETTLE_MS)
  await vi.waitFor(() => expect(settling).toEqual([]), PATIENT)
  return watched
}

async function settle(name: string): Promise<void> {
  await vi.waitFor(() => expect(isSettling(name)).toBe(true), PATIENT)
  clock.turn(SETTLE_MS)
  await vi.waitFor(() => expect(names()).toContain(name), PATIENT)
}

describe('watchFolder', () => {
  it('announces what is there at the start and what comes', async () => {
    await put('first.raf')
    await watchAndListen()
    expect(names()).toEqual(['first.raf'])
    expect(states).toEqual(['watching'])
    await mkdir(join(root, 'card 1'))
    await put('card 1/second.raf')
    await settle('card 1/second.raf')
    await put('first.raf', 'changed')
    await vi.waitFor(() => expect(isSettling('first.raf')).toBe(true), PATIENT)
    clock.turn(SETTLE_MS)
    await vi.waitFor(() => expect(names()).toEqual(['card 1/second.raf', 'first.raf', 'first.raf']), PATIENT)
  })

  it('announces at the start only what is not known', async () => {
    await put('a.raf')
    await watchAndListen()
    await watched?.close()
    await put('b.raf')
    await watchAndListen()
    expect(names()).toEqual(['a.raf', 'b.raf'])
  })

  it('takes a file that was written under an ignored name and renamed for one', async () => {
    await watchAndListen()
    await put('a.tmp')
    await rename(join(root, 'a.tmp'), join(root, 'a.raf'))
    await settle('a.raf')
    expect(names()).toEqual(['a.raf'])
    expect(problems).toEqual([])
  })

  it('finds by scanning what no hint told', async () => {
    await watchAndListen()
    // A link is the one thing whose hint is never believed: its frame can only come from a scan.
    await put('a.raf')
    await settle('a.raf')
    await symlink('a.raf', join(root, 'link.raf'))
    await watched?.rescan()
    await settle('link.raf')
    await symlink(home, join(root, 'out'))
    await vi.waitFor(() => {
      clock.turn(RESCAN_MS)
      expect(problems).toMatchObject([{ path: join(root, 'out'), problem: { code: 'file-unreadable' } }])
    }, PATIENT)
    await watched?.rescan()
    expect(problems).toHaveLength(1)
  })

  it('concludes nothing from a folder that goes away, and goes on when it is back', async () => {
    await put('a.raf')
    await watchAndListen()
    await put('b.raf')
    await vi.waitFor(() => expect(isSettling('b.raf')).toBe(true), PATIENT)
    await rename(root, join(home, 'away'))
    await vi.waitFor(() => {
      clock.turn(SETTLE_MS - 1)
      expect(states).toEqual(['watching', 'not-connected'])
    }, PATIENT)
    expect(settling).toEqual([])
    await writeFile(join(home, 'away', 'c.raf'), 'x')
    await rename(join(home, 'away'), root)
    await vi.waitFor(() => {
      clock.turn(SETTLE_MS)
      expect(names()).toEqual(['a.raf', 'b.raf', 'c.raf'])
    }, PATIENT)
    expect(states).toEqual(['watching', 'not-connected', 'watching'])
    expect(problems).toEqual([])
    await put('d.raf')
    await vi.waitFor(() => {
      clock.turn(SETTLE_MS)
      expect(names()).toContain('d.raf')
    }, PATIENT)
  })

  it('waits for a folder that is not there yet', async () => {
    await rm(root, { recursive: true })
    await watch().rescan()
    expect(states).toEqual(['not-connected'])
    await mkdir(root)
    await put('a.raf')
    await vi.waitFor(() => {
      clock.turn(SETTLE_MS)
      expect(names()).toEqual(['a.raf'])
    }, PATIENT)
  })

  it.runIf(canLimitWatches)('scans often where the system refuses to watch everything', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await mkdir(join(root, name))
    const script = join(import.meta.dirname, 'testing', 'watchProcess.ts')
    const child = spawn('unshare', [...FEW_WATCHES, process.execPath, script, root])
    const exited = once(child, 'exit')
    const delays: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => delays.push(...text.trim().split('\n')))
    await vi.waitFor(() => expect(delays).toContain('30000'), PATIENT)
    child.stdin.end()
    await exited
  })

  it('announces nothing once it is closed', async () => {
    await put('a.raf')
    const watched = watch()
    await watched.close()
    await watched.rescan()
    clock.turn(RESCAN_MS)
    expect([settled, settling, problems, states]).toEqual([[], [], [], []])
  })
})
