import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import { BandwidthLimiter } from '../transfer/BandwidthLimiter.ts'
import { Dispatcher, type DispatcherLimits } from '../transfer/Dispatcher.ts'
import { createFaultyStore } from '../transfer/testing/createFaultyStore.ts'
import { createPaperDarkroom, openRoom, SESSION } from '../transfer/testing/openRoom.ts'

const { signal } = new AbortController()

/** A room whose catalog has no page more than it has now, and so many. */
function openFullRoom() {
  const room = openRoom()
  const pages = () => Number(room.db.prepare('PRAGMA page_count').get()?.['page_count'])
  const fill = (spare: number) => room.db.exec(`PRAGMA max_page_count = ${pages() + spare}`)
  const makeRoom = () => room.db.exec('PRAGMA max_page_count = 1000000')
  return { ...room, fill, makeRoom }
}

function startDispatcher(
  room: ReturnType<typeof openFullRoom>,
  darkroom: Darkroom = createPaperDarkroom(),
  limits: DispatcherLimits = { prepare: 4, render: 1, send: 4 }
) {
  const { frames, uploads, pool, digester, destination, home } = room
  const clock = createFakeClock()
  const store = createFaultyStore(createMemoryStore())
  const dispatcher = new Dispatcher(
    {
      frames,
      uploads,
      pool,
      digester,
      clock,
      darkroom,
      limiter: new BandwidthLimiter(),
      random: () => 1,
      session: SESSION,
      destinationOf: () => destination,
      storeOf: async () => store,
      awayCollections: () => [],
      absenceOf: async () => 'unknown',
      spoolPath: join(home, 'spool'),
      previewPathOf: (id) => join(home, 'previews', id),
      onFrameChanged: () => {},
      onProgress: () => {},
      onHoldChanged: () => {}
    },
    limits
  )
  onTestFinished(() => dispatcher.close())
  dispatcher.start()
  const statuses = () => frames.page(null, 'all', 0, 500).frames.map(({ status }) => status)
  const isDone = () => statuses().every((status) => status === 'done')
  return { dispatcher, store, clock, statuses, isDone }
}

/** Runs a program with a disk of 4 MB of its own in that folder; nobody else sees it, and no rights are needed. */
function runOnSmallDisk(folder: string, command: ReadonlyArray<string>) {
  const script = 'folder=$1; shift; mount -t tmpfs -o size=4m tmpfs "$folder" && exec "$@"'
  return spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', script, 'sh', folder, ...command], {
    encoding: 'utf8'
  })
}

const hasSmallDisks = process.platform === 'linux' && runOnSmallDisk(tmpdir(), ['true']).status === 0

describe('a disk that is full for the catalog', { timeout: 120_000 }, () => {
  // Each time the room ends somewhere else: while frames are prepared, a file is opened, parts and proofs are kept.
  const spares = [0, 1, 2, 3, 4, 6, 8, 11, 14, 18, 23]

  it.each(spares)(
    'holds the queue with %i pages to spare, fails nothing, and goes on when there is room',
    async (spare) => {
      const room = openFullRoom()
      const contents = new Map<string, Buffer>()
      for (let n = 0; n < 40; n += 1) contents.set(`${n}-${'long name '.repeat(15)}.jpg`, randomBytes(100 + n))
      contents.set('film.mov', randomBytes(17 * MiB))
      const files = [...contents].map(([name, bytes]) => room.write(name, bytes))
      room.frames.addMany(room.collection.id, files, { isPaused: false })
      room.fill(spare)
      const { dispatcher, store, clock, statuses, isDone } = startDispatcher(room)
      const mayMove = () => dispatcher.hold !== 'disk-full' || dispatcher.isBusy
      while (!isDone() && mayMove()) await nextTurn()
      expect(dispatcher.hold).toBe('disk-full')
      expect(statuses()).not.toContain('failed')
      room.makeRoom()
      while (!isDone()) {
        clock.turn(1_000)
        await nextTurn()
        expect(statuses()).not.toContain('failed')
      }
      const { objects } = await store.list({ prefix: '', delimiter: null, after: null, limit: 1000 }, signal)
      expect(objects.map(({ key }) => key).sort()).toEqual([...contents.keys()].sort())
      for (const [key, bytes] of contents) {
        const body = await store.get(key, null, signal)
        expect(Buffer.from(await new Response(body).arrayBuffer()).equals(bytes), key).toBe(true)
      }
      expect(room.db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    }
  )

  it('that takes no transaction at all leaves nothing under way for ever', async () => {
    const room = openFullRoom()
    const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg', 'f.jpg']
    room.add(...names.map((name) => room.write(name, name)))
    const exec = room.db.exec.bind(room.db)
    let isFull = false
    room.db.exec = (sql) => {
      if (isFull && sql.startsWith('BEGIN')) throw new AppError('disk-full', 'The test has filled the disk')
      exec(sql)
    }
    const { dispatcher, store, clock, statuses, isDone } = startDispatcher(room)
    const fill = () => {
      isFull = true
    }
    store.faults.push({ at: 'put', when: 'after', act: fill })
    while (dispatcher.hold !== 'disk-full' || dispatcher.isBusy) await nextTurn()
    expect(statuses()).not.toContain('failed')
    expect(room.uploads.ofFrame(room.frames.ids({ collectionId: null, filter: 'working' })[0] ?? '')).not.toEqual([])
    store.faults.length = 0
    isFull = false
    while (!isDone()) {
      clock.turn(1_000)
      await nextTurn()
    }
    const { objects } = await store.list({ prefix: '', delimiter: null, after: null, limit: 1000 }, signal)
    expect(objects.map(({ key }) => key)).toEqual(names)
  })

  it('takes up again what it could not write down, while much else is under way and the next look fails too', async () => {
    const room = openFullRoom()
    const slow = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<void>()
    const paper = createPaperDarkroom()
    const darkroom: Darkroom = {
      ...paper,
      inspect: async (path, stop) => {
        if (path.includes('slow')) await slow.promise
        return paper.inspect(path, stop)
      }
    }
    const names = ['sent.jpg', ...Array.from({ length: 12 }, (_, index) => `slow ${index}.jpg`)]
    room.add(...names.map((name) => room.write(name, `of ${name}`)))
    const { dispatcher, store, clock, isDone } = startDispatcher(room, darkroom, { prepare: 20, render: 1, send: 4 })
    store.faults.push({ at: 'put', when: 'after', act: () => answer.promise })
    const turn = async () => {
      await nextTurn()
      room.uploads.commits.flush()
    }
    while (store.count('put') === 0) await turn()
    const exec = room.db.exec.bind(room.db)
    let isFull = true
    room.db.exec = (sql) => {
      if (isFull && sql === 'COMMIT') throw new AppError('disk-full', 'The test has filled the disk')
      exec(sql)
    }
    answer.resolve()
    while (dispatcher.hold !== 'disk-full') await turn()
    clock.turn(10_001) // looks whether there is room, and there is none
    for (let turns = 0; turns < 20; turns += 1) await turn()
    isFull = false
    slow.resolve()
    while (!isDone()) {
      clock.turn(1_000)
      await turn()
    }
  })

  it('answers a drop with a clear error, takes none of it, and all of it when there is room', () => {
    const room = openFullRoom()
    const files = Array.from({ length: 300 }, (_, n) => room.write(`${n}.jpg`, `${n}`))
    room.fill(5)
    const add = () => room.frames.addMany(room.collection.id, files, { isPaused: false })
    expect(add).toThrow(expect.objectContaining({ code: 'disk-full' }))
    expect(room.frames.page(null, 'all', 0, 1).total).toBe(0)
    room.makeRoom()
    expect(add().added).toHaveLength(300)
  })

  it('is the reason of every statement that fails for it, in a transaction or not', () => {
    const room = openFullRoom()
    room.fill(0)
    const insert = room.db.prepare(
      "INSERT INTO orphans (account_id, key, upload_id, part_bytes) VALUES ('studio', ?, ?, 1)"
    )
    expect(() => insert.run('k'.repeat(100_000), 'upload')).toThrow(expect.objectContaining({ code: 'disk-full' }))
    const long = `INSERT INTO orphans (account_id, key, upload_id, part_bytes) VALUES ('studio', '${'k'.repeat(100_000)}', 'u', 1)`
    expect(() => room.db.exec(long)).toThrow(expect.objectContaining({ code: 'disk-full' }))
  })

  it.runIf(hasSmallDisks)(
    'leaves a catalog on a real disk whole, and it goes on when there is room',
    { timeout: 120_000 },
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'silverdrop-small-disk-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const program = join(import.meta.dirname, 'testing', 'fullDisk.ts')
      const { stdout, stderr } = runOnSmallDisk(folder, [process.execPath, program, folder])
      expect(JSON.parse(stdout || stderr)).toEqual({
        codes: ['disk-full', 'disk-full', 'disk-full'],
        counts: [0, 0, 0], // a shoot is in it as a whole, or not at all
        integrity: 'ok'
      })
    }
  )
})
