import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { Account } from '../../shared/model/account.ts'
import type { Collection } from '../../shared/model/collection.ts'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import type { Lack } from '../../shared/model/receipt.ts'
import { CatalogReceipts } from '../catalog/CatalogReceipts.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { systemClock } from '../files/Clock.ts'
import { createFolderStore } from '../store/folder/createFolderStore.ts'
import type { ObjectFacts, ObjectStore } from '../store/ObjectStore.ts'
import { digestsOf } from '../store/testing/digestsOf.ts'
import { inlineDigester } from '../transfer/Digester.ts'
import { openRoom } from '../transfer/testing/openRoom.ts'
import { transition, type UploadState } from '../transfer/UploadState.ts'
import { Receipts } from './Receipts.ts'

const { signal } = new AbortController()
const DAY = new Date('2026-06-20T12:00:00Z')
const occupant = { sizeBytes: 9, etag: 'e', modifiedAtMs: 0, sha256: null, reason: 'other' } as const
const problem = { code: 'network', detail: 'The line broke' } as const

/** A real catalog, a folder of frames, and a folder that stands in for the bucket. */
function openDesk(change: Partial<Collection> = {}) {
  const room = openRoom({ outputs: [ORIGINAL, WEB], keyTemplate: '{folder}/{name}-{output}.{ext}' })
  const bucket = join(room.home, 'bucket')
  mkdirSync(bucket)
  const store = createFolderStore({ path: bucket, publicBaseUrl: null })
  /** What the account is now, and who answers for it. */
  const line: { account: Account | null; store: ObjectStore } = { account: room.destination.account, store }
  const receipts = new Receipts({
    rows: new CatalogReceipts(room.db),
    stores: { find: () => line.account, store: async () => line.store },
    digester: inlineDigester,
    clock: systemClock
  })
  const collection: Collection = { ...room.collection, ...change }

  /** A file that is taken and prepared; nothing of it is sent. */
  async function take(name: string, content: string): Promise<{ frame: Frame; uploads: ReadonlyArray<Upload> }> {
    const file = room.write(name, content)
    utimesSync(file.path, DAY, DAY)
    const [taken] = room.add({ ...file, mtimeNs: statSync(file.path, { bigint: true }).mtimeNs })
    await room.prepare()
    if (!taken) throw new Error(`${name} was not taken`)
    return { frame: room.find(taken.id), uploads: room.uploads.ofFrame(taken.id) }
  }

  /** A file whose original and web copy lie in the bucket, proved. */
  async function arrive(name: string, content = `content of ${name}`) {
    const { frame, uploads } = await take(name, content)
    const keys: string[] = []
    for (const upload of uploads) keys.push((await send(upload, content)).key)
    return { id: frame.id, path: frame.path, original: keys[0] ?? '', web: keys[1] ?? '', uploads }
  }

  async function send(upload: Upload, source: string, provedAtMs = 1): Promise<Upload> {
    const bytes = Buffer.from(upload.output.kind === 'original' ? source : `web copy of ${source}`)
    const digests = digestsOf(bytes)
    const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: { sha256: digests.sha256 } }
    const etag = await store.put(upload.key, bytes, digests, headers, { kind: 'absent' }, signal)
    const digested = room.uploads.setDigest(upload, digests.sha256, bytes.length)
    const sending = room.uploads.saveState(digested, transition(digested.state, { kind: 'started' }))
    const proof = { sizeBytes: bytes.length, sha256: digests.sha256, etag, provedAtMs, how: 'sent' } as const
    return room.uploads.saveProof(sending, proof, digestsOf(Buffer.from(source)).sha256)
  }

  const make = (part: string | null = null) => receipts.make({ collection, part }, signal)
  const prove = (onProgress: (looked: number, objects: number) => void = () => {}, stop = signal) =>
    receipts.prove({ collection, part: null }, onProgress, stop)
  return { ...room, bucket, store, line, receipts, collection, take, arrive, send, make, prove }
}

/** For example `b.jpg changed` or `b.jpg web gone`, in the order of names. */
const worded = (lacks: ReadonlyArray<Lack>) =>
  lacks
    .map(({ path, outputId, reason }) =>
      [path.slice(path.lastIndexOf('/') + 1), outputId, reason].filter(Boolean).join(' ')
    )
    .sort()

describe('a receipt', () => {
  it('calls the card safe where every file of the folder is proved', async () => {
    const desk = openDesk()
    await desk.arrive('a.jpg')
    await desk.arrive('deep/er/b.jpg')
    desk.write('.DS_Store', 'x')
    desk.write('deep/._b.jpg', 'x')
    desk.write('PRIVATE/SONY/SONYCARD.IND', 'x')
    const { receipt, lines } = await desk.make()
    expect(receipt).toMatchObject({ frames: 2, proved: 2, objects: 4, isSafe: true, isFolderRead: true, lacks: [] })
    expect(receipt).toMatchObject({ accountName: 'Studio', bucket: 'photos', reproved: null })
    expect(receipt.provedBytes).toBe('content of a.jpg'.length + 'content of deep/er/b.jpg'.length)
    expect(Array.from(lines, ({ outputId, reason, proof }) => [outputId, reason, proof?.how])).toEqual([
      ['original', null, 'sent'],
      ['web', null, 'sent'],
      ['original', null, 'sent'],
      ['web', null, 'sent']
    ])
  })

  it('is not safe over an empty folder, whatever of its collection came from elsewhere and is proved', async () => {
    const desk = openDesk()
    await desk.arrive('a.jpg')
    const rootPath = join(desk.home, 'mount point')
    mkdirSync(rootPath)
    const { receipt } = await desk.receipts.make({ collection: { ...desk.collection, rootPath }, part: null }, signal)
    expect(receipt).toMatchObject({ proved: 1, lacks: [], isSafe: false })
  })

  it('names what lies in the folder and was never taken, half-written files and catalogues included', async () => {
    const desk = openDesk()
    await desk.arrive('a.jpg')
    for (const name of ['new.jpg', 'sub/newer.jpg', 'b.jpg.part', 'a.jpg_original', 'shoot.lrcat', 'line\nend.jpg'])
      desk.write(name, 'x')
    const { receipt } = await desk.make()
    expect(worded(receipt.lacks)).toEqual([
      'a.jpg_original not-taken',
      'b.jpg.part not-taken',
      'line\nend.jpg not-taken',
      'new.jpg not-taken',
      'newer.jpg not-taken',
      'shoot.lrcat not-taken'
    ])
    expect(receipt).toMatchObject({ frames: 7, proved: 1, isSafe: false })
  })

  it('is not safe where a file changed after its proof, in size or in time', async () => {
    const desk = openDesk()
    const grown = await desk.arrive('grown.jpg')
    const touched = await desk.arrive('touched.jpg')
    await desk.arrive('same.jpg')
    writeFileSync(grown.path, 'another content, longer')
    utimesSync(grown.path, DAY, DAY)
    utimesSync(touched.path, DAY, new Date(DAY.getTime() + 1))
    const { receipt, lines } = await desk.make()
    expect(worded(receipt.lacks)).toEqual(['grown.jpg changed', 'touched.jpg changed'])
    expect(receipt).toMatchObject({ frames: 3, proved: 1, isSafe: false })
    expect([...lines].filter(({ path }) => path === grown.path).map(({ reason }) => reason)).toEqual([
      'changed',
      'changed'
    ])
  })

  it('looks into a file of the same size and time that was put in the place of the one that was sent', async () => {
    const desk = openDesk()
    const swapped = await desk.arrive('swapped.jpg', 'first content')
    const restored = await desk.arrive('restored.jpg', 'kept content')
    for (const [path, content] of [
      [swapped.path, 'other content'],
      [restored.path, 'kept content']
    ] as const) {
      const other = join(desk.home, 'other')
      writeFileSync(other, content)
      utimesSync(other, DAY, DAY)
      renameSync(other, path)
    }
    const { receipt } = await desk.make()
    expect(worded(receipt.lacks)).toEqual(['swapped.jpg changed'])
  })

  it('does not hold it against a file that it is gone from the card', async () => {
    const desk = openDesk()
    const gone = await desk.arrive('gone.jpg')
    await desk.arrive('there.jpg')
    rmSync(gone.path)
    expect((await desk.make()).receipt).toMatchObject({ frames: 2, proved: 2, isSafe: true })
  })

  it('concludes nothing from a folder that is gone, or has nothing in it', async () => {
    const desk = openDesk()
    const { path } = await desk.arrive('a.jpg')
    rmSync(path)
    const empty = (await desk.make()).receipt
    expect(empty).toMatchObject({ frames: 1, proved: 1, isFolderRead: false, isSafe: false, lacks: [] })
    rmSync(desk.folder, { recursive: true })
    expect((await desk.make()).receipt).toMatchObject({ proved: 1, isFolderRead: false, isSafe: false, lacks: [] })
  })

  it('is not safe at another card in the same place', async () => {
    const desk = openDesk()
    const { path } = await desk.arrive('a.jpg')
    rmSync(path)
    desk.write('other.jpg', 'of another card')
    const { receipt } = await desk.make()
    expect(worded(receipt.lacks)).toEqual(['other.jpg not-taken'])
    expect(receipt.isSafe).toBe(false)
  })

  it('of nothing at all is not safe', async () => {
    expect((await openDesk().make()).receipt).toMatchObject({ frames: 0, proved: 0, isSafe: false })
  })

  it('compares loose files one by one, and never calls their card safe', async () => {
    const desk = openDesk({ rootPath: null })
    const gone = await desk.arrive('gone.jpg')
    await desk.arrive('there.jpg')
    rmSync(gone.path)
    desk.write('beside.jpg', 'was not dropped')
    const whole = (await desk.make()).receipt
    expect(whole).toMatchObject({ frames: 2, proved: 2, lacks: [], isFolderRead: null, isSafe: false })
    const changed = await desk.arrive('changed.jpg')
    writeFileSync(changed.path, 'other')
    expect(worded((await desk.make()).receipt.lacks)).toEqual(['changed.jpg changed'])
  })

  it('compares a file that lies outside the folder of its collection', async () => {
    const desk = openDesk()
    const inside = await desk.arrive('in/a.jpg')
    const outside = await desk.arrive('out/b.jpg')
    const narrow = { ...desk.collection, rootPath: join(inside.path, '..') }
    const make = () => desk.receipts.make({ collection: narrow, part: null }, signal)
    expect((await make()).receipt).toMatchObject({ frames: 2, proved: 2, isSafe: true })
    writeFileSync(outside.path, 'changed')
    expect(worded((await make()).receipt.lacks)).toEqual(['b.jpg changed'])
  })

  it('is not safe with a link that leads out of the folder, and follows none', async () => {
    const desk = openDesk()
    await desk.arrive('a.jpg')
    mkdirSync(join(desk.home, 'elsewhere'))
    writeFileSync(join(desk.home, 'elsewhere', 'x.jpg'), 'x')
    symlinkSync(join(desk.home, 'elsewhere'), join(desk.folder, 'link'))
    const { receipt } = await desk.make()
    expect(worded(receipt.lacks)).toEqual(['link unreadable'])
    expect(receipt.isSafe).toBe(false)
  })

  it('of a part of a folder leaves the rest out', async () => {
    const desk = openDesk()
    await desk.arrive('one/a.jpg')
    await desk.arrive('one more/b.jpg')
    desk.write('one more/new.jpg', 'x')
    const one = (await desk.make(join(desk.folder, 'one'))).receipt
    expect(one).toMatchObject({ frames: 1, proved: 1, isSafe: true, lacks: [] })
    expect(worded((await desk.make(join(desk.folder, 'one more'))).receipt.lacks)).toEqual(['new.jpg not-taken'])
  })

  it('counts a sidecar like any other file', async () => {
    const desk = openDesk()
    await desk.arrive('a.jpg')
    const { path } = await desk.arrive('a.xmp')
    writeFileSync(path, 'five stars')
    expect(worded((await desk.make()).receipt.lacks)).toEqual(['a.xmp changed'])
  })
})

describe('a receipt of what has not arrived', () => {
  it.each<[string, UploadState, string]>([
    ['waiting', { kind: 'waiting', multipart: null, restart: null }, 'waiting'],
    ['sending', { kind: 'sending', multipart: null, restart: null, attempt: 0, problem: null }, 'waiting'],
    ['proving', { kind: 'proving', etag: 'e', attempt: 0 }, 'waiting'],
    ['paused', { kind: 'paused', multipart: null, restart: null }, 'waiting'],
    ['in conflict', { kind: 'conflict', occupant }, 'conflict'],
    ['skipped', { kind: 'skipped', occupant }, 'skipped'],
    ['failed', { kind: 'failed', problem }, 'failed'],
    ['seen to be gone', { kind: 'failed', problem: { code: 'object-missing', detail: '' } }, 'gone'],
    ['seen to be another', { kind: 'failed', problem: { code: 'proof-failed', detail: '' } }, 'differs'],
    ['cancelled', { kind: 'cancelled' }, 'cancelled']
  ])('names an output that is %s', async (_name, state, reason) => {
    const desk = openDesk()
    const { uploads } = await desk.arrive('a.jpg')
    const web = uploads.find(({ output }) => output.id === 'web')
    if (web) desk.uploads.saveState(desk.kept(web), state)
    const { receipt } = await desk.make()
    expect(worded(receipt.lacks)).toEqual([`a.jpg web ${reason}`])
    expect(receipt).toMatchObject({ frames: 1, proved: 0, provedBytes: 0, isSafe: false })
  })

  it.each([
    ['waiting', 'waiting'],
    ['settling', 'waiting'],
    ['paused', 'waiting'],
    ['failed', 'failed'],
    ['cancelled', 'cancelled'],
    ['done', 'failed']
  ] as const)('names a file that has no outputs and is %s', async (status, reason) => {
    const desk = openDesk()
    const [frame] = desk.add(desk.write('a.jpg', 'x'))
    if (frame) desk.frames.setStatus(frame.id, status, status === 'failed' ? problem : null)
    expect(worded((await desk.make()).receipt.lacks)).toEqual([`a.jpg ${reason}`])
  })

  it('is not satisfied with copies', async () => {
    const desk = openDesk()
    const { uploads } = await desk.arrive('a.jpg')
    desk.db.prepare('DELETE FROM uploads WHERE id = ?').run(uploads[0]?.id ?? '')
    const { receipt } = await desk.make()
    expect(worded(receipt.lacks)).toEqual(['a.jpg no-original'])
    expect(receipt.isSafe).toBe(false)
  })

  it('does not take the proof of an earlier version for this one', async () => {
    const desk = openDesk()
    const { id } = await desk.arrive('a.jpg')
    desk.db.prepare('UPDATE frames SET sha256 = ? WHERE id = ?').run('0'.repeat(64), id)
    expect(worded((await desk.make()).receipt.lacks)).toEqual(['a.jpg original changed'])
  })

  it.each([
    ['state', 'broken'],
    ['state', '{"kind":"done"}'],
    ['state', '{"kind":"done","proof":{"sizeBytes":1}}'],
    ['output', '[]']
  ])('names a row whose %s is damaged', async (column, content) => {
    const desk = openDesk()
    const { id } = await desk.arrive('a.jpg')
    desk.db.prepare(`UPDATE uploads SET ${column} = ? WHERE frame_id = ? AND output_id = 'original'`).run(content, id)
    const { receipt } = await desk.make()
    expect(worded(receipt.lacks)).toEqual(['a.jpg original failed'])
    expect(receipt.lacks[0]?.problem?.code).toBe('record-damaged')
  })

  it('does not trust a row whose time or size is damaged', async () => {
    const desk = openDesk()
    const { id } = await desk.arrive('a.jpg')
    desk.db.prepare("UPDATE frames SET mtime_ns = 'soon' WHERE id = ?").run(id)
    expect(worded((await desk.make()).receipt.lacks)).toEqual(['a.jpg changed'])
    desk.db.prepare('UPDATE frames SET size_bytes = 0 WHERE id = ?').run(id)
    expect(worded((await desk.make()).receipt.lacks)).toEqual(['a.jpg original changed'])
  })

  it('notices that other content was proved at the same key later', async () => {
    const desk = openDesk()
    const { original } = await desk.arrive('a.jpg')
    desk.db.prepare('UPDATE proofs SET sha256 = ? WHERE key = ?').run('0'.repeat(64), original)
    expect(worded((await desk.make()).receipt.lacks)).toEqual(['a.jpg original differs'])
  })

  it('is not safe where the account leads to another bucket now; an account that was removed takes no proof away', async () => {
    const desk = openDesk()
    await desk.arrive('a.jpg')
    desk.line.account = { id: 'studio', kind: 'local', name: 'Studio', bucket: 'another', prefix: '' }
    expect(worded((await desk.make()).receipt.lacks)).toEqual(['a.jpg original elsewhere', 'a.jpg web elsewhere'])
    desk.line.account = null
    expect((await desk.make()).receipt).toMatchObject({ proved: 1, lacks: [] })
  })
})

describe('proving again', () => {
  it('looks at every object, tells how far it is, and says so in the receipt', async () => {
    const desk = openDesk()
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) await desk.arrive(name)
    const told: string[] = []
    const { receipt } = await desk.prove((looked, objects) => told.push(`${looked}/${objects}`))
    expect(receipt).toMatchObject({ frames: 3, proved: 3, isSafe: true, reproved: { objects: 6 } })
    expect(told).toEqual(['0/6', '1/6', '2/6', '3/6', '4/6', '5/6', '6/6'])
  })

  it('finds what is gone, and what is another', async () => {
    const desk = openDesk()
    const { original } = await desk.arrive('gone.jpg')
    await desk.store.delete([original], signal)
    const other = await desk.arrive('other.jpg')
    const bytes = Buffer.from('OTHER CONTENT OF SAME LENGTH'.slice(0, 'content of other.jpg'.length))
    const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }
    await desk.store.put(other.original, bytes, digestsOf(bytes), headers, { kind: 'always' }, signal)
    await desk.arrive('kept.jpg')
    const { receipt } = await desk.prove()
    expect(worded(receipt.lacks)).toEqual(['gone.jpg original gone', 'other.jpg original differs'])
    expect(receipt).toMatchObject({ frames: 3, proved: 1, isSafe: false })
  })

  it.each<[string, (found: ObjectFacts) => ObjectFacts]>([
    ['size', (found) => ({ ...found, sizeBytes: found.sizeBytes + 1 })],
    ['ETag', (found) => ({ ...found, etag: 'f'.repeat(32) })],
    ['digest', (found) => ({ ...found, metadata: { sha256: '0'.repeat(64) } })]
  ])('takes an object of another %s alone for another object', async (_what, change) => {
    const desk = openDesk()
    const { web } = await desk.arrive('a.jpg')
    desk.line.store = {
      ...desk.store,
      head: async (key, stop) => {
        const found = await desk.store.head(key, stop)
        return found && key === web ? change(found) : found
      }
    }
    expect(worded((await desk.prove()).receipt.lacks)).toEqual(['a.jpg web differs'])
  })

  it('takes an object without our metadata for the one that was found, and not for one that was sent', async () => {
    const desk = openDesk()
    await desk.arrive('a.jpg')
    const bare: ObjectStore = {
      ...desk.store,
      head: async (key, stop) => {
        const found = await desk.store.head(key, stop)
        return found && { ...found, metadata: {} }
      }
    }
    desk.line.store = bare
    expect(worded((await desk.prove()).receipt.lacks)).toEqual(['a.jpg original differs', 'a.jpg web differs'])
    desk.db.exec(`UPDATE uploads SET state = json_set(state, '$.proof.how', 'found')`)
    expect((await desk.prove()).receipt.lacks).toEqual([])
  })

  it('says "unknown" and never "gone" where nobody answers, and soon stops asking', async () => {
    const desk = openDesk()
    for (let n = 0; n < 20; n += 1) await desk.arrive(`${n}.jpg`)
    let asked = 0
    desk.line.store = {
      ...desk.store,
      head: async () => {
        asked += 1
        throw new AppError('network', 'No route to host')
      }
    }
    const { receipt } = await desk.prove()
    expect(receipt).toMatchObject({ frames: 20, proved: 0, isSafe: false })
    expect(new Set(receipt.lacks.map(({ reason }) => reason))).toEqual(new Set(['unknown']))
    expect(receipt.lacks).toHaveLength(40)
    expect(receipt.lacks[39]?.problem?.code).toBe('network')
    expect(asked).toBeLessThan(40)
  })

  it('tells a bucket that is gone from objects that are', async () => {
    const desk = openDesk()
    await desk.arrive('a.jpg')
    rmSync(desk.bucket, { recursive: true })
    const { receipt } = await desk.prove()
    expect(worded(receipt.lacks)).toEqual(['a.jpg original unknown', 'a.jpg web unknown'])
    expect(receipt.lacks[0]?.problem?.code).toBe('folder-missing')
  })

  it('goes on after an object that could not be asked for', async () => {
    const desk = openDesk()
    const { original } = await desk.arrive('a.jpg')
    await desk.arrive('b.jpg')
    desk.line.store = {
      ...desk.store,
      head: async (key, stop) => {
        if (key === original) throw new AppError('server-error', '500')
        return desk.store.head(key, stop)
      }
    }
    expect(worded((await desk.prove()).receipt.lacks)).toEqual(['a.jpg original unknown'])
  })

  it('asks nobody for what was proved in another bucket', async () => {
    const desk = openDesk()
    await desk.arrive('a.jpg')
    desk.line.account = { id: 'studio', kind: 'local', name: 'Studio', bucket: 'another', prefix: '' }
    desk.line.store = { ...desk.store, head: () => Promise.reject(new Error('asked')) }
    const { receipt } = await desk.prove()
    expect(worded(receipt.lacks)).toEqual(['a.jpg original elsewhere', 'a.jpg web elsewhere'])
    expect(receipt.reproved?.objects).toBe(0)
  })

  it('believes what arrives while it looks, and sees what comes to the folder', async () => {
    const desk = openDesk()
    await desk.arrive('a.jpg')
    const late = await desk.take('late.jpg', 'late')
    let isLate = false
    desk.line.store = {
      ...desk.store,
      head: async (key, stop) => {
        if (!isLate) {
          isLate = true
          for (const upload of late.uploads) await desk.send(upload, 'late', Date.now())
          desk.write('later.jpg', 'x')
        }
        return desk.store.head(key, stop)
      }
    }
    const { receipt } = await desk.prove()
    expect(worded(receipt.lacks)).toEqual(['later.jpg not-taken'])
    expect(receipt).toMatchObject({ frames: 3, proved: 2, reproved: { objects: 2 } })
  })

  it('ends at once when it is stopped, as aborted', async () => {
    const desk = openDesk()
    for (let n = 0; n < 20; n += 1) await desk.arrive(`${n}.jpg`)
    const stop = new AbortController()
    let asked = 0
    desk.line.store = {
      ...desk.store,
      head: async (key, own) => {
        asked += 1
        if (asked === 5) stop.abort()
        own.throwIfAborted()
        return desk.store.head(key, own)
      }
    }
    await expect(desk.prove(undefined, stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
    expect(asked).toBeLessThan(30)
  })

  it('changes nothing, in the bucket or in the catalog', async () => {
    const desk = openDesk()
    const { original, id } = await desk.arrive('a.jpg')
    await desk.store.delete([original], signal)
    await desk.prove()
    expect(desk.find(id).status).toBe('done')
  })
})

it('a receipt of more files than are judged at a time has each of them once', async () => {
  const desk = openDesk()
  const files = Array.from({ length: 2_345 }, (_, n) => desk.write(`${n % 7}/${n}.jpg`, 'x'))
  desk.add(...files)
  const { receipt } = await desk.make()
  expect(receipt.frames).toBe(2_345)
  expect(new Set(receipt.lacks.map(({ path }) => path)).size).toBe(2_345)
})
