import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FULL_SIZE_PX, WEB } from '../../shared/model/output.ts'
import { createDarkroom } from '../images/createDarkroom.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { openRoom, photoFacts } from '../transfer/testing/openRoom.ts'
import { renditionAnswers } from './renditionAnswers.ts'

const trial = { rendition: { ...WEB, id: 'source' }, collectionId: null, frameId: null }

/** @param watch Between the answers and the darkroom. */
function openTrials(watch: (darkroom: Darkroom) => Darkroom = (darkroom) => darkroom) {
  const room = openRoom()
  const darkroom = createDarkroom({ processes: 1 })
  onTestFinished(() => darkroom.close())
  const previewsPath = join(room.home, 'previews')
  const ending = new AbortController()
  const parts = { frames: room.frames, darkroom: watch(darkroom), previewsPath, signal: ending.signal }
  const answers = renditionAnswers(parts)
  const take = (name: string, bytes: Buffer, facts: Partial<FrameFacts> = {}) => {
    const [frame] = room.add(room.write(name, bytes))
    if (!frame) throw new Error(`${name} was not taken`)
    room.frames.setPrepared(frame.id, { ...photoFacts, ...facts }, null, 'done')
    return frame
  }
  return {
    take,
    trialsPath: join(previewsPath, 'trials'),
    onDisk: (url: string) => readFileSync(join(room.home, url)),
    ask: answers['renditions:try'],
    end: () => ending.abort()
  }
}

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#4060a0' } })
    .jpeg()
    .toBuffer()

describe('trying a rendition', () => {
  it('shows it as it would be sent beside its source, with the sizes of both', async () => {
    const { take, ask, onDisk } = openTrials()
    const bytes = await picture(600, 400)
    const { id } = take('a.jpg', bytes, { widthPx: 600, heightPx: 400 })
    const tried = await ask({ ...trial, rendition: { ...WEB, longEdgePx: 320 }, frameId: id })
    expect(tried).toMatchObject({ name: 'a.jpg', sourceBytes: bytes.length, widthPx: 320, heightPx: 213, notes: [] })
    const made = onDisk(tried?.renditionUrl ?? '')
    expect(made.length).toBe(tried?.renditionBytes)
    expect(await sharp(made).metadata()).toMatchObject({ format: 'webp', width: 320 })
    expect(await sharp(onDisk(tried?.sourceUrl ?? '')).metadata()).toMatchObject({ format: 'jpeg', width: 600 })
  })

  it('leaves only the last trial on disk, and makes the source once', async () => {
    const { take, ask, trialsPath } = openTrials()
    const { id } = take('a.jpg', await picture(60, 40))
    const first = await ask({ ...trial, frameId: id })
    const second = await ask({ ...trial, frameId: id, rendition: { ...WEB, format: 'png' } })
    expect(second?.sourceUrl).toBe(first?.sourceUrl)
    const names = [second?.sourceUrl, second?.renditionUrl].map((url) => url?.split('/').at(-1))
    expect(readdirSync(trialsPath).sort()).toEqual(names.sort())
    expect(second?.renditionUrl).toMatch(/\.png$/)
    rmSync(trialsPath, { recursive: true })
    const third = await ask({ ...trial, frameId: id })
    expect(third && existsSync(join(trialsPath, '..', '..', third.sourceUrl))).toBe(true)
  })

  it('takes the newest picture that is there, where no frame or none that is a picture is chosen', async () => {
    const { take, ask } = openTrials()
    expect(await ask(trial)).toBeNull()
    take('old.jpg', await picture(60, 40))
    take('new.jpg', await picture(60, 40))
    const { path } = take('gone.jpg', await picture(60, 40))
    rmSync(path)
    const { id } = take('film.mov', Buffer.from('moov'), { kind: 'video' })
    expect(await ask({ ...trial, frameId: id })).toMatchObject({ name: 'new.jpg' })
    expect(await ask(trial)).toMatchObject({ name: 'new.jpg' })
  })

  it('says that a small photo stays small, and what becomes of its position', async () => {
    const { take, ask } = openTrials()
    const { id } = take('a.jpg', await picture(300, 200), { hasPosition: true })
    expect((await ask({ ...trial, frameId: id }))?.notes).toEqual([
      'The photo is smaller than that, and is not enlarged.',
      'The position inside is left out.'
    ])
    const rendition = { ...WEB, longEdgePx: FULL_SIZE_PX, keepsPosition: true }
    expect((await ask({ ...trial, frameId: id, rendition }))?.notes).toEqual(['It keeps the position inside.'])
  })

  it('fails with the reason of the picture, and leaves nothing behind', async () => {
    const { take, ask, trialsPath } = openTrials()
    const bytes = await picture(60, 40)
    const { id, path } = take('a.jpg', bytes)
    writeFileSync(path, bytes.subarray(0, 100))
    await expect(ask({ ...trial, frameId: id })).rejects.toMatchObject({ code: 'picture-damaged' })
    expect(readdirSync(trialsPath)).toEqual([])
  })

  it('gives up the trial before, and all when the engine ends', async () => {
    const begun = Promise.withResolvers<void>()
    const held = Promise.withResolvers<never>()
    let isFirst = true
    const { take, ask, end } = openTrials((darkroom) => ({
      ...darkroom,
      render: (job, signal) => {
        if (!isFirst) return darkroom.render(job, signal)
        isFirst = false
        signal.addEventListener('abort', () => held.reject(signal.reason))
        begun.resolve()
        return held.promise
      }
    }))
    const { id } = take('a.jpg', await picture(60, 40))
    const first = ask({ ...trial, frameId: id })
    const given = expect(first).rejects.toMatchObject({ name: 'AbortError' })
    await begun.promise
    expect(await ask({ ...trial, frameId: id })).toMatchObject({ name: 'a.jpg' })
    await given
    end()
    await expect(ask({ ...trial, frameId: id })).rejects.toMatchObject({ name: 'AbortError' })
  })
})
