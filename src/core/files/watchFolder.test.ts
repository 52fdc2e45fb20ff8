import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, open, realpath, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './Clock.ts'
import type { Deafness } from './Deafness.ts'
import { type FileProblem, type FrameFile, sameFingerprint } from './FrameFile.ts'
import type { HintListener } from './Hints.ts'
import { hintsByFolder } from './hintsByFolder.ts'
import type { SettlingFile } from './Settling.ts'
import { createFakeClock } from './testing/fakeClock.ts'
import { type WatchedFolder, type WatchOptions, watchFolder } from './watchFolder.ts'

const SETTLE_MS = 2_000
const RESCAN_MS = 600_000
/** A few of these are enough for hints that are gathered, and too few for a file to settle. */
const GATHERED_MS = 50
/** Runs what follows it with a limit of two folder watches, in a name space where that is allowed. */
const FEW_WATCHES = ['-Ur', 'sh', '-c', 'echo 2 > /proc/sys/user/max_inotify_watches && exec "$0" "$@"']
const canLimitWatches =
  process.platform === 'linux' && spawnSync('unshare', [...FEW_WATCHES, 'true'], { stdio: 'ignore' }).status === 0

const otherDisk = existsSync('/dev/shm') && statSync('/dev/shm').dev !== statSync(tmpdir()).dev ? '/dev/shm' : null

/** For what moves too many files for a clock that is turned by hand. */
const REAL_TIME = { clock: systemClock, settleMs: 100 }

const PATIENT = { timeout: 20_000, interval: 5 }

let home: string
let root: string
let clock: ReturnType<typeof createFakeClock>
let settled: FrameFile[]
let taken: Map<string, FrameFile>
let settling: ReadonlyArray<SettlingFile>
let problems: FileProblem[]
let states: string[]
let deafness: Deafness | null
let volumeId: string | null
let watched: WatchedFolder | null

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'watch-')))
  root = join(home, 'shoot')
  await mkdir(root)
  clock = createFakeClock()
  settled = []
  taken = new Map()
  settling = []
  problems = []
  states = []
  deafness = null
  volumeId = null
  watched = null
})
afterEach(async () => {
  await watched?.close()
  await rm(home, { recursive: true })
})

const put = (relativePath: string, content = 'x') => writeFile(join(root, relativePath), content)
const isSettling = (name: string) => settling.some(({ file }) => file.relativePath === name)
const names = () => settled.map(({ relativePath }) => relativePath).sort()

function watch(options: Partial<WatchOptions> = {}): WatchedFolder {
  watched = watchFolder(root, {
    ignore: ['.*', '*.tmp'],
    settleMs: SETTLE_MS,
    rescanMs: RESCAN_MS,
    clock,
    isKnown: (file) => {
      const known = taken.get(file.path)
      return known !== undefined && sameFingerprint(known, file)
    },
    onSettled: (files) => {
      settled.push(...files)
      for (const file of files) taken.set(file.path, file)
    },
    onSettling: () => {
      settling = watched?.settling(1_000) ?? []
    },
    onProblem: (problem) => problems.push(problem),
    onState: (state, problem) => states.push(problem ? `${state}: ${problem.code}` : state),
    onHearing: (to) => {
      deafness = to
    },
    volume: {
      recall: () => volumeId,
      remember: (id) => {
        volumeId = id
      },
      hasFrames: () => settled.length > 0
    },
    ...options
  })
  return watched
}

/** Watches, and waits until changes are heard: a file that is put after that is known to come by a hint. */
async function watchAndListen(options: Partial<WatchOptions> = {}): Promise<WatchedFolder> {
  const watched = watch(options)
  await watched.rescan()
  await vi.waitFor(async () => {
    const probe = `probe-${settled.length}-${Math.random()}`
    await put(probe)
    await vi.waitFor(
      () => {
        clock.turn(GATHERED_MS)
        expect(isSettling(probe)).toBe(true)
      },
      { timeout: 1_000, interval: 10 }
    )
    await rm(join(root, probe))
  }, PATIENT)
  await watched.rescan()
  clock.turn(SETTLE_MS)
  await vi.waitFor(() => expect(settling).toEqual([]), PATIENT)
  return watched
}

/** Lets time go by until what is expected has come. */
const until = (expectation: () => void) =>
  vi.waitFor(() => {
    clock.turn(SETTLE_MS)
    expectation()
  }, PATIENT)

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
      expect(states).toEqual(['watching', 'not-connected: folder-missing'])
    }, PATIENT)
    expect(settling).toEqual([])
    await writeFile(join(home, 'away', 'c.raf'), 'x')
    await rename(join(home, 'away'), root)
    await vi.waitFor(() => {
      clock.turn(SETTLE_MS)
      expect(names()).toEqual(['a.raf', 'b.raf', 'c.raf'])
    }, PATIENT)
    expect(states).toEqual(['watching', 'not-connected: folder-missing', 'watching'])
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
    expect(states).toEqual(['not-connected: folder-missing'])
    await mkdir(root)
    await put('a.raf')
    await vi.waitFor(() => {
      clock.turn(SETTLE_MS)
      expect(names()).toEqual(['a.raf'])
    }, PATIENT)
  })

  it.runIf(canLimitWatches)('says so where the system refuses to watch everything, and scans often', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await mkdir(join(root, name))
    const script = join(import.meta.dirname, 'testing', 'watchProcess.ts')
    const child = spawn('unshare', [...FEW_WATCHES, process.execPath, script, root])
    const exited = once(child, 'exit')
    const delays: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => delays.push(...text.trim().split('\n')))
    await vi.waitFor(() => expect(delays).toEqual(expect.arrayContaining(['30000', 'watch-limit'])), PATIENT)
    child.stdin.end()
    await exited
  })

  it.each([
    ['files', REAL_TIME],
    ['folders', { ...REAL_TIME, openHints: hintsByFolder }]
  ])(
    'takes every one of 5,000 files that are copied in while it hears of %s',
    async (_, options) => {
      const card = join(home, 'card')
      const expected: string[] = []
      for (let folder = 0; folder < 50; folder += 1) {
        await mkdir(join(card, `${folder}CANON`), { recursive: true })
        for (let file = 0; file < 100; file += 1) {
          expected.push(`card/${folder}CANON/IMG_${file}.raf`)
          await writeFile(join(card, `${folder}CANON`, `IMG_${file}.raf`), `${folder} ${file}`)
        }
      }
      await watchAndListen(options)
      await promisify(execFile)('cp', ['-r', card, root])
      const copied = () => names().filter((name) => name.startsWith('card/'))
      await vi.waitFor(() => expect(copied()).toHaveLength(expected.length), { timeout: 100_000, interval: 50 })
      expect(copied()).toEqual(expected.sort())
      expect(problems).toEqual([])
    },
    120_000
  )

  it.each([
    ['files', {}],
    ['folders', { openHints: hintsByFolder }]
  ])('follows renames, deletions and new versions while it hears of %s', async (_, options) => {
    await mkdir(join(root, 'a'))
    await put('a/1.raf')
    await watchAndListen(options)
    await put('a/2.raf')
    await until(() => expect(names()).toContain('a/2.raf'))
    await rename(join(root, 'a'), join(root, 'b'))
    await until(() => expect(names()).toEqual(expect.arrayContaining(['b/1.raf', 'b/2.raf'])))
    await put('b/3.raf')
    await until(() => expect(names()).toContain('b/3.raf'))
    settled.length = 0
    await unlink(join(root, 'b/1.raf'))
    await put('b/1.raf', 'made again')
    await appendFile(join(root, 'b/2.raf'), 'in place')
    await until(() => expect(names()).toEqual(expect.arrayContaining(['b/1.raf', 'b/2.raf'])))
    await rm(join(root, 'b'), { recursive: true })
    await mkdir(join(root, 'b/deep'), { recursive: true })
    await put('b/deep/4.raf')
    await until(() => expect(names()).toContain('b/deep/4.raf'))
    expect(problems).toEqual([])
    expect(deafness).toBeNull()
  })

  it('finds by scanning what a watcher dropped', async () => {
    let drops = 0
    watch({
      openHints: (_root, _ignores, listener) => {
        setImmediate(() => listener.onReady())
        drops += 1
        return { cover: () => [], close: async () => {} }
      }
    })
    await watched?.rescan()
    await put('a.raf')
    await until(() => {
      clock.turn(RESCAN_MS)
      expect(names()).toEqual(['a.raf'])
    })
    expect(drops).toBe(1)
    // The probe was not heard either, and nobody is left to believe in the watcher.
    await until(() => expect(deafness).toMatchObject({ why: 'silent' }))
  })

  it('scans after a flood of hints, since the system drops what is too much without a word', async () => {
    let say: HintListener | null = null
    watch({
      openHints: (_root, _ignores, listener) => {
        say = listener
        return { cover: () => [], close: async () => {} }
      }
    })
    await watched?.rescan()
    await put('dropped.raf')
    for (let hint = 0; hint <= 1_000; hint += 1)
      (say as HintListener | null)?.onPath(join(root, 'gone.raf'), 'gone.raf')
    await until(() => expect(names()).toEqual(['dropped.raf']))
  })

  it('takes twins that differ by normalisation or case for two, and names as they are', async () => {
    const odd = ['Zoe\u0308.raf', 'Zo\u00eb.raf', 'IMG.RAF', 'img.raf', 'two\nlines.raf', 'a  b.raf']
    await watchAndListen()
    for (const name of odd) await put(name)
    await until(() => expect(new Set(names())).toEqual(new Set(odd)))
    expect(problems).toEqual([])
  })

  it('takes a file that moves from one watched folder to another for a new one there', async () => {
    await watchAndListen()
    const other: string[] = []
    const elsewhere = join(home, 'elsewhere')
    await mkdir(elsewhere)
    const second = watchFolder(elsewhere, {
      ignore: [],
      clock,
      volume: { recall: () => null, remember: () => {}, hasFrames: () => false },
      isKnown: () => false,
      onSettled: (files) => other.push(...files.map(({ relativePath }) => relativePath)),
      onSettling: () => {},
      onProblem: (problem) => problems.push(problem),
      onState: () => {},
      onHearing: () => {}
    })
    await second.rescan()
    await put('a.raf')
    await until(() => expect(names()).toEqual(['a.raf']))
    await rename(join(root, 'a.raf'), join(elsewhere, 'a.raf'))
    await until(() => expect(other).toContain('a.raf'))
    await second.close()
    expect(names()).toEqual(['a.raf'])
    expect(problems).toEqual([])
  })

  it('names a file that is in the cloud only, once, and takes it when it is here', async () => {
    const handle = await open(join(root, 'cloud.raf'), 'w')
    await handle.truncate(5_000_000)
    await handle.close()
    await watchAndListen()
    await watched?.rescan()
    expect(problems).toMatchObject([{ path: join(root, 'cloud.raf'), problem: { code: 'file-elsewhere' } }])
    await put('cloud.raf', 'x'.repeat(5_000_000))
    await until(() => expect(names()).toEqual(['cloud.raf']))
    expect(problems).toHaveLength(1)
  })

  describe.runIf(otherDisk !== null)('on another disk', () => {
    let card: string
    beforeEach(async () => {
      card = await mkdtemp(join(otherDisk ?? '', 'card-'))
      // A link stands for the mount point, since mounting is not for everybody.
      await rm(root, { recursive: true })
      await symlink(card, root)
    })
    afterEach(() => rm(card, { recursive: true, force: true }))

    const pull = () => unlink(root)
    const insert = (folder: string) => symlink(folder, root)

    it('does not take an empty mount point for an empty card, and goes on when the card is back', async () => {
      await put('a.raf')
      await watchAndListen()
      const id = volumeId
      const mountPoint = join(home, 'empty')
      await mkdir(mountPoint)
      await pull()
      await insert(mountPoint)
      await until(() => expect(states).toEqual(['watching', 'not-connected: folder-missing']))
      await writeFile(join(mountPoint, 'stray.raf'), 'x')
      for (let turns = 0; turns < 5; turns += 1) await watched?.rescan()
      expect(names()).toEqual(['a.raf'])
      await writeFile(join(card, 'b.raf'), 'x')
      await pull()
      await insert(card)
      await until(() => expect(names()).toEqual(['a.raf', 'b.raf']))
      expect(states).toEqual(['watching', 'not-connected: folder-missing', 'watching'])
      expect(volumeId).toBe(id)
      expect(problems).toEqual([])
    })

    it('recognises the card whose system id is another one now by what it knows of it', async () => {
      await put('a.raf')
      await watchAndListen()
      volumeId = 'from before the computer was started anew'
      await watched?.close()
      await watchAndListen()
      expect(states).toEqual(['watching', 'watching'])
      expect(volumeId).not.toContain('before')
    })

    it('takes any card as long as nothing was taken, and the one a person points to', async () => {
      await watch().rescan()
      const home2 = join(home, 'second')
      await mkdir(home2)
      await writeFile(join(home2, 'c.raf'), 'x')
      await pull()
      await insert(home2)
      await until(() => expect(names()).toEqual(['c.raf']))
      await pull()
      await insert(card)
      await put('d.raf')
      await until(() => expect(states.at(-1)).toBe('not-connected: folder-missing'))
      volumeId = null // chosen again
      await watched?.rescan()
      await until(() => expect(names()).toEqual(['c.raf', 'd.raf']))
    })
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
