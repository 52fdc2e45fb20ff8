import { execFileSync } from 'node:child_process'
import sharp from 'sharp'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WEB } from '../../shared/model/output.ts'
import { readFacts } from './readFacts.ts'
import { render } from './render.ts'
import { openRenderer } from './testing/openRenderer.ts'
import { colourAt, distance, realPhoto, testFolder } from './testing/pictures.ts'
import { hasFfmpeg } from './testing/tools.ts'

const file = testFolder()
const { exiftool } = openRenderer(file)
let made = 0

/** A film whose first 0.4 seconds are red, and the rest blue. */
async function film(name: string, seconds: number, ...more: ReadonlyArray<string>): Promise<string> {
  const path = await file(name)
  const [red, blue] = ['red', 'blue'].map((colour) => `color=${colour}:size=320x180:rate=10:duration=${seconds}`)
  const both = `[0:v]trim=duration=0.4[a];[1:v]trim=start=0.4,setpts=PTS-STARTPTS[b];[a][b]concat`
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', red ?? '', '-f', 'lavfi', '-i', blue ?? '', '-filter_complex', both],
    ...['-c:v', 'mpeg4', '-q:v', '2', ...more, '-y', path]
  ])
  return path
}

async function preview(path: string, renditions = [{ rendition: WEB, path: 'unused' }].slice(1)) {
  const previewPath = await file(`poster-${made++}.webp`)
  const job = { path, kind: 'video', contentType: 'video/mp4', renditions, previewPath } as const
  return { previewPath, result: await render(job, 1e9, exiftool) }
}

describe.skipIf(!hasFfmpeg)('the preview of a film', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('is its frame at one second, and of a shorter film the one in its middle', async () => {
    const long = await preview(await film('long.mp4', 3))
    expect(long.result.preview).toMatchObject({ ok: true })
    expect(await sharp(long.previewPath).metadata()).toMatchObject({ format: 'webp', width: 320, height: 180 })
    expect(distance(await colourAt(long.previewPath, 0.5, 0.5), [0, 0, 255])).toBeLessThan(12)
    const short = await preview(await film('short.mp4', 0.6))
    expect(distance(await colourAt(short.previewPath, 0.5, 0.5), [255, 0, 0])).toBeLessThan(12)
  })

  it('is no reason to make copies of the film', async () => {
    const { result } = await preview(await film('a.mp4', 1), [{ rendition: WEB, path: await file('never.webp') }])
    expect(result).toMatchObject({ renditions: [{ ok: false, problem: { code: 'picture-unsupported' } }] })
  })

  it('is missing, with the reason, where nothing can be made of the file, or there is no ffmpeg', async () => {
    const nonsense = await preview(
      await file('nonsense.mp4', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1'))
    )
    expect(nonsense.result.preview).toMatchObject({ ok: false, problem: { code: 'picture-unsupported' } })
    // Calls itself a film, and would have another file read.
    const playlist = await file('list.mp4', `#EXTM3U\n#EXTINF:1,\n${await film('b.ts', 1)}\n`)
    expect((await preview(playlist)).result.preview).toMatchObject({ ok: false })
    const whole = await film('c.mp4', 1)
    vi.stubEnv('PATH', await file('nowhere'))
    expect((await preview(whole)).result.preview).toMatchObject({ ok: false })
  })
})

describe('the facts of a film', () => {
  it.skipIf(!hasFfmpeg)('are its type, size and duration', async () => {
    const facts = await readFacts(await film('facts.mp4', 2), exiftool)
    expect(facts).toMatchObject({ kind: 'video', contentType: 'video/mp4', widthPx: 320, heightPx: 180, problem: null })
    expect(facts.durationSeconds).toBeCloseTo(2, 1)
    expect(await readFacts(await film('facts.webm', 2, '-c:v', 'libvpx'), exiftool)).toMatchObject({
      kind: 'video',
      contentType: 'video/webm',
      widthPx: 320
    })
  })

  const [mov, mp4] = [realPhoto('video/with-gps.mov'), realPhoto('video/with-gps.mp4')]
  it.skipIf(!mov || !mp4)('tell where it was taken, in Apple’s way and in the old one', async () => {
    const [apple, old] = [await readFacts(mov ?? '', exiftool), await readFacts(mp4 ?? '', exiftool)]
    expect(apple.position).toEqual({ latitude: 32.0929, longitude: 34.862 })
    expect(old.position).toEqual({ latitude: 51.4169, longitude: -0.0806 })
    for (const { durationSeconds } of [apple, old]) expect(durationSeconds).toBeGreaterThan(0)
  })
})
