import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { CollectionRules } from '../../shared/model/collection.ts'
import type { FrameView, QueueFilter } from '../../shared/model/frame.ts'
import { ORIGINAL } from '../../shared/model/output.ts'
import { type SelectionRules, selectionRulesSchema } from '../../shared/model/selection.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { createEngine } from '../engine.ts'

const PATIENT = { timeout: 60_000, interval: 20 }
const LONG_MS = 120_000

const picture = await sharp({ create: { width: 32, height: 24, channels: 3, background: 'teal' } })
  .jpeg()
  .toBuffer()

const sidecar = (rating: number) =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="${rating}"/></rdf:RDF></x:xmpmeta>`

const selecting = (rules: object): { selection: SelectionRules } => ({ selection: selectionRulesSchema.parse(rules) })

/** An engine that watches a folder, with a folder for a bucket. */
async function watchFolder(rules: Partial<CollectionRules>) {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-rules-'))
  const [bucket, shoot] = [join(home, 'bucket'), join(home, 'shoot')]
  for (const path of [bucket, shoot]) mkdirSync(path)
  const engine = createEngine({ home, resumesAll: true, settleMs: 200 })
  onTestFinished(async () => {
    await engine.close()
    rmSync(home, { recursive: true })
  })
  const newCollection = { ...defaultSettings.newCollection, keyTemplate: '{name}.{ext}', outputs: [ORIGINAL], ...rules }
  const account = { id: 'here', kind: 'folder', name: 'Here', path: bucket, publicBaseUrl: null, prefix: '' } as const
  await engine.private['engine:configure']({
    accounts: [{ account, secret: null }],
    defaultAccountId: 'here',
    ...engineSettings(defaultSettings),
    newCollection
  })
  const { id } = await engine.answers['collections:watch']({ path: shoot, name: null, accountId: null })
  const page = (groupBy: 'frame' | 'shot' = 'frame', filter: QueueFilter = 'all') =>
    engine.answers['queue:page']({ collectionId: id, filter, offset: 0, limit: 100, groupBy })
  const leftOut = () => engine.answers['queue:left-out']({ collectionId: id, offset: 0, limit: 100 })
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(shoot, name), content)
    // Whole at once and long ago, as a copy from a card is: what is tried here is not the settling.
    utimesSync(join(shoot, name), new Date(), new Date(Date.now() - 60_000))
  }
  /** What goes, and what is left out. */
  const all = async () => [...(await page()).frames, ...(await leftOut()).frames]
  /** When these frames, and no others, have these states. */
  const until = async (expected: Record<string, FrameView['status']>) => {
    await vi.waitFor(async () => {
      const frames = await all()
      expect(Object.fromEntries(frames.map(({ name, status }) => [name, status]))).toEqual(expected)
    }, PATIENT)
    return all()
  }
  const objects = () => readdirSync(bucket).filter((name) => !name.startsWith('.'))
  const change = (changed: Partial<CollectionRules>) =>
    engine.answers['collections:change']({ collectionId: id, rules: { ...newCollection, ...changed } })
  return {
    engine,
    id,
    shoot,
    page,
    leftOut,
    write,
    until,
    objects,
    change,
    rescan: () => engine.private['engine:power']({ event: 'resume' })
  }
}

it(
  'a frame goes when it is rated in its sidecar, and is shown with its reason as long as it is not',
  async () => {
    const { engine, id, shoot, write, until, objects } = await watchFolder(selecting({ leastRating: 3 }))
    write('a.jpg', picture)
    write('a.xmp', sidecar(1))
    write('b.jpg', picture)
    await until({ 'a.jpg': 'cancelled', 'a.xmp': 'cancelled', 'b.jpg': 'cancelled' })
    const left = await engine.answers['queue:left-out']({ collectionId: id, offset: 0, limit: 10 })
    expect([left.total, left.frames.length]).toEqual([3, 3])
    const reasons = Object.fromEntries(left.frames.map(({ name, leftOut }) => [name, leftOut]))
    expect(reasons['a.jpg']).toBe('Rated 1; what goes is rated 3 or more.')
    const [collection] = await engine.answers['collections:list']({})
    expect(collection?.leftOut).toBe(3)

    writeFileSync(join(shoot, 'a.xmp'), sidecar(4))
    await until({ 'a.jpg': 'done', 'a.xmp': 'done', 'b.jpg': 'cancelled' })
    expect(objects()).toEqual(['a.jpg', 'a.xmp'])
  },
  LONG_MS
)

it(
  'what is left out is counted and listed apart, and goes when the person says so, whatever rules come',
  async () => {
    const { engine, id, page, leftOut, write, until, objects, change } = await watchFolder(
      selecting({ exclude: ['a.*', 'b.*'] })
    )
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) write(name, picture)
    await until({ 'a.jpg': 'cancelled', 'b.jpg': 'cancelled', 'c.jpg': 'done' })
    for (const groupBy of ['frame', 'shot'] as const) {
      expect((await page(groupBy)).total).toBe(1)
      expect((await page(groupBy, 'cancelled')).total).toBe(0)
    }
    expect(engine.totals(id)).toMatchObject({ frames: 1, done: 1, cancelled: 0, totalBytes: picture.length })
    expect(await engine.answers['queue:ids']({ collectionId: id, filter: 'all', offset: 0, limit: 10 })).toHaveLength(1)

    const a = (await leftOut()).frames.find(({ name }) => name === 'a.jpg') // whichever of the two was found first
    expect(await engine.answers['queue:take-anyway']({ ids: [a?.id ?? ''] })).toEqual({ changed: 1 })
    await until({ 'a.jpg': 'done', 'b.jpg': 'cancelled', 'c.jpg': 'done' })
    await change(selecting({ exclude: ['*.jpg'] }))
    write('a.jpg', Buffer.concat([picture, Buffer.from('!')]))
    await vi.waitFor(async () => expect(objects()).toEqual(['a-2.jpg', 'a.jpg', 'c.jpg']), PATIENT)
    await until({ 'a.jpg': 'done', 'b.jpg': 'cancelled', 'c.jpg': 'done' })
  },
  LONG_MS
)

it(
  'a sidecar that comes late joins its shot, and nothing else is sent',
  async () => {
    const { engine, page, write, until } = await watchFolder({})
    write('a.jpg', picture)
    write('b.jpg', picture)
    const before = await until({ 'a.jpg': 'done', 'b.jpg': 'done' })
    write('a.xmp', sidecar(5))
    const after = await until({ 'a.jpg': 'done', 'b.jpg': 'done', 'a.xmp': 'done' })
    const uploadsOf = (frames: ReadonlyArray<FrameView>, name: string) =>
      frames.find((one) => one.name === name)?.uploads
    expect(uploadsOf(after, 'a.jpg')).toEqual(uploadsOf(before, 'a.jpg'))

    const shots = await page('shot')
    expect(shots.total).toBe(2)
    const [first, second] = Map.groupBy(shots.frames, ({ shot }) => shot?.key).values()
    const groups = [first, second].map((frames) => frames?.map(({ name }) => name))
    expect(groups).toContainEqual(['a.jpg', 'a.xmp'])
    expect(groups).toContainEqual(['b.jpg'])
    const ids = shots.frames.filter(({ shot }) => shot?.name === 'a').map((frame) => frame.id)
    const links = await engine.answers['links:make']({ select: { ids }, outputId: null, link: null, format: 'plain' })
    expect(links.links.map(({ key }) => key)).toEqual(['a.jpg', 'a.xmp'])
  },
  LONG_MS
)

it(
  'what was left out is looked at anew when the rules change, and what was sent stays',
  async () => {
    const { write, until, objects, change } = await watchFolder(selecting({ exclude: ['*.txt'], kinds: ['other'] }))
    write('a.txt', 'a')
    write('b.csv', 'b')
    write('c.jpg', picture)
    await until({ 'a.txt': 'cancelled', 'b.csv': 'done', 'c.jpg': 'cancelled' })
    await change(selecting({ exclude: ['*.csv'] }))
    await until({ 'a.txt': 'done', 'b.csv': 'done', 'c.jpg': 'done' })
    expect(objects()).toEqual(['a.txt', 'b.csv', 'c.jpg'])
  },
  LONG_MS
)

it(
  'a kind for the quiet hours waits for them',
  async () => {
    const day = (new Date().getDay() + 3) % 7
    const quiet = (days: number[]) => ({
      quiet: { kinds: ['other' as const], hours: [{ days, fromMinute: 0, toMinute: 1440 }] }
    })
    const { engine, id, write, until, objects, change } = await watchFolder(quiet([day]))
    write('a.txt', 'a')
    write('b.jpg', picture)
    const frames = await until({ 'a.txt': 'waiting', 'b.jpg': 'done' })
    expect(frames.find(({ name }) => name === 'a.txt')?.waitsForQuiet).toBe(true)
    await engine.answers['queue:pause']({ collectionId: id, filter: 'waiting' })
    await engine.answers['queue:continue']({ collectionId: id, filter: 'all' })
    expect(objects()).toEqual(['b.jpg'])
    expect((await until({ 'a.txt': 'waiting', 'b.jpg': 'done' })).some(({ waitsForQuiet }) => waitsForQuiet)).toBe(true)
    await change(quiet([0, 1, 2, 3, 4, 5, 6]))
    await until({ 'a.txt': 'done', 'b.jpg': 'done' })
  },
  LONG_MS
)

it(
  'files are moved after proof where that is asked for, over nothing, and are not taken again',
  async () => {
    const { shoot, page, write, until, change, objects, rescan } = await watchFolder({})
    write('a.jpg', picture)
    write('b.txt', 'b')
    await until({ 'a.jpg': 'done', 'b.txt': 'done' })
    mkdirSync(join(shoot, 'Sent'))
    writeFileSync(join(shoot, 'Sent', 'b.txt'), 'of somebody else')
    await change({ sentFolder: 'Sent' })
    await vi.waitFor(() => expect(readdirSync(shoot)).toEqual(['Sent']), PATIENT)
    expect(readdirSync(join(shoot, 'Sent'))).toEqual(['a.jpg', 'b-2.txt', 'b.txt'])
    expect(readFileSync(join(shoot, 'Sent', 'b.txt'), 'utf8')).toBe('of somebody else')

    write('c.txt', 'c')
    // In the catalog, not on the disk: there an empty file holds the name before the move.
    const places = async () => (await page()).frames.map(({ folder, name, status }) => [folder, name, status]).sort()
    const moved = [
      ['Sent', 'a.jpg', 'done'],
      ['Sent', 'b-2.txt', 'done'],
      ['Sent', 'c.txt', 'done']
    ]
    await vi.waitFor(async () => expect(await places()).toEqual(moved), PATIENT)
    await rescan()
    expect(await places()).toEqual(moved)
    expect(objects()).toEqual(['a.jpg', 'b.txt', 'c.txt'])
  },
  LONG_MS
)

it(
  'what cannot be moved stays where it is, and its collection says why',
  async () => {
    const { engine, shoot, write, until, change } = await watchFolder({})
    write('Sent', 'a file with the name of the folder')
    write('a.jpg', picture)
    await until({ Sent: 'done', 'a.jpg': 'done' })
    await change({ sentFolder: 'Sent' })
    await vi.waitFor(async () => {
      const [collection] = await engine.answers['collections:list']({})
      expect(collection?.problem).toMatchObject({ code: 'file-unreadable', detail: expect.stringContaining('moved') })
    }, PATIENT)
    // The watch has begun anew, and leaves a probe there for a moment.
    await vi.waitFor(() => expect(readdirSync(shoot)).toEqual(['Sent', 'a.jpg']), PATIENT)
  },
  LONG_MS
)
