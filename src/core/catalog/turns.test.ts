import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { type TransferOrder, transferOrders } from '../../shared/model/transfer.ts'
import { prepareFrame } from '../transfer/prepareFrame.ts'
import { createPaperDarkroom, openRoom, type Room, SESSION } from '../transfer/testing/openRoom.ts'
import { transition } from '../transfer/UploadState.ts'
import { frameTurnQueries } from './FrameTurns.ts'
import { migrations, openCatalog } from './openCatalog.ts'
import type { Upload } from './records.ts'
import { FIRST_ORDER, type TurnOrder } from './turnOrder.ts'
import { uploadTurnQueries } from './UploadTurns.ts'

const problem = { code: 'network', detail: 'The line broke' } as const
const nothing = { accounts: [], frames: [] }

function setOrder(room: Room, order: Partial<TurnOrder>): void {
  const whole = { ...FIRST_ORDER, ...order }
  room.uploads.setOrder(whole)
  room.frames.setOrder(whole)
}

/** Another collection in the same catalog, claimed by this session unless told otherwise. */
function addCollection(room: Room, options: { readonly accountId?: string; readonly session?: string } = {}) {
  const { accountId = 'studio', session = SESSION } = options
  const collection = { ...room.collection, id: randomUUID(), name: 'Another', accountId }
  room.collections.add(collection)
  room.collections.claim(collection.id, session, Date.now())
  const to = { ...room.destination, collection, account: { ...room.destination.account, id: accountId } }
  /** Files that wait for the line. */
  const wait = async (...names: string[]) => {
    room.frames.addMany(
      collection.id,
      names.map((name) => room.write(name, name)),
      { isPaused: false }
    )
    const ports = { ...room, darkroom: createPaperDarkroom() }
    for (const frame of room.frames.takeToPrepare(session, [], 1_000))
      await prepareFrame(frame, to, ports, new AbortController().signal)
  }
  return { collection, wait }
}

function take(room: Room, limit = 100, nowMs = 1): ReadonlyArray<Upload> {
  return room.uploads.takeToSend(SESSION, nowMs, nothing, limit)
}

const keysOf = (uploads: ReadonlyArray<Upload>) => uploads.map(({ key }) => key)

function setBack(room: Room, upload: Upload | undefined, retryAtMs: number): void {
  if (!upload) throw new Error('Nothing was given out')
  room.uploads.saveState(upload, transition(upload.state, { kind: 'interrupted', retryAtMs, problem }))
}

describe('the order in force', () => {
  const files = [
    { name: 'IMG_10.jpg', bytes: 3, mtimeMs: 2_000 },
    { name: 'IMG_9.jpg', bytes: 1, mtimeMs: 3_000 },
    { name: 'img_11.jpg', bytes: 2, mtimeMs: 1_000 }
  ]
  const orders: Record<TransferOrder, ReadonlyArray<string>> = {
    'as-dropped': ['IMG_10.jpg', 'IMG_9.jpg', 'img_11.jpg'],
    newest: ['IMG_9.jpg', 'IMG_10.jpg', 'img_11.jpg'],
    smallest: ['IMG_9.jpg', 'img_11.jpg', 'IMG_10.jpg'],
    'by-name': ['IMG_9.jpg', 'IMG_10.jpg', 'img_11.jpg']
  }

  function addFiles(room: Room): void {
    for (const { name, bytes, mtimeMs } of files)
      room.add({ ...room.write(name, 'x'.repeat(bytes)), mtimeNs: BigInt(mtimeMs) * 1_000_000n })
  }

  it.each(transferOrders)('is that of preparing: %s', (order) => {
    const room = openRoom()
    addFiles(room)
    setOrder(room, { order })
    const frames = room.frames.takeToPrepare(SESSION, [], 10)
    expect(frames.map(({ relativePath }) => relativePath)).toEqual(orders[order])
    expect(room.frames.takeToPrepare(SESSION, [], 10)).toEqual([])
  })

  it.each(transferOrders)('is that of sending, for what waits already as well: %s', async (order) => {
    const room = openRoom()
    addFiles(room)
    await room.prepare()
    setOrder(room, { order })
    expect(keysOf(take(room))).toEqual(orders[order])
  })

  it('puts web copies before originals where a person asks for that', async () => {
    const room = openRoom({ outputs: [ORIGINAL, WEB], keyTemplate: '{name}-{output}.{ext}' })
    room.add(room.write('a.jpg', 'a'), room.write('b.jpg', 'b'))
    await room.prepare()
    for (const path of ['/spool/1', '/spool/2']) {
      const [upload] = room.uploads.takeToRender(SESSION, 1, [])
      if (!upload) throw new Error('Nothing was given out')
      room.uploads.saveRendered(upload, { path, sizeBytes: 1, widthPx: 1, heightPx: 1, contentType: 'image/webp' })
    }
    setOrder(room, { renditionsFirst: true })
    expect(keysOf(take(room, 3))).toEqual(['a-web.webp', 'b-web.webp', 'a-original.jpg'])
    setOrder(room, { renditionsFirst: false })
    expect(keysOf(take(room))).toEqual(['b-original.jpg'])
  })

  it.each(transferOrders)('is found in an index, without a scan and without sorting: %s', (order) => {
    for (const renditionsFirst of [false, true]) {
      const room = openRoom()
      const { db } = room
      setOrder(room, { order, renditionsFirst })
      const queries = [
        ...Object.values(uploadTurnQueries({ order, renditionsFirst })),
        ...Object.values(frameTurnQueries({ order, renditionsFirst }))
      ]
      for (const sql of queries) {
        const steps = db
          .prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .all()
          .map(({ detail }) => String(detail))
        expect(steps[0]).toMatch(
          /^SEARCH (uploads|frames) USING (COVERING )?INDEX (uploads_turns|uploads_due|frames_turns)/
        )
        expect(steps.join('\n')).not.toMatch(/SCAN (?!json_each)|TEMP B-TREE/)
      }
    }
  })

  it('writes no index anew for the order that it has', () => {
    const room = openRoom()
    const version = () => room.db.prepare('PRAGMA schema_version').get()
    const before = version()
    setOrder(room, FIRST_ORDER)
    expect(version()).toEqual(before)
    setOrder(room, { order: 'newest' })
    expect(version()).not.toEqual(before)
  })
})

describe('turns', () => {
  it('go round the collections: a few files are not behind thousands of another', async () => {
    const room = openRoom()
    const [first, second] = [addCollection(room), addCollection(room)]
    await first.wait('1.jpg', '2.jpg', '3.jpg', '4.jpg')
    expect(keysOf(take(room, 2))).toEqual(['1.jpg', '2.jpg'])
    await second.wait('a.jpg', 'b.jpg')
    const keys = keysOf(take(room))
    expect([...keys].sort()).toEqual(['3.jpg', '4.jpg', 'a.jpg', 'b.jpg'])
    expect(new Set(keys.slice(0, 2).map((key) => /\d/.test(key))).size).toBe(2) // one of each
  })

  it('go round the collections for preparing too', () => {
    const room = openRoom()
    const { collection } = addCollection(room)
    room.add(...['1.jpg', '2.jpg', '3.jpg'].map((name) => room.write(name, 'x')))
    room.frames.addMany(collection.id, [room.write('a.jpg', 'x')], { isPaused: false })
    const firstTwo = room.frames.takeToPrepare(SESSION, [], 2)
    expect(firstTwo.map(({ relativePath }) => relativePath).sort()).toEqual(['1.jpg', 'a.jpg'])
  })

  it('are all given to one collection where no other has a frame to prepare that can go', () => {
    const room = openRoom()
    const { collection } = addCollection(room)
    const away = addCollection(room).collection
    room.frames.addMany(away.id, [room.write('away.jpg', 'x')], { isPaused: false })
    const [held = ''] = room.frames.addMany(collection.id, [room.write('a.jpg', 'x')], { isPaused: false }).added
    room.add(...['1.jpg', '2.jpg', '3.jpg', '4.jpg'].map((name) => room.write(name, 'x')))
    const take = (limit: number) =>
      room.frames.takeToPrepare(SESSION, [held], limit, [away.id]).map(({ relativePath }) => relativePath)
    expect(take(3)).toEqual(['1.jpg', '2.jpg', '3.jpg'])
    expect(take(3)).toEqual(['4.jpg'])
    expect(take(3)).toEqual([])
  })

  it('pass over held accounts and collections, and what another engine has claimed', async () => {
    const room = openRoom()
    const [held, busy, free] = [addCollection(room, { accountId: 'held' }), addCollection(room), addCollection(room)]
    const strange = addCollection(room, { session: 'another-run' })
    await held.wait('held.jpg')
    await busy.wait('busy.jpg')
    await free.wait('free.jpg')
    await strange.wait('strange.jpg')
    const without = { accounts: ['held'], frames: [], collections: [busy.collection.id] }
    expect(keysOf(room.uploads.takeToSend(SESSION, 1, without, 10))).toEqual(['free.jpg'])
    expect(keysOf(take(room)).toSorted()).toEqual(['busy.jpg', 'held.jpg'])
  })

  it('give what is due to be tried again every second turn: neither waits for ever for the other', async () => {
    const room = openRoom()
    const names = Array.from({ length: 12 }, (_, index) => `${index}.jpg`)
    room.add(...names.map((name) => room.write(name, 'x')))
    await room.prepare()
    for (const upload of take(room, 6)) setBack(room, upload, 10)
    const kinds = take(room, 8, 10).map(({ state }) => ('attempt' in state && state.attempt > 0 ? 'again' : 'fresh'))
    expect(kinds).toEqual(['again', 'fresh', 'again', 'fresh', 'again', 'fresh', 'again', 'fresh'])
  })

  it('tell when the next retry is due, whichever collection and work it is of', async () => {
    const room = openRoom()
    const [first, second] = [addCollection(room), addCollection(room, { accountId: 'other' })]
    await first.wait('1.jpg')
    await second.wait('a.jpg')
    const [one, two] = take(room)
    setBack(room, one, 300)
    setBack(room, two, 200)
    expect(room.uploads.nextDueMs(0)).toBe(200)
    expect(room.uploads.nextDueMs(200)).toBe(300)
    expect(room.uploads.nextDueMs(300)).toBeNull()
    room.uploads.makeDue(null)
    expect(keysOf(take(room, 10, 1)).toSorted()).toEqual(['1.jpg', 'a.jpg'])
  })
})

describe('the migration', () => {
  it('gives what waits in a first catalog its place', () => {
    const home = mkdtempSync(join(tmpdir(), 'silverdrop-catalog-'))
    onTestFinished(() => rmSync(home, { recursive: true }))
    const path = join(home, 'catalog.sqlite')
    const before = new DatabaseSync(path)
    before.exec(`${migrations[0]}; PRAGMA user_version = 1;
      INSERT INTO collections (id, kind, name, account_id, prefix, rules, created_at_ms) VALUES ('c', 'drop', 'Lake', 'studio', '', '{}', 0);
      INSERT INTO frames (id, collection_id, number, path, relative_path, size_bytes, mtime_ns, inode, status)
        VALUES ('f', 'c', 1, '/day/A.JPG', 'day/A.JPG', 7, '1782000000123456789', '1', 'waiting');
      INSERT INTO uploads (id, frame_id, frame_seq, ordinal, output, output_id, account_id, bucket, base_key, key, key_number, state, status, work, content_type)
        VALUES ('u', 'f', 1, 0, '{}', 'original', 'studio', 'photos', 'A.JPG', 'A.JPG', 1, '{}', 'waiting', 'send', 'image/jpeg')`)
    before.close()
    const db = openCatalog(path)
    expect(db.prepare('SELECT collection_id, source_mtime_ms, source_bytes, name_key FROM uploads').get()).toEqual({
      collection_id: 'c',
      source_mtime_ms: 1_782_000_000_123,
      source_bytes: 7,
      name_key: 'day/a.jpg'
    })
    db.close()
  })
})
