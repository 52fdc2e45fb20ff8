import { appendFile, chmod, mkdir, mkdtemp, open, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FileProblem, FrameFile } from './FrameFile.ts'
import { PATIENCE_MS, Settling, type SettlingFile } from './Settling.ts'
import { createFakeClock } from './testing/fakeClock.ts'

const SETTLE_MS = 2_000
const NOBODY = 65_534

/** A start of image, a segment with a thumbnail of its own inside, the scan. What follows is data, then the end. */
const jpegHead = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9, 0xff, 0xda, 0, 4, 1, 2])
const jpegEnd = Buffer.from([0xff, 0xd9])
const data = (bytes: number) => Buffer.alloc(bytes, 0x5a)

let folder: string
let clock: ReturnType<typeof createFakeClock>
let settled: FrameFile[]
let problems: FileProblem[]
let now: ReadonlyArray<SettlingFile>
let known: FrameFile[]
let settling: Settling

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settle-'))
  clock = createFakeClock()
  settled = []
  problems = []
  known = []
  now = []
  settling = new Settling({
    clock,
    settleMs: SETTLE_MS,
    isKnown: (file) => known.some(({ path, mtimeNs }) => path === file.path && mtimeNs === file.mtimeNs),
    onSettled: (files) => settled.push(...files),
    onSettling: () => {
      now = settling.list(1_000)
    },
    onProblem: (problem) => problems.push(problem)
  })
})
afterEach(async () => {
  await settling.close()
  await rm(folder, { recursive: true })
})

const at = (name: string) => join(folder, name)
const names = () => settled.map(({ relativePath }) => relativePath)

async function look(name: string): Promise<void> {
  settling.look(at(name), name)
  await settling.idle()
}

/** In steps, since a clock that leaps means that the computer slept. */
async function turn(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= SETTLE_MS) {
    clock.turn(Math.min(left, SETTLE_MS))
    await settling.idle()
  }
}

describe('Settling', () => {
  it('says since when a frame is being written, however often it grows', async () => {
    await writeFile(at('a.raf'), data(10))
    await look('a.raf')
    const beganMs = clock.now()
    await turn(SETTLE_MS - 1)
    await writeFile(at('a.raf'), data(20))
    await look('a.raf')
    expect(now).toMatchObject([{ file: { sizeBytes: 20 }, sinceMs: clock.now(), beganMs }])
  })

  it('announces a frame once it has stood still, not before', async () => {
    await writeFile(at('a.raf'), data(10))
    await look('a.raf')
    expect(now.map(({ file, sinceMs }) => [file.relativePath, sinceMs])).toEqual([['a.raf', clock.now()]])
    await turn(SETTLE_MS - 1)
    expect(settled).toEqual([])
    await turn(1)
    expect(settled).toMatchObject([{ path: at('a.raf'), relativePath: 'a.raf', sizeBytes: 10 }])
    expect(now).toEqual([])
    await turn(PATIENCE_MS)
    expect(settled).toHaveLength(1)
  })

  it('does not count the time in which the computer slept, and its writers with it', async () => {
    await writeFile(at('a.raf'), data(10))
    await look('a.raf')
    clock.turn(8 * 3_600_000)
    await settling.idle()
    expect(settled).toEqual([])
    await turn(SETTLE_MS)
    expect(names()).toEqual(['a.raf'])
  })

  it('waits for a slow writer although nobody tells that it writes', async () => {
    await writeFile(at('a.raf'), data(10))
    await look('a.raf')
    for (let part = 0; part < 5; part += 1) {
      await turn(SETTLE_MS - 1)
      await appendFile(at('a.raf'), data(10))
      await turn(1)
      expect(settled).toEqual([])
    }
    await turn(SETTLE_MS)
    expect(settled.map(({ sizeBytes }) => sizeBytes)).toEqual([60])
  })

  it('sees a writer that fills a file of full size and sets an old time', async () => {
    await writeFile(at('a.raf'), data(10))
    await utimes(at('a.raf'), 1, 1)
    await look('a.raf')
    await turn(SETTLE_MS - 1)
    await writeFile(at('a.raf'), data(10))
    await utimes(at('a.raf'), 1, 1)
    await turn(1)
    expect(settled).toEqual([])
    await turn(SETTLE_MS)
    expect(names()).toEqual(['a.raf'])
  })

  it('takes a file that was deleted and made again for a new one', async () => {
    await writeFile(at('a.raf'), data(10))
    await look('a.raf')
    await turn(SETTLE_MS - 1)
    await rm(at('a.raf'))
    await writeFile(at('a.raf'), data(10))
    await turn(1)
    expect(settled).toEqual([])
    await turn(SETTLE_MS)
    expect(names()).toEqual(['a.raf'])
  })

  it('takes a temporary name that was renamed for one new frame', async () => {
    await writeFile(at('a.new'), data(10))
    await look('a.new')
    await rename(at('a.new'), at('a.raf'))
    await look('a.raf')
    await turn(SETTLE_MS)
    expect(names()).toEqual(['a.raf'])
    expect(problems).toEqual([])
  })

  it('says nothing of what is gone, a folder, or known', async () => {
    await mkdir(at('folder'))
    await writeFile(at('known.raf'), data(10))
    await look('known.raf')
    await turn(SETTLE_MS)
    known = settled.splice(0)
    for (const name of ['missing', 'folder', 'known.raf']) await look(name)
    await turn(SETTLE_MS)
    expect([settled, problems, now]).toEqual([[], [], []])
  })

  it('announces a known frame again when it has changed', async () => {
    await writeFile(at('a.raf'), data(10))
    await look('a.raf')
    await turn(SETTLE_MS)
    known = [...settled]
    await appendFile(at('a.raf'), data(1))
    await look('a.raf')
    await turn(SETTLE_MS)
    expect(settled.map(({ sizeBytes }) => sizeBytes)).toEqual([10, 11])
  })

  it('waits for the end of a JPEG, thumbnails aside, and takes a damaged one at last', async () => {
    await writeFile(at('a.jpg'), Buffer.concat([jpegHead, data(200_000)]))
    await look('a.jpg')
    await turn(PATIENCE_MS - 1)
    expect(settled).toEqual([])
    await turn(1)
    expect(names()).toEqual(['a.jpg'])
    expect(problems).toEqual([])
  })

  it.each([
    ['at the end', []],
    ['before data of other programs', [data(100_000)]],
    ['on the border of two reads', [data(64 * 1024 - 1)]]
  ])('takes a JPEG at once whose end is %s', async (_, after) => {
    await writeFile(at('a.jpg'), Buffer.concat([jpegHead, data(200_000), jpegEnd, ...after]))
    await look('a.jpg')
    await turn(SETTLE_MS)
    expect(names()).toEqual(['a.jpg'])
  })

  it('waits for a JPEG that grows until its end has come', async () => {
    await writeFile(at('a.jpg'), jpegHead.subarray(0, 9))
    await look('a.jpg')
    await turn(SETTLE_MS)
    await appendFile(at('a.jpg'), jpegHead.subarray(9))
    await turn(SETTLE_MS)
    await turn(SETTLE_MS)
    expect(settled).toEqual([])
    await appendFile(at('a.jpg'), jpegEnd)
    await look('a.jpg')
    await turn(SETTLE_MS)
    expect(names()).toEqual(['a.jpg'])
  })

  it('waits for a file whose end is still empty', async () => {
    await writeFile(at('a.tif'), Buffer.concat([data(5_000), Buffer.alloc(64)]))
    await look('a.tif')
    await turn(SETTLE_MS)
    expect(settled).toEqual([])
    await writeFile(at('a.tif'), data(5_064))
    await turn(SETTLE_MS)
    await turn(SETTLE_MS)
    expect(names()).toEqual(['a.tif'])
  })

  it('does not doubt a file for long that has holes and is whole as far as one can read', async () => {
    const handle = await open(at('a.tif'), 'w')
    await handle.truncate(4_000_000)
    for (const place of [0, 2_200_000, 3_000_000, 3_999_000]) await handle.write(data(1_000), 0, 1_000, place)
    await handle.close()
    await look('a.tif')
    await turn(SETTLE_MS)
    expect(settled).toEqual([])
    await turn(10_000)
    expect(names()).toEqual(['a.tif'])
  })

  it.runIf(process.platform !== 'win32')(
    'asks for a file that does not open later and later, and tells it after a minute',
    async () => {
      await writeFile(at('held.raf'), data(10))
      await chmod(at('held.raf'), 0)
      await chmod(folder, 0o755)
      const isSuperuser = process.geteuid?.() === 0
      // Permissions do not bind the superuser.
      const become = (user: number) => isSuperuser && process.seteuid?.(user)
      try {
        become(NOBODY)
        await look('held.raf')
        await turn(SETTLE_MS) // it does not open, nor 4 s after that
        await turn(4_000)
        become(0)
        await chmod(at('held.raf'), 0o644)
        await turn(8_000) // nobody looks before, and now it has to stand still
        await turn(SETTLE_MS - 1)
        expect(settled).toEqual([])
        await turn(1)
        expect(names()).toEqual(['held.raf'])
        await chmod(at('held.raf'), 0)
        become(NOBODY)
        await look('held.raf')
        await turn(PATIENCE_MS)
      } finally {
        become(0)
      }
      expect(problems).toMatchObject([{ path: at('held.raf'), problem: { code: 'file-unreadable' } }])
      expect(settled).toHaveLength(1)
    }
  )

  it('lists those first that began first, and no more than it was asked for', async () => {
    for (const name of ['c.raf', 'a.raf', 'b.raf']) {
      await writeFile(at(name), data(10))
      await look(name)
    }
    expect(settling.list(2).map(({ file }) => file.relativePath)).toEqual(['c.raf', 'a.raf'])
  })

  it('tells an empty file after a minute, once', async () => {
    await writeFile(at('a.jpg'), '')
    await look('a.jpg')
    await turn(PATIENCE_MS - 1)
    expect(problems).toEqual([])
    await turn(1)
    await look('a.jpg')
    await turn(PATIENCE_MS)
    expect(problems).toMatchObject([{ path: at('a.jpg'), problem: { code: 'file-empty' } }])
    expect(settled).toEqual([])
  })

  it('does not read a file that has a size and no blocks', async () => {
    const handle = await open(at('a.arw'), 'w')
    await handle.truncate(5_000_000)
    const { blocks } = await handle.stat()
    await handle.close()
    expect(blocks).toBe(0)
    await look('a.arw')
    await turn(SETTLE_MS)
    expect(problems).toMatchObject([{ path: at('a.arw'), problem: { code: 'file-elsewhere' } }])
    expect(settled).toEqual([])
  })

  it('tells a path that cannot be looked at', async () => {
    const name = 'x'.repeat(300)
    await look(name)
    await look(name)
    expect(problems).toMatchObject([{ path: at(name), problem: { code: 'file-unreadable' } }])
  })

  it('concludes nothing about what it was made to forget, nor after it was closed', async () => {
    await writeFile(at('a.raf'), data(10))
    await writeFile(at('b.raf'), data(10))
    await look('a.raf')
    settling.clear()
    expect(now).toEqual([])
    settling.look(at('b.raf'), 'b.raf')
    await settling.close()
    await turn(PATIENCE_MS)
    expect([settled, problems]).toEqual([[], []])
  })

  it('takes hundreds at once', async () => {
    const all = Array.from({ length: 500 }, (_, index) => `${index}.raf`)
    for (const name of all) await writeFile(at(name), data(10))
    for (const name of all) settling.look(at(name), name)
    await settling.idle()
    expect(now).toHaveLength(500)
    await turn(SETTLE_MS)
    expect(new Set(names())).toEqual(new Set(all))
    expect(settled).toHaveLength(500)
  })
})
