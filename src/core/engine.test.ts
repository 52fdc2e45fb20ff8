import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, describe, expect, it } from 'vitest'
import type { EngineConfig } from '../shared/ipc/engine.ts'
import type { Account } from '../shared/model/account.ts'
import type { CollectionRules } from '../shared/model/collection.ts'
import type { FrameView } from '../shared/model/frame.ts'
import { defaultSettings, engineSettings } from '../shared/model/settings.ts'
import { MiB } from '../shared/units.ts'
import { createEngine, type Engine, type EngineOptions } from './engine.ts'
import { createFolderStore } from './store/folder/createFolderStore.ts'
import type { ObjectFacts } from './store/ObjectStore.ts'

const { signal } = new AbortController()
const cleanups: Array<() => unknown> = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function newFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'silverdrop-engine-'))
  cleanups.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

type Desk = { readonly engine: Engine; readonly home: string; readonly bucket: string; readonly shoot: string }

/** An engine on a folder account, and an empty folder to drop. */
async function openDesk(
  rules: Partial<CollectionRules> = {},
  { bucket: givenBucket, ...options }: Partial<EngineOptions> & { bucket?: string } = {}
): Promise<Desk> {
  const home = options.home ?? newFolder()
  const bucket = givenBucket ?? join(home, 'bucket')
  const shoot = join(home, 'shoot')
  mkdirSync(shoot, { recursive: true })
  mkdirSync(bucket, { recursive: true })
  const engine = createEngine({ home, resumesAll: true, settleMs: 100, ...options })
  cleanups.push(() => engine.close())
  const account: Account = { id: 'here', kind: 'folder', name: 'Here', path: bucket, publicBaseUrl: null, prefix: '' }
  const config: EngineConfig = {
    accounts: [{ account, secret: null }],
    defaultAccountId: 'here',
    ...engineSettings(defaultSettings),
    newCollection: { ...defaultSettings.newCollection, ...rules }
  }
  await engine.private['engine:configure'](config)
  return { engine, home, bucket, shoot }
}

async function drop({ engine }: Desk, paths: string[]): Promise<ReadonlyArray<FrameView>> {
  const { collectionId } = await engine.answers['queue:add']({ paths, collectionId: null })
  await engine.settled(collectionId, AbortSignal.timeout(60_000))
  const page = await engine.answers['queue:page']({ collectionId, filter: 'all', offset: 0, limit: 500 })
  return page.frames
}

async function objectsOf(desk: Desk): Promise<Map<string, ObjectFacts & { bytes: Buffer }>> {
  const store = createFolderStore({ path: desk.bucket, publicBaseUrl: null })
  const page = await store.list({ prefix: '', delimiter: null, after: null, limit: 1000 }, signal)
  const objects = new Map<string, ObjectFacts & { bytes: Buffer }>()
  for (const { key } of page.objects) {
    const facts = await store.head(key, signal)
    const body = await store.get(key, null, signal)
    if (facts) objects.set(key, { ...facts, bytes: Buffer.from(await new Response(body).arrayBuffer()) })
  }
  return objects
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function jpeg(seed: number, widthPx = 640): Promise<Buffer> {
  const background = { r: seed % 256, g: (seed * 7) % 256, b: 90 }
  return sharp({ create: { width: widthPx, height: 480, channels: 3, background } })
    .jpeg()
    .toBuffer()
}

describe('a drop', () => {
  it('ends as original and web copy in the bucket, with the headers and metadata that were promised', async () => {
    const desk = await openDesk()
    const bytes = await jpeg(1, 3000)
    writeFileSync(join(desk.shoot, 'Zoë.jpg'), bytes)
    const [frame] = await drop(desk, [desk.shoot])
    expect(frame?.status).toBe('done')
    const objects = await objectsOf(desk)
    const original = [...objects.values()].find(({ key }) => key.endsWith('-original.jpg'))
    expect(original?.bytes.equals(bytes)).toBe(true)
    expect(original).toMatchObject({ contentType: 'image/jpeg', cacheControl: 'public, max-age=31536000, immutable' })
    expect(original?.metadata).toMatchObject({
      'source-name': 'Zoë.jpg',
      'source-sha256': sha256(bytes),
      sha256: sha256(bytes),
      width: '3000',
      height: '480',
      output: 'original'
    })
    const web = [...objects.values()].find(({ key }) => key.endsWith('-web.webp'))
    expect(web?.metadata).toMatchObject({ 'source-sha256': sha256(bytes), width: '2048', output: 'web' })
    expect(web?.metadata['sha256']).toBe(sha256(web?.bytes ?? Buffer.alloc(0)))
  })

  it('of the same folder again sends nothing, and only what is new after that', async () => {
    const desk = await openDesk()
    for (const n of [1, 2]) writeFileSync(join(desk.shoot, `${n}.jpg`), await jpeg(n))
    await drop(desk, [desk.shoot])
    const again = await desk.engine.answers['queue:add']({ paths: [desk.shoot], collectionId: null })
    expect(again).toMatchObject({ added: 0, known: 2 })
    writeFileSync(join(desk.shoot, '3.jpg'), await jpeg(3))
    const more = await desk.engine.answers['queue:add']({ paths: [desk.shoot], collectionId: null })
    expect(more).toMatchObject({ added: 1, known: 2, collectionId: again.collectionId })
  })

  it('tells the forecast before the first byte goes', async () => {
    const desk = await openDesk()
    writeFileSync(join(desk.shoot, 'a.jpg'), await jpeg(1))
    writeFileSync(join(desk.shoot, 'big.mov'), Buffer.alloc(40 * MiB))
    writeFileSync(join(desk.shoot, '.DS_Store'), 'x')
    const told = await desk.engine.answers['drop:forecast']({ paths: [desk.shoot] })
    expect(told).toMatchObject({ files: 2, ignored: 1, outputs: ['original', 'web'] })
    expect(told.requests).toBe(2 + 7) // two puts for the picture; 40 MiB in five parts, opened and joined
    expect(told.target).toMatch(/bucket\/shoot$/) // the day differs from frame to frame
  })

  it('gives every bad file its own reason and sends the rest', async () => {
    const desk = await openDesk()
    const good = await jpeg(1)
    const names = [
      'emoji 📷.jpg',
      'hash#1.jpg',
      'what?.jpg',
      '100%.jpg',
      'a+b.jpg',
      'two  spaces.jpg',
      'e\u0301te\u0301.jpg'
    ]
    for (const [index, name] of names.entries()) writeFileSync(join(desk.shoot, name), await jpeg(index + 10))
    writeFileSync(join(desk.shoot, 'empty.jpg'), '')
    writeFileSync(join(desk.shoot, 'cut.jpg'), good.subarray(0, good.length - 200))
    writeFileSync(join(desk.shoot, 'text.jpg'), 'this is not a photograph')
    writeFileSync(join(desk.shoot, 'really.png'), await jpeg(99))
    mkdirSync(join(desk.shoot, 'd'.repeat(200), 'e'.repeat(200)), { recursive: true })
    const frames = new Map((await drop(desk, [desk.shoot])).map((frame) => [frame.name, frame]))

    for (const name of names) expect(frames.get(name), name).toMatchObject({ status: 'done', problem: null })
    expect(frames.get('empty.jpg')).toMatchObject({ status: 'failed', problem: { code: 'file-empty' } })
    expect(frames.get('cut.jpg')?.status).toBe('attention')
    expect(frames.get('cut.jpg')?.uploads.map(({ outputId, status }) => [outputId, status])).toEqual([
      ['original', 'done'],
      ['web', 'failed']
    ])
    expect(frames.get('cut.jpg')?.uploads[1]?.problem?.code).toBe('picture-damaged')
    expect(frames.get('text.jpg')).toMatchObject({ status: 'attention' })
    expect(frames.get('text.jpg')?.uploads[0]).toMatchObject({
      status: 'done',
      contentType: 'text/plain; charset=utf-8'
    })
    expect(frames.get('really.png')).toMatchObject({ status: 'done' })
    expect(frames.get('really.png')?.uploads[0]?.contentType).toBe('image/jpeg')
    expect(frames.get('really.png')?.notes[0]).toContain('.png')
  })

  it('says of a key over 1,024 bytes that it is too long, and sends the others', async () => {
    const desk = await openDesk({ keyTemplate: `{folder}/{name}-{output}.{ext}` })
    const deep = join(desk.shoot, ...Array.from({ length: 5 }, (_, n) => `${n}`.repeat(220)))
    mkdirSync(deep, { recursive: true })
    writeFileSync(join(deep, 'deep.jpg'), await jpeg(1))
    writeFileSync(join(desk.shoot, 'flat.jpg'), await jpeg(2))
    const frames = await drop(desk, [desk.shoot])
    expect(frames.find(({ name }) => name === 'deep.jpg')?.problem?.code).toBe('key-too-long')
    expect(frames.find(({ name }) => name === 'flat.jpg')?.status).toBe('done')
  })

  it('tells a path that is not there on a row of its own', async () => {
    const desk = await openDesk()
    writeFileSync(join(desk.shoot, 'a.jpg'), await jpeg(1))
    const frames = await drop(desk, [join(desk.shoot, 'a.jpg'), join(desk.shoot, 'gone.jpg')])
    expect(frames.map(({ name, status }) => [name, status])).toEqual([
      ['a.jpg', 'done'],
      ['gone.jpg', 'failed']
    ])
    expect(frames[1]?.problem?.code).toBe('file-missing')
  })

  it('keeps twins apart that differ only in case or normalisation', async () => {
    const desk = await openDesk({ keyTemplate: '{name}-{output}.{ext}' })
    const twins = ['a/IMG.jpg', 'b/img.jpg', 'c/caf\u00e9.jpg', 'd/cafe\u0301.jpg']
    for (const [index, name] of twins.entries()) {
      mkdirSync(join(desk.shoot, name[0] ?? ''))
      writeFileSync(join(desk.shoot, name), await jpeg(index))
    }
    const frames = await drop(desk, [desk.shoot])
    expect(frames.every(({ status }) => status === 'done')).toBe(true)
    const keys = frames.flatMap(({ uploads }) => uploads.map(({ key }) => key?.toLowerCase().normalize('NFC')))
    expect(new Set(keys).size).toBe(8)
  })
})

describe('a file that is in the bucket already', () => {
  it('is found there by a catalog that has never heard of it', async () => {
    const desk = await openDesk()
    writeFileSync(join(desk.shoot, 'a.jpg'), await jpeg(1))
    await drop(desk, [desk.shoot])
    const other = await openDesk({}, { bucket: desk.bucket })
    const [frame] = await drop(other, [desk.shoot])
    expect(frame?.uploads.map(({ proof }) => proof?.how)).toEqual(['found', 'found'])
    expect((await objectsOf(other)).size).toBe(2)
  })

  it('with other content is kept beside it, replaced, left, or asked about, as the rule says', async () => {
    for (const [conflict, status, keys] of [
      ['keep-both', 'done', ['a-2.txt', 'a.txt']],
      ['replace', 'done', ['a.txt']],
      ['skip', 'done', ['a.txt']],
      ['ask', 'attention', ['a.txt']]
    ] as const) {
      const desk = await openDesk({
        conflict,
        keyTemplate: '{name}.{ext}',
        outputs: [{ kind: 'original', id: 'original' }]
      })
      const path = join(desk.shoot, 'a.txt')
      writeFileSync(path, 'first version')
      await drop(desk, [path])
      writeFileSync(path, 'second version')
      utimesSync(path, new Date(), new Date(Date.now() + 5_000))
      const [frame] = await drop(desk, [path])
      expect(frame?.status, conflict).toBe(status)
      const objects = await objectsOf(desk)
      expect([...objects.keys()], conflict).toEqual(keys)
      expect(objects.get('a.txt')?.bytes.toString(), conflict).toBe(
        conflict === 'replace' ? 'second version' : 'first version'
      )
    }
  })

  it('asked about, is replaced by exactly the answer', async () => {
    const desk = await openDesk({
      conflict: 'ask',
      keyTemplate: '{name}.{ext}',
      outputs: [{ kind: 'original', id: 'original' }]
    })
    const path = join(desk.shoot, 'a.txt')
    writeFileSync(path, 'first version')
    await drop(desk, [path])
    writeFileSync(path, 'second version, longer')
    const [frame] = await drop(desk, [path])
    const select = { ids: [frame?.id ?? ''] }
    await desk.engine.answers['queue:resolve']({ select, answer: 'replace' })
    await desk.engine.settled(frame?.collectionId ?? '', AbortSignal.timeout(20_000))
    expect((await objectsOf(desk)).get('a.txt')?.bytes.toString()).toBe('second version, longer')
  })
})

describe('orders', () => {
  it('hold, pause, cancel and retry do what they say, and the totals stay true', async () => {
    const desk = await openDesk({ outputs: [{ kind: 'original', id: 'original' }] })
    const { answers } = desk.engine
    for (const n of [1, 2, 3]) writeFileSync(join(desk.shoot, `${n}.jpg`), await jpeg(n))
    await answers['queue:hold']({ isHeld: true })
    const { collectionId } = await answers['queue:add']({ paths: [desk.shoot], collectionId: null })
    expect(await answers['queue:totals']({ collectionId })).toMatchObject({ frames: 3, waiting: 3, hold: 'paused' })
    const [one = '', two = ''] = await answers['queue:ids']({ collectionId, filter: 'all', offset: 0, limit: 10 })
    await answers['queue:pause']({ ids: [one] })
    await answers['queue:cancel']({ ids: [two] })
    await answers['queue:hold']({ isHeld: false })
    await waitFor(async () => (await answers['queue:totals']({ collectionId })).done === 1)
    expect(await answers['queue:totals']({ collectionId })).toMatchObject({ waiting: 1, done: 1, cancelled: 1 })
    await answers['queue:continue']({ ids: [one] })
    await answers['queue:retry']({ collectionId, filter: 'cancelled' })
    await desk.engine.settled(collectionId, AbortSignal.timeout(20_000))
    const totals = await answers['queue:totals']({ collectionId })
    expect(totals).toMatchObject({ frames: 3, done: 3, waiting: 0, cancelled: 0, hold: null })
    expect(totals.doneBytes).toBe(totals.totalBytes)
  })

  it('delete from the bucket takes "proved" off the row, and undo gives it back', async () => {
    const desk = await openDesk()
    writeFileSync(join(desk.shoot, 'a.jpg'), await jpeg(1))
    const [frame] = await drop(desk, [desk.shoot])
    const keys = frame?.uploads.flatMap(({ key }) => key ?? []) ?? []
    const selection = { accountId: 'here', keys, folders: [] }
    expect(await desk.engine.answers['bucket:measure'](selection)).toMatchObject({ objects: 2 })
    const deleted = await desk.engine.answers['bucket:delete'](selection)
    expect(deleted).toMatchObject({ deleted: 2, failed: [] })
    const before = await desk.engine.answers['frames:detail']({ frameId: frame?.id ?? '' })
    expect(before?.frame.status).toBe('cancelled')
    await desk.engine.answers['bucket:restore']({ accountId: 'here', undo: deleted.undo ?? '' })
    const after = await desk.engine.answers['frames:detail']({ frameId: frame?.id ?? '' })
    expect(after?.frame.status).toBe('done')
    const page = await desk.engine.answers['bucket:list']({ accountId: 'here', prefix: '', after: null, limit: 100 })
    expect(page.folders).toEqual(['shoot/'])
  })

  it('links are made in the order of the files, and say what is missing', async () => {
    const desk = await openDesk()
    for (const n of [10, 2, 1]) writeFileSync(join(desk.shoot, `IMG_${n}.jpg`), await jpeg(n))
    writeFileSync(join(desk.shoot, 'empty.jpg'), '')
    const frames = await drop(desk, [desk.shoot])
    const links = await desk.engine.answers['links:make']({
      select: { ids: frames.map(({ id }) => id) },
      outputId: 'web',
      link: null,
      format: 'plain'
    })
    expect(links.text.split('\n').map((line) => line.replace(/^.*\//, ''))).toEqual([
      'IMG_1-web.webp',
      'IMG_2-web.webp',
      'IMG_10-web.webp'
    ])
    expect(links.problems.map(({ code }) => code)).toContain('not-in-bucket')
  })
})

describe('a watched folder', () => {
  it('sends what is there, what comes, and what came while nobody looked', async () => {
    const desk = await openDesk()
    writeFileSync(join(desk.shoot, '1.jpg'), await jpeg(1))
    const { id } = await desk.engine.answers['collections:watch']({ path: desk.shoot, name: null, accountId: null })
    const done = (engine: Engine) => async () => (await engine.answers['queue:totals']({ collectionId: id })).done
    await waitFor(async () => (await done(desk.engine)()) === 1)
    writeFileSync(join(desk.shoot, '2.jpg'), await jpeg(2))
    await waitFor(async () => (await done(desk.engine)()) === 2)
    await desk.engine.close()

    writeFileSync(join(desk.shoot, '3.jpg'), await jpeg(3))
    const again = await openDesk({}, { home: desk.home })
    await waitFor(async () => (await done(again.engine)()) === 3)
    expect((await objectsOf(again)).size).toBe(6)
  })

  it('whose folder goes away is not connected, and nothing is concluded from that', async () => {
    const desk = await openDesk()
    writeFileSync(join(desk.shoot, '1.jpg'), await jpeg(1))
    const { id } = await desk.engine.answers['collections:watch']({ path: desk.shoot, name: null, accountId: null })
    await waitFor(async () => (await desk.engine.answers['queue:totals']({ collectionId: id })).done === 1)
    rmSync(desk.shoot, { recursive: true })
    await desk.engine.private['engine:power']({ event: 'resume' })
    await waitFor(async () => (await desk.engine.answers['collections:list']({}))[0]?.state === 'not-connected')
    expect((await objectsOf(desk)).size).toBe(2)
  })
})

describe('two engines on one home', () => {
  it('do not work on one collection together', async () => {
    const desk = await openDesk()
    writeFileSync(join(desk.shoot, '1.jpg'), await jpeg(1))
    await drop(desk, [desk.shoot])
    const other = await openDesk({}, { home: desk.home, resumesAll: false })
    await expect(other.engine.answers['queue:add']({ paths: [desk.shoot], collectionId: null })).rejects.toMatchObject({
      code: 'already-running'
    })
  })
})

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error('Waited for half a minute')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
