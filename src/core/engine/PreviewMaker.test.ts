import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Account } from '../../shared/model/account.ts'
import type { FrameView } from '../../shared/model/frame.ts'
import { ORIGINAL } from '../../shared/model/output.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { createEngine } from '../engine.ts'
import { createPaperDarkroom, openRoom } from '../transfer/testing/openRoom.ts'
import { PreviewMaker } from './PreviewMaker.ts'

const LONG_MS = 30_000

/** An engine that sends originals only, so that small pictures are made for who looks, and what it has sent. */
async function openSent(names: ReadonlyArray<string>, previewCacheBytes = defaultSettings.previewCacheBytes) {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-previews-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const [bucket, shoot] = [join(home, 'bucket'), join(home, 'shoot')]
  mkdirSync(bucket)
  mkdirSync(shoot)
  const account: Account = { id: 'here', kind: 'folder', name: 'Here', path: bucket, publicBaseUrl: null, prefix: '' }
  const config = {
    accounts: [{ account, secret: null }],
    defaultAccountId: 'here',
    ...engineSettings(defaultSettings),
    previewCacheBytes,
    newCollection: { ...defaultSettings.newCollection, outputs: [ORIGINAL] }
  }
  const engine = createEngine({ home, resumesAll: true })
  onTestFinished(() => engine.close())
  await engine.private['engine:configure'](config)
  for (const [n, name] of names.entries()) {
    const picture = sharp({
      create: { width: 900, height: 600, channels: 3, background: { r: 200, g: n * 20, b: 40 } }
    })
    writeFileSync(join(shoot, name), name.endsWith('.jpg') ? await picture.jpeg().toBuffer() : 'words')
  }
  const { collectionId } = await engine.answers['queue:add']({ paths: [shoot], collectionId: null })
  await engine.settled(collectionId, AbortSignal.timeout(LONG_MS))
  const look = async () =>
    (await engine.answers['queue:page']({ collectionId, filter: 'all', offset: 0, limit: 100 })).frames
  const seen = (isSeen: (frames: ReadonlyArray<FrameView>) => boolean) =>
    vi.waitUntil(
      async () => {
        const frames = await look()
        return isSeen(frames) && frames
      },
      { timeout: LONG_MS, interval: 20 }
    )
  const fileOf = ({ previewUrl }: Pick<FrameView, 'previewUrl'>) => join(home, previewUrl ?? 'none')
  return { engine, config, shoot, bucket, look, seen, fileOf }
}

const allShown = (frames: ReadonlyArray<FrameView>) => frames.every(({ previewUrl }) => previewUrl !== null)

describe('small pictures of rows', () => {
  it('are made for rows that are looked at, with a hash to draw before', async () => {
    const { look, seen, fileOf } = await openSent(['a.jpg', 'b.jpg'])
    expect((await look()).map(({ previewUrl }) => previewUrl)).toEqual([null, null])
    const frames = await seen(allShown)
    for (const frame of frames) {
      expect(await sharp(fileOf(frame)).metadata()).toMatchObject({ format: 'webp', width: 320, height: 213 })
      expect(frame.thumbhash).toMatch(/^[\w+/]{20,}=*$/)
    }
    expect(new Set(frames.map(({ thumbhash }) => thumbhash)).size).toBe(2)
  })

  it.each([
    ['taken away', (path: string) => rmSync(path)],
    ['emptied', (path: string) => truncateSync(path)],
    ['cut off', (path: string) => truncateSync(path, 60)],
    ['overwritten', (path: string) => writeFileSync(path, 'no picture')]
  ])('are made again where one was %s, and the hash stays meanwhile', async (_, harm) => {
    const { look, seen, fileOf } = await openSent(['a.jpg'])
    const [before] = await seen(allShown)
    if (!before) throw new Error('No frame')
    const bytes = readFileSync(fileOf(before))
    harm(fileOf(before))
    const [missing] = await look()
    expect(missing).toMatchObject({ previewUrl: null, thumbhash: before.thumbhash })
    await seen(allShown)
    expect(readFileSync(fileOf(before)).equals(bytes)).toBe(true)
  })

  it('are made again where the limit took one', async () => {
    const { engine, config, seen, fileOf } = await openSent(['a.jpg', 'b.jpg'])
    const frames = await seen(allShown)
    await engine.private['engine:configure']({ ...config, previewCacheBytes: 1 })
    await vi.waitUntil(() => frames.every((frame) => !existsSync(fileOf(frame))), { timeout: LONG_MS })
    await engine.private['engine:configure']({ ...config, previewCacheBytes: 50_000_000 })
    for (const frame of await seen(allShown)) expect(existsSync(fileOf(frame))).toBe(true)
  })

  it('are not tried for what is no picture', async () => {
    const { look, seen } = await openSent(['a.jpg', 'notes.txt'])
    await seen((frames) => frames.some(({ previewUrl }) => previewUrl !== null))
    const text = (await look()).find(({ name }) => name === 'notes.txt')
    expect(text?.previewUrl).toBeNull()
    expect(text?.thumbhash).toBeUndefined()
  })
})

describe('a small picture that is being made', () => {
  it('does not count where its frame is another version of the file by then', async () => {
    const room = openRoom({ outputs: [ORIGINAL] })
    room.add(room.write('a.jpg', 'a picture'))
    const [prepared] = await room.prepare()
    if (!prepared) throw new Error('Nothing was prepared')
    const { id } = prepared
    const { promise: changed, resolve } = Promise.withResolvers<string>()
    const maker = new PreviewMaker({
      darkroom: {
        ...createPaperDarkroom(),
        render: async () => {
          room.frames.renew(id, { sizeBytes: 5, mtimeNs: 1n, ino: 2n })
          return { renditions: [], preview: { ok: true, thumbhash: 'AQID' } }
        }
      },
      frames: room.frames,
      previewsPath: join(room.home, 'previews'),
      spoolPath: join(room.home, 'spool'),
      onFrameChanged: resolve
    })
    onTestFinished(() => maker.close())
    await maker.see([id])
    expect(await changed).toBe(id)
    expect(room.frames.find(id)?.hasPreview).toBe(false)
    expect(room.frames.thumbs.hashOf(id)).toBeNull()
  })
})

describe('small pictures of objects', () => {
  it('are made once, and again where the file is damaged', async () => {
    const { engine, bucket, fileOf } = await openSent([])
    writeFileSync(
      join(bucket, 'a.jpg'),
      await sharp({ create: { width: 500, height: 400, channels: 3, background: '#a52' } })
        .jpeg()
        .toBuffer()
    )
    const { objects } = await engine.answers['bucket:list']({ accountId: 'here', prefix: '', after: null, limit: 10 })
    const [object] = objects
    if (!object) throw new Error('No object')
    const { key, etag, sizeBytes } = object
    const ask = () => engine.answers['bucket:preview']({ accountId: 'here', key, etag, sizeBytes })
    const { previewUrl } = await ask()
    const path = fileOf({ previewUrl })
    const bytes = readFileSync(path)
    truncateSync(path, 100)
    expect(await ask()).toEqual({ previewUrl })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    truncateSync(path, 100)
    const answers = await Promise.all(Array.from({ length: 6 }, ask)) // several windows show the same folder
    expect(answers).toEqual(Array.from({ length: 6 }, () => ({ previewUrl })))
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(await engine.answers['bucket:preview']({ accountId: 'here', key: 'a.txt', etag, sizeBytes })).toEqual({
      previewUrl: null
    })
  })
})
