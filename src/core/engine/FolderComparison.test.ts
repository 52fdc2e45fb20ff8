import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { CollectionRules } from '../../shared/model/collection.ts'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { selectionRulesSchema } from '../../shared/model/selection.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { MiB } from '../../shared/units.ts'
import { countCoverage } from '../../shared/words/coverageWords.ts'
import { createEngine, type Engine } from '../engine.ts'
import { type FaultyR2, openFaultyR2 } from '../testing/faultProxy/openFaultyR2.ts'
import { mirrorRules } from './FolderComparison.ts'
import { costOf, type PushPlan } from './PushPlan.ts'

const mirror: CollectionRules = mirrorRules({ ...defaultSettings.newCollection, outputs: [ORIGINAL] })
const LIMIT_MS = 60_000

let r2: FaultyR2
let desks = 0
beforeAll(async () => {
  r2 = await openFaultyR2()
})
afterAll(() => r2.close())

/** A folder with files, and as many engines with empty catalogs as are wanted. Prefixes keep desks apart. */
function openDesk(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'silverdrop-compare-'))
  const root = join(folder, 'dist')
  desks += 1
  const prefix = `desk ${desks}/`
  mkdirSync(root)
  const write = (name: string, content: string | Buffer) => {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  for (const [name, content] of Object.entries(files)) write(name, content)
  const engines: Engine[] = []
  onTestFinished(async () => {
    for (const engine of engines) await engine.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const openEngine = async () => {
    const engine = createEngine({ home: join(folder, `home ${engines.length}`), resumesAll: false })
    engines.push(engine)
    const { account, secretAccessKey } = r2
    const accounts = [{ account, secret: { secretAccessKey } }]
    await engine.private['engine:configure']({
      accounts,
      defaultAccountId: account.id,
      ...engineSettings(defaultSettings)
    })
    return engine
  }
  return { root, prefix, write, openEngine }
}

type Desk = Pick<ReturnType<typeof openDesk>, 'root' | 'prefix'>

const planOf = (engine: Engine, { root, prefix }: Desk, rules = mirror) =>
  engine.push.plan({ rootPath: root, prefix, rules, paths: [root] }, AbortSignal.timeout(LIMIT_MS))

async function push(engine: Engine, desk: Desk, rules = mirror) {
  const signal = AbortSignal.timeout(LIMIT_MS)
  const plan = await planOf(engine, desk, rules)
  const collection = engine.push.collection(desk.root, desk.prefix, rules)
  const { paths } = await engine.push.add(collection, [desk.root], signal, plan)
  await engine.settled(collection.id, signal)
  return engine.push.rows(collection, paths)
}

const statesOf = ({ frames }: PushPlan) =>
  Object.fromEntries(frames.flatMap(({ objects }) => objects.map(({ key, state }) => [key, state])))
const bodies = () => r2.proxy.seen.filter(({ kind }) => kind === 'put' || kind === 'part').length

describe('a plan', { timeout: 2 * LIMIT_MS }, () => {
  it('tells new from unchanged and changed ones and from what is only in the bucket, and writes nothing', async () => {
    const desk = openDesk({ 'a.txt': 'one', 'in/b.txt': 'two', 'in/c.txt': 'three' })
    const engine = await desk.openEngine()
    const fresh = await planOf(engine, desk)
    const { prefix } = desk
    expect(statesOf(fresh)).toEqual({
      [`${prefix}a.txt`]: 'new',
      [`${prefix}in/b.txt`]: 'new',
      [`${prefix}in/c.txt`]: 'new'
    })
    expect(costOf(fresh, { deletesExtra: false })).toMatchObject({ bytes: 11, classA: 4, classB: 0 })
    expect(await engine.answers['collections:list']({})).toEqual([])
    expect(
      await r2.direct.list({ prefix, delimiter: null, after: null, limit: 10 }, new AbortController().signal)
    ).toMatchObject({ objects: [] })

    await push(engine, desk)
    desk.write('in/b.txt', 'TWO!')
    desk.write('d.txt', 'four')
    rmSync(join(desk.root, 'in/c.txt'))
    const plan = await planOf(engine, desk)
    expect(statesOf(plan)).toEqual({
      [`${prefix}a.txt`]: 'unchanged',
      [`${prefix}in/b.txt`]: 'changed',
      [`${prefix}d.txt`]: 'new'
    })
    expect(plan.onlyRemote.map(({ key }) => key)).toEqual([`${prefix}in/c.txt`])
    expect(costOf(plan, { deletesExtra: false }).bytes).toBe(8)
    expect(costOf(plan, { deletesExtra: true }).classA).toBe(costOf(plan, { deletesExtra: false }).classA + 1)
  })

  it('reads nothing of what the catalog knows to be there', async () => {
    const desk = openDesk({ 'a.txt': 'one', 'b.txt': 'two' })
    const engine = await desk.openEngine()
    await push(engine, desk)
    const looks = r2.proxy.count({ kind: 'head' })
    const plan = await planOf(engine, desk)
    expect(plan.frames.flatMap(({ objects }) => objects.map(({ state, found }) => [state, found]))).toEqual([
      ['unchanged', null],
      ['unchanged', null]
    ])
    expect(r2.proxy.count({ kind: 'head' })).toBe(looks)
  })

  it('with an empty catalog knows objects by their content, and no body is sent', async () => {
    const desk = openDesk({ 'a.txt': 'one', 'in/b.txt': 'two' })
    desk.write('large.bin', Buffer.alloc(17 * MiB, 7)) // goes in parts, so that its ETag is no MD5
    await push(await desk.openEngine(), desk)
    utimesSync(join(desk.root, 'a.txt'), 1, 1) // a fresh checkout has times of its own
    const before = bodies()
    const rows = await push(await desk.openEngine(), desk)
    expect(rows.map(({ status, uploads }) => [status, uploads[0]?.proof?.how])).toEqual(
      rows.map(() => ['done', 'found'])
    )
    expect(bodies()).toBe(before)
    const third = await planOf(await desk.openEngine(), desk)
    expect(Object.values(statesOf(third))).toEqual(['unchanged', 'unchanged', 'unchanged'])
  })

  it('knows a rendition by the source that it was made of', async () => {
    const desk = openDesk({})
    const create = { width: 64, height: 48, channels: 3, background: { r: 200, g: 10, b: 10 } } as const
    desk.write('a.jpg', await sharp({ create }).jpeg().toBuffer())
    const rules: CollectionRules = { ...mirror, outputs: [ORIGINAL, WEB] }
    await push(await desk.openEngine(), desk, rules)
    const engine = await desk.openEngine()
    expect(Object.values(statesOf(await planOf(engine, desk, rules)))).toEqual(['unchanged', 'unchanged'])
    desk.write(
      'a.jpg',
      await sharp({ create: { ...create, width: 65 } })
        .jpeg()
        .toBuffer()
    )
    expect(Object.values(statesOf(await planOf(engine, desk, rules)))).toEqual(['changed', 'changed'])
  })

  it('follows the rule of the collection where something else has the name', async () => {
    const desk = openDesk({ 'a.txt': 'one' })
    await push(await desk.openEngine(), desk)
    desk.write('a.txt', 'other')
    const rules: CollectionRules = { ...mirror, conflict: 'keep-both' }
    const engine = await desk.openEngine()
    expect(statesOf(await planOf(engine, desk, rules))).toEqual({ [`${desk.prefix}a-2.txt`]: 'changed' })
    await push(engine, desk, rules)
    expect(statesOf(await planOf(await desk.openEngine(), desk, rules))).toEqual({
      [`${desk.prefix}a-2.txt`]: 'unchanged'
    })
    const skipping = await planOf(await desk.openEngine(), desk, { ...mirror, conflict: 'skip' })
    expect(costOf(skipping, { deletesExtra: false }).bytes).toBe(0)
  })

  it('gives twins names of their own as sending does, and takes names as odd as they come', async () => {
    const desk = openDesk({
      'Zo\u00eb.txt': 'composed',
      'zo\u00eb.TXT': 'lower case',
      'new\nline.txt': 'a name of two lines',
      "100% #?&+ '~.txt": 'signs',
      '日本/🚀 [1].txt': 'far',
      'back\\slash.txt': 'a name on Linux'
    })
    const plan = await planOf(await desk.openEngine(), desk)
    const rows = await push(await desk.openEngine(), desk)
    const sent = rows.flatMap(({ uploads }) => uploads.map(({ key }) => key))
    // Which of two twins keeps the bare name goes by which is looked at first.
    const folded = (keys: ReadonlyArray<string | null>) => keys.map((key) => key?.toLowerCase()).toSorted()
    expect(folded(Object.keys(statesOf(plan)))).toEqual(folded(sent))
    expect(new Set(sent.map((key) => key?.toLowerCase())).size).toBe(6)
  })

  it('says nothing of the bucket where files are named, and asks only for these', async () => {
    const desk = openDesk({ 'a.txt': 'one', 'b.txt': 'two' })
    const engine = await desk.openEngine()
    await push(engine, desk)
    const lists = r2.proxy.count({ kind: 'list' })
    const paths = [join(desk.root, 'a.txt')]
    const plan = await engine.push.plan(
      { rootPath: desk.root, prefix: desk.prefix, rules: mirror, paths },
      AbortSignal.timeout(LIMIT_MS)
    )
    expect(plan).toMatchObject({ prefix: null, onlyRemote: [] })
    expect(statesOf(plan)).toEqual({ [`${desk.prefix}a.txt`]: 'unchanged' })
    expect(r2.proxy.count({ kind: 'list' })).toBe(lists)
  })

  it('leaves out what the rules of the collection leave out', async () => {
    const desk = openDesk({ 'a.txt': 'one', 'b.bin': 'two' })
    const selection = selectionRulesSchema.parse({ exclude: ['*.bin'] })
    const plan = await planOf(await desk.openEngine(), desk, { ...mirror, selection })
    expect(Object.keys(statesOf(plan))).toEqual([`${desk.prefix}a.txt`])
    expect(plan.ignored).toBe(1)
  })

  it('names what cannot be taken, and goes on with the rest', async () => {
    const desk = openDesk({ 'empty.txt': '', 'good.txt': 'good' })
    const plan = await planOf(await desk.openEngine(), desk)
    expect(plan.frames.map(({ file, problem }) => [file.relativePath, problem?.code ?? null])).toEqual([
      ['empty.txt', 'file-empty'],
      ['good.txt', null]
    ])
  })

  it('concludes nothing from a bucket that does not answer, and ends when it is stopped', async () => {
    const desk = openDesk({ 'a.txt': 'one' })
    const engine = await desk.openEngine()
    onTestFinished(() => r2.proxy.heal())
    r2.proxy.add({ on: { kind: 'list' }, fault: { kind: 'refusal', status: 403, code: 'AccessDenied' } })
    await expect(planOf(engine, desk)).rejects.toMatchObject({ code: 'access-denied' })
    const stopped = AbortSignal.abort(new DOMException('Stopped', 'AbortError'))
    const order = { rootPath: desk.root, prefix: desk.prefix, rules: mirror, paths: [desk.root] }
    await expect(engine.push.plan(order, stopped)).rejects.toBe(stopped.reason)
  })
})

describe('coverage', { timeout: 2 * LIMIT_MS }, () => {
  const cover = (engine: Engine, folder: string, prefix: string | null = null) =>
    engine.cover({ folder, prefix }, AbortSignal.timeout(LIMIT_MS))

  it('tells the files of a collection apart, and of a folder in it too', async () => {
    const desk = openDesk({ 'a.txt': 'one', 'in/b.txt': 'two', 'in/c.txt': 'three' })
    const engine = await desk.openEngine()
    await push(engine, desk)
    desk.write('in/b.txt', 'TWO!')
    desk.write('in/d.txt', 'four')
    rmSync(join(desk.root, 'in/c.txt'))
    const whole = await cover(engine, desk.root)
    expect(whole).toMatchObject({ collectionName: 'dist', prefix: desk.prefix })
    expect(whole.rows.map(({ name, state }) => [name, state])).toEqual([
      ['a.txt', 'there'],
      ['in/b.txt', 'stale'],
      ['in/d.txt', 'missing'],
      [`${desk.prefix}in/c.txt`, 'only-remote']
    ])
    const part = await cover(engine, join(desk.root, 'in'))
    expect(part.rows.map(({ name, state }) => [name, state])).toEqual([
      ['in/b.txt', 'stale'],
      ['in/d.txt', 'missing'],
      [`${desk.prefix}in/c.txt`, 'only-remote']
    ])
    const flat: CollectionRules = { ...mirror, keyTemplate: 'flat/{name}.{ext}' }
    await push(await desk.openEngine(), desk, flat) // its place is shared with the files beside it
    const flattened = await desk.openEngine()
    await push(flattened, desk, flat)
    expect(countCoverage((await cover(flattened, join(desk.root, 'in'))).rows)).toMatchObject({
      there: 2,
      'only-remote': 0
    })
  })

  it('finds the files of a folder that nobody has sent from here, under any names', async () => {
    const desk = openDesk({ 'a.txt': `first ${desks}`, 'b.txt': `second ${desks}` })
    await push(await desk.openEngine(), desk)
    renameSync(join(desk.root, 'a.txt'), join(desk.root, 'renamed.txt'))
    desk.write('c.txt', `third ${desks}`)
    const found = await cover(await desk.openEngine(), desk.root)
    expect(found).toMatchObject({ collectionId: null, prefix: desk.prefix })
    expect(countCoverage(found.rows)).toMatchObject({ there: 2, missing: 1, stale: 0, 'only-remote': 0 })
    const byPath = await cover(await desk.openEngine(), desk.root, desk.prefix)
    expect(countCoverage(byPath.rows)).toMatchObject({ there: 1, missing: 2, 'only-remote': 1 })
  })

  it('sends what is missing or stale into the collection, and what is gone from the bucket again', async () => {
    const desk = openDesk({ 'a.txt': 'one', 'in/b.txt': 'two' })
    const engine = await desk.openEngine()
    await push(engine, desk)
    await r2.direct.delete([`${desk.prefix}in/b.txt`], new AbortController().signal)
    desk.write('in/c.txt', 'three')
    const order = { folder: desk.root, accountId: null }
    const { collectionId, files } = await engine.answers['coverage:send'](order)
    expect(files).toBe(2)
    await engine.settled(collectionId, AbortSignal.timeout(LIMIT_MS))
    const { rows } = await engine.answers['coverage:make'](order)
    expect(countCoverage(rows)).toMatchObject({ there: 3, missing: 0, stale: 0, 'only-remote': 0 })
  })

  it('makes nothing of a folder that is empty or not there', async () => {
    const desk = openDesk({})
    const engine = await desk.openEngine()
    expect(countCoverage((await cover(engine, desk.root)).rows)).toMatchObject({ there: 0, missing: 0 })
    const gone = await cover(engine, join(desk.root, 'nowhere'))
    expect(gone.rows.map(({ state, problem }) => [state, problem?.code])).toEqual([['unreadable', 'file-missing']])
  })
})
