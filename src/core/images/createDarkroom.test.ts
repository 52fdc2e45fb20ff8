import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Rendition, WEB } from '../../shared/model/output.ts'
import { MiB } from '../../shared/units.ts'
import { createDarkroom, type DarkroomOptions } from './createDarkroom.ts'
import type { Darkroom, RenderJob } from './Darkroom.ts'
import { partPath } from './partPath.ts'
import { placedFilm } from './testing/boxes.ts'
import { busy, testFolder } from './testing/pictures.ts'

const SAMPLES = join(import.meta.dirname, '../../../resources/samples')
const MISBEHAVING = join(import.meta.dirname, 'testing/misbehavingDarkroom.ts')

/** ExifTool copies it for a second or more. */
const SLOW_FILM_BYTES = 300 * MiB

const calm = new AbortController().signal
const file = testFolder()
const opened: Darkroom[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((darkroom) => darkroom.close()))
})

function open(options?: DarkroomOptions): Darkroom {
  const darkroom = createDarkroom(options)
  opened.push(darkroom)
  return darkroom
}

const bad = (options?: DarkroomOptions) => open({ entry: MISBEHAVING, processes: 1, ...options })

const web: Rendition = { ...WEB, longEdgePx: 640 }

async function job(name: string): Promise<RenderJob> {
  const renditions = [{ rendition: web, path: await file(`${name}-web.webp`) }]
  return { path: await file(name), kind: 'photo', contentType: 'image/jpeg', renditions, previewPath: null }
}

/** The process that answered, as the misbehaving one tells it. */
async function pidOf(darkroom: Darkroom): Promise<number> {
  const { preview } = await darkroom.render(await job('fine'), calm)
  return preview?.ok === false ? Number(preview.problem.detail) : Number.NaN
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('createDarkroom', () => {
  it('inspects and renders the samples, in processes of its own', async () => {
    const darkroom = open({ processes: 2 })
    const names = (await readdir(SAMPLES)).filter((name) => /\.jpe?g$/i.test(name))
    expect(names.length).toBeGreaterThanOrEqual(8)
    await Promise.all(
      names.map(async (name) => {
        const path = join(SAMPLES, name)
        const facts = await darkroom.inspect(path, calm)
        expect(facts).toMatchObject({ kind: 'photo', contentType: 'image/jpeg', hasPosition: false, problem: null })
        expect(facts.capturedAt).toMatch(/^20\d\d-/)
        const [outputPath, previewPath] = [await file(`${name}.webp`), await file(`${name}.preview.webp`)]
        const renditions = [{ rendition: web, path: outputPath }]
        const result = await darkroom.render({ path, ...facts, renditions, previewPath }, calm)
        expect(result).toMatchObject({ renditions: [{ outputId: 'web', ok: true }], preview: { ok: true } })
        const isPortrait = (facts.heightPx ?? 0) > (facts.widthPx ?? 0)
        expect(await sharp(outputPath).metadata()).toMatchObject(isPortrait ? { height: 640 } : { width: 640 })
      })
    )
  })

  it('passes on what is wrong with a file', async () => {
    const darkroom = open({ processes: 1 })
    await expect(darkroom.inspect(await file('gone.jpg'), calm)).rejects.toMatchObject({ code: 'file-missing' })
    const { renditions } = await darkroom.render(await job('gone.jpg'), calm)
    expect(renditions).toMatchObject([{ ok: false, problem: { code: 'file-missing' } }])
  })

  it.skipIf(process.platform !== 'linux')('gives its processes no secret from the environment', async () => {
    vi.stubEnv('R2_SECRET_ACCESS_KEY', 'top-secret')
    const pid = await pidOf(bad())
    vi.unstubAllEnvs()
    expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('top-secret')
  })

  describe('a frame that harms its process', () => {
    it('is given up when it takes too long, and the next one works', async () => {
      const darkroom = bad({ timeLimitMs: 3_000 })
      const { renditions } = await darkroom.render(await job('hang'), calm)
      expect(renditions).toMatchObject([{ outputId: 'web', ok: false, problem: { code: 'render-timeout' } }])
      expect(await pidOf(darkroom)).toBeGreaterThan(0)
    })

    it.skipIf(process.platform !== 'linux')('is given up when it eats memory, and the next one works', async () => {
      const darkroom = bad({ memoryLimitBytes: 300 * MiB })
      const { renditions } = await darkroom.render(await job('eat'), calm)
      expect(renditions).toMatchObject([{ ok: false, problem: { code: 'picture-too-large' } }])
      expect(await pidOf(darkroom)).toBeGreaterThan(0)
    })

    it('is given up when it crashes twice, and the next one works', async () => {
      const darkroom = bad()
      const { renditions } = await darkroom.render(await job('crash'), calm)
      expect(renditions).toMatchObject([{ ok: false, problem: { code: 'render-crashed' } }])
      expect(await pidOf(darkroom)).toBeGreaterThan(0)
    })

    it('is tried once more in a fresh process, which may do', async () => {
      const result = await bad().render(await job('crash-once'), calm)
      expect(result).toMatchObject({ renditions: [], preview: { ok: false } })
    })

    it('does not take the frames beside it along', async () => {
      const darkroom = bad()
      const names = ['fine', 'crash', 'fine', 'fine', 'hang-not', 'crash', 'fine']
      const facts = await Promise.all(names.map(async (name) => darkroom.inspect(await file(name), calm)))
      expect(facts.map(({ problem }) => problem?.code)).toEqual(
        names.map((name) => (name === 'crash' ? 'render-crashed' : 'internal'))
      )
    })

    it('is given up as well where only its position is to be taken out, and leaves nothing behind', async () => {
      const darkroom = bad({ timeLimitMs: 3_000 })
      for (const [name, code] of [
        ['crash', 'render-crashed'],
        ['hang', 'render-timeout']
      ] as const) {
        const target = await file(`${name}-clean.jpg`)
        const act = darkroom.removePosition({ path: await file(name), kind: 'photo', target }, calm)
        await expect(act).rejects.toMatchObject({ code })
        expect((await readdir(dirname(target))).filter((left) => left.startsWith(`${name}-clean`))).toEqual([])
      }
    })

    it('still has its type told when its metadata is what does the harm', async () => {
      expect(await bad().inspect(await file('crash'), calm)).toMatchObject({
        kind: 'other',
        problem: { code: 'render-crashed' }
      })
    })
  })

  it('inspects while all who render are busy', async () => {
    const darkroom = bad()
    const stop = new AbortController()
    const rendering = darkroom.render(await job('held'), stop.signal)
    expect(await darkroom.inspect(await file('fine'), calm)).toMatchObject({ kind: 'other' })
    stop.abort()
    await expect(rendering).rejects.toMatchObject({ name: 'AbortError' })
  })

  describe('an abort', () => {
    it('keeps a frame that still waits from being rendered', async () => {
      const darkroom = bad()
      const [first, second] = [new AbortController(), new AbortController()]
      const running = darkroom.render(await job('held'), first.signal)
      const waiting = darkroom.render(await job('fine'), second.signal)
      second.abort(new Error('not this one'))
      await expect(waiting).rejects.toThrow('not this one')
      first.abort()
      await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    })

    it('ends the process at work, clears up after it and goes on with the next frame', async () => {
      const darkroom = bad()
      const before = await pidOf(darkroom)
      const stop = new AbortController()
      const held = await job('held')
      const part = partPath(held.renditions[0]?.path ?? '')
      await writeFile(part, 'half a picture')
      const running = darkroom.render(held, stop.signal)
      const next = pidOf(darkroom)
      stop.abort()
      await expect(running).rejects.toMatchObject({ name: 'AbortError' })
      await expect(access(part)).rejects.toMatchObject({ code: 'ENOENT' })
      expect(isAlive(before)).toBe(false)
      expect(await next).not.toBe(before)
    })

    it('while ExifTool writes ends that too, leaves nothing behind, and the next attempt does it', {
      timeout: 180_000
    }, async () => {
      const size = Buffer.alloc(4)
      size.writeUInt32BE(SLOW_FILM_BYTES)
      // Written so coarsely that it is not blanked in place: ExifTool writes the film anew.
      const coarse = placedFilm().toString('latin1').replace('+51.4830-003.1850+012.300/', '+51-003/'.padEnd(26))
      const path = await file('slow.mp4', Buffer.concat([Buffer.from(coarse, 'latin1'), size, Buffer.from('mdat')]))
      await truncate(path, placedFilm().length + SLOW_FILM_BYTES)
      const target = await file('slow-clean.mp4')
      const left = async () => (await readdir(dirname(target))).filter((name) => name.startsWith('slow-clean'))
      const darkroom = open({ processes: 1 })
      const stop = new AbortController()
      const running = darkroom.removePosition({ path, kind: 'video', target }, stop.signal)
      running.catch(() => {}) // it is looked at below
      await vi.waitUntil(async () => (await left()).some((name) => name.endsWith('_exiftool_tmp')), {
        timeout: 60_000,
        interval: 5
      })
      stop.abort()
      await expect(running).rejects.toMatchObject({ name: 'AbortError' })
      expect(await left()).toEqual([])
      expect(await darkroom.removePosition({ path, kind: 'video', target }, calm)).toMatchObject({ path: target })
      expect(await left()).toEqual(['slow-clean.mp4'])
    })

    it('beforehand sends nothing', async () => {
      await expect(bad().inspect(await file('fine'), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
    })
  })

  describe('close', () => {
    it('ends every process and rejects what was under way', async () => {
      const darkroom = bad()
      const pid = await pidOf(darkroom)
      const all = [darkroom.render(await job('held'), calm), darkroom.render(await job('fine'), calm)]
      const settled = Promise.allSettled(all)
      await darkroom.close()
      for (const each of await settled) expect(each).toMatchObject({ reason: { code: 'engine-stopped' } })
      expect(isAlive(pid)).toBe(false)
      await expect(darkroom.inspect(await file('fine'), calm)).rejects.toMatchObject({ code: 'engine-stopped' })
    })
  })

  it('leaves no process behind when its parent is killed', async () => {
    const parentEntry = join(import.meta.dirname, 'testing/darkroomParent.ts')
    const parent = spawn(process.execPath, [parentEntry, MISBEHAVING], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(parent.stdout, 'data')
    const pid = Number(String(line))
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000 })
  })

  it('renders in the order in which it was asked', async () => {
    const darkroom = open({ processes: 1 })
    const source = await file('order.jpg', await busy().jpeg().toBuffer())
    const finished: number[] = []
    await Promise.all(
      [0, 1, 2, 3].map(async (index) => {
        const renditions = [{ rendition: web, path: await file(`order-${index}.webp`) }]
        await darkroom.render(
          { path: source, kind: 'photo', contentType: 'image/jpeg', renditions, previewPath: null },
          calm
        )
        finished.push(index)
      })
    )
    expect(finished).toEqual([0, 1, 2, 3])
  })
})
