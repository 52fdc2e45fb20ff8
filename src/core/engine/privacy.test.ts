import { hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EventPayload } from '../../shared/ipc/contract.ts'
import type { EngineConfig } from '../../shared/ipc/engine.ts'
import type { Account } from '../../shared/model/account.ts'
import { ORIGINAL, type Output, WEB } from '../../shared/model/output.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { createEngine } from '../engine.ts'
import { createFolderStore } from '../store/folder/createFolderStore.ts'
import { createPaperDarkroom, openRoom } from '../transfer/testing/openRoom.ts'
import { planKeys } from './planKeys.ts'

const { signal } = new AbortController()
const CARDIFF = { latitude: 51.483, longitude: -3.185 }
const TEMPLATE = '{name}-{output}.{ext}'
const home = { name: 'home', ...CARDIFF, radiusMetres: 500 }
const withoutPosition: Output = { kind: 'original', id: 'original', removesPosition: true }
const plain = (red: number) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: { r: red, g: 9, b: 9 } } })
const placed = (red: number) =>
  plain(red)
    .withExif({
      IFD0: { Artist: 'Zoe' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 28/1 588/10', GPSLongitudeRef: 'W', GPSLongitude: '3/1 11/1 6/1' }
    })
    .jpeg()
    .toBuffer()

async function openDesk(outputs: Output[], { bucketPath = '', privacyZones = [home] } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'silverdrop-privacy-'))
  const [bucket, shoot] = [bucketPath || join(root, 'bucket'), join(root, 'shoot')]
  for (const path of [bucket, shoot]) mkdirSync(path, { recursive: true })
  const reordered: EventPayload<'queue:reordered'>[] = []
  const engine = createEngine({
    home: root,
    resumesAll: true,
    onEvent: (name, payload) => {
      if (name === 'queue:reordered') reordered.push(payload as EventPayload<'queue:reordered'>)
    }
  })
  onTestFinished(async () => {
    await engine.close()
    rmSync(root, { recursive: true, force: true })
  })
  const account: Account = { id: 'here', kind: 'folder', name: 'Here', path: bucket, publicBaseUrl: null, prefix: '' }
  const config: EngineConfig = {
    accounts: [{ account, secret: null }],
    defaultAccountId: 'here',
    ...engineSettings(defaultSettings),
    privacyZones,
    newCollection: { ...defaultSettings.newCollection, outputs, keyTemplate: TEMPLATE }
  }
  const configure = (change: Partial<EngineConfig> = {}) => engine.private['engine:configure']({ ...config, ...change })
  await configure()
  const store = createFolderStore({ path: bucket, publicBaseUrl: null })
  const drop = async () => {
    const { collectionId } = await engine.answers['queue:add']({ paths: [shoot], collectionId: null })
    await engine.settled(collectionId, AbortSignal.timeout(60_000))
    return collectionId
  }
  const framesOf = async (collectionId: string) => {
    const page = await engine.answers['queue:page']({ collectionId, filter: 'all', offset: 0, limit: 100 })
    return new Map(page.frames.map((frame) => [frame.name, frame]))
  }
  return { engine, bucket, shoot, drop, framesOf, configure, reordered, head: (key: string) => store.head(key, signal) }
}

describe('an original without its position', () => {
  it('goes as a copy of the same pixels, proved by the digest of the copy, and the row says so', async () => {
    const desk = await openDesk([withoutPosition, WEB])
    const source = await placed(200)
    writeFileSync(join(desk.shoot, 'a.jpg'), source)
    const frame = (await desk.framesOf(await desk.drop())).get('a.jpg')
    expect(frame).toMatchObject({ status: 'done', zones: ['home'] })
    expect(frame?.notes).toContain('Sent without its position.')
    expect(frame?.notes).toContain('Taken within home.')
    const sent = readFileSync(join(desk.bucket, 'a-original.jpg'))
    expect(JSON.stringify((await sharp(sent).metadata()).exif?.toString('latin1'))).toContain('Zoe')
    const detail = await desk.engine.answers['frames:detail']({ frameId: frame?.id ?? '' })
    expect(detail?.position?.latitude).toBeCloseTo(CARDIFF.latitude, 5)
    expect((await sharp(sent).raw().toBuffer()).equals(await sharp(source).raw().toBuffer())).toBe(true)
    const upload = frame?.uploads.find(({ outputId }) => outputId === 'original')
    expect(upload?.proof).toMatchObject({ sha256: hash('sha256', sent), sizeBytes: sent.length })
    expect((await desk.head('a-original.jpg'))?.metadata).toMatchObject({
      sha256: hash('sha256', sent),
      'source-sha256': hash('sha256', source)
    })
  })

  it('is the file itself, byte for byte, where that tells none', async () => {
    const desk = await openDesk([withoutPosition])
    const source = await plain(9).jpeg().toBuffer()
    writeFileSync(join(desk.shoot, 'b.jpg'), source)
    writeFileSync(join(desk.shoot, 'notes.txt'), 'Notes')
    const frames = await desk.framesOf(await desk.drop())
    expect([...frames.values()].map(({ status, notes }) => [status, notes.join()])).toEqual([
      ['done', expect.not.stringContaining('position')],
      ['done', '']
    ])
    expect(readFileSync(join(desk.bucket, 'b-original.jpg')).equals(source)).toBe(true)
  })

  it('counts as sent for the receipt, which says so', async () => {
    const desk = await openDesk([withoutPosition])
    writeFileSync(join(desk.shoot, 'a.jpg'), await placed(200))
    writeFileSync(join(desk.shoot, 'b.jpg'), await plain(9).jpeg().toBuffer())
    const collectionId = await desk.drop()
    const receipt = await desk.engine.answers['receipts:prove']({ collectionId })
    expect(receipt).toMatchObject({ frames: 2, proved: 2, isSafe: true, lacks: [] })
    const { text } = await desk.engine.answers['receipts:export']({ collectionId, format: 'json' })
    const lines = (JSON.parse(text) as { lines: Array<{ key: string; withoutPosition?: boolean }> }).lines
    expect(lines.map(({ key, withoutPosition: told }) => [key, told ?? false])).toEqual([
      ['a-original.jpg', true],
      ['b-original.jpg', false]
    ])
    const csv = await desk.engine.answers['receipts:export']({ collectionId, format: 'csv' })
    expect(csv.text.match(/Sent without its position\./g)).toHaveLength(1)
  })

  it('is found again in the bucket by another computer, and not sent twice', async () => {
    const first = await openDesk([withoutPosition])
    const second = await openDesk([withoutPosition], { bucketPath: first.bucket })
    for (const { shoot } of [first, second]) writeFileSync(join(shoot, 'a.jpg'), await placed(200))
    await first.drop()
    const before = await first.head('a-original.jpg')
    const frames = await second.framesOf(await second.drop())
    expect(frames.get('a.jpg')?.uploads[0]?.proof?.how).toBe('found')
    expect(await second.head('a-original.jpg')).toEqual(before)
  })

  it('is looked for in the bucket as what is made of the file, since its bytes are not those on disk', async () => {
    for (const [output, isFileItself] of [
      [withoutPosition, false],
      [ORIGINAL, true]
    ] as const) {
      const room = openRoom({ outputs: [output] })
      const file = room.write('a.jpg', 'a picture')
      const digest = () => Promise.reject(new Error('Nothing has to be read'))
      const { frames, uploads, destination } = room
      const parts = { frames, uploads, darkroom: createPaperDarkroom(), digest }
      const [before] = await planKeys([file], destination, parts, signal)
      room.add(file)
      await room.prepare()
      const [after] = await planKeys([file], destination, parts, signal)
      for (const planned of [before, after]) {
        expect(planned?.objects).toMatchObject([{ outputId: 'original', isOriginal: isFileItself, key: 'a.jpg' }])
      }
    }
  })

  it('does not go where the position cannot be taken out: the row says so, and copies go all the same', async () => {
    const desk = await openDesk([withoutPosition, WEB])
    writeFileSync(
      join(desk.shoot, 'a.srt'),
      '1\n00:00:00,000 --> 00:00:01,000\n[latitude: 51.4830] [longitude: -3.1850]'
    )
    const frame = (await desk.framesOf(await desk.drop())).get('a.srt')
    expect(frame).toMatchObject({
      status: 'failed',
      uploads: [{ status: 'failed', problem: { code: 'position-stays' } }]
    })
    expect(await desk.head('a-original.srt')).toBeNull()
  })
})

describe('a privacy zone', () => {
  it('marks what was taken in it, says whether what goes tells where, and is drawn anew', async () => {
    const desk = await openDesk([ORIGINAL], { privacyZones: [] })
    writeFileSync(join(desk.shoot, 'a.jpg'), await placed(200))
    const collectionId = await desk.drop()
    const before = (await desk.framesOf(collectionId)).get('a.jpg')
    expect(before).not.toHaveProperty('zones')
    desk.reordered.length = 0
    await desk.configure({ privacyZones: [home, { ...home, name: 'far', latitude: 0 }] })
    expect(desk.reordered).toContainEqual([{ collectionId }])
    const after = (await desk.framesOf(collectionId)).get('a.jpg')
    expect(after?.zones).toEqual(['home'])
    expect(after?.notes).toContain('Taken within home; what is sent tells where.')
  })
})

describe('an original of which no copy could be made', () => {
  it('goes with the reason in its metadata, and the row says why', async () => {
    const desk = await openDesk([ORIGINAL, WEB])
    writeFileSync(join(desk.shoot, 'notes.jpg'), 'Not a picture')
    const frame = (await desk.framesOf(await desk.drop())).get('notes.jpg')
    expect(frame).toMatchObject({ status: 'attention' })
    expect(frame?.uploads.map(({ status, problem }) => [status, problem?.code])).toEqual([
      ['done', undefined],
      ['failed', 'picture-unsupported']
    ])
    expect((await desk.head('notes-original.jpg'))?.metadata).toMatchObject({
      'processing-error': 'picture-unsupported'
    })
  })

  it('says so as well where that comes out only when it is rendered', async () => {
    const desk = await openDesk([ORIGINAL, WEB])
    writeFileSync(join(desk.shoot, 'cut.jpg'), (await placed(3)).subarray(0, -200))
    const frame = (await desk.framesOf(await desk.drop())).get('cut.jpg')
    expect(frame?.uploads.map(({ status, problem }) => [status, problem?.code])).toEqual([
      ['done', undefined],
      ['failed', 'picture-damaged']
    ])
    expect((await desk.head('cut-original.jpg'))?.metadata).toMatchObject({ 'processing-error': 'picture-damaged' })
  })
})
