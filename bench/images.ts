import { execFile } from 'node:child_process'
import { copyFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createDarkroom } from '../src/core/images/createDarkroom.ts'
import type { Darkroom } from '../src/core/images/Darkroom.ts'
import { inFormat } from '../src/core/images/encode.ts'
import { sharp } from '../src/core/images/safeSharp.ts'
import { type Rendition, type RenditionFormat, WEB } from '../src/shared/model/output.ts'
import type { Measurement } from './Measurement.ts'

const SAMPLE = join(import.meta.dirname, '../resources/samples/DSC_0412.JPG')
/** 12 MP, as a camera's. */
const WIDTH_PX = 4272
const HEIGHT_PX = 2848

type Contender = { readonly name: string; readonly render: (source: string, target: string) => Promise<void> }

/**
 * 12 MP JPEGs to 2048 px, as WebP and as both WebP and JPEG: the darkroom, with its processes and limits and the preview
 * that it makes on the way, beside a bare loop of sharp on the same cores with the same encoder settings, and beside
 * `vipsthumbnail` where it is installed.
 *
 * @param pictures How many in a round.
 * @param rounds The best of so many counts.
 */
export async function measureImages(
  folder: string,
  pictures: number,
  rounds: number
): Promise<ReadonlyArray<Measurement>> {
  const sources = await writePictures(folder, pictures)
  const darkroom = createDarkroom()
  const measurements: Measurement[] = []
  try {
    for (const [name, formats] of [
      ['images-webp', ['webp']],
      ['images-webp-jpeg', ['webp', 'jpeg']]
    ] as const) {
      const best = await contend(sources, rounds, [ours(darkroom, formats), bare(formats), ...(await vips(formats))])
      const rate = (who: string) => {
        const seconds = best.get(who)
        return seconds === undefined ? null : Number((pictures / seconds).toPrecision(3))
      }
      const [our, limit] = [rate('silverdrop') ?? 0, rate('sharp') ?? 0]
      measurements.push({
        name,
        unit: 'pictures/s',
        ours: our,
        limit,
        peer: rate('vipsthumbnail'),
        peerName: 'vipsthumbnail',
        ratio: Number((our / limit).toPrecision(3)),
        budget: 0.9,
        cpuSeconds: null,
        peerCpuSeconds: null,
        peakMB: null,
        peerPeakMB: null
      })
    }
  } finally {
    await darkroom.close()
  }
  return measurements
}

/** One picture under many names: what is measured does not remember what it saw. */
async function writePictures(folder: string, count: number): Promise<string[]> {
  const [first = '', ...others] = Array.from({ length: count }, (_, index) => join(folder, `IMG_${index}.jpg`))
  await sharp(SAMPLE).resize(WIDTH_PX, HEIGHT_PX, { fit: 'cover' }).jpeg({ quality: 92 }).toFile(first)
  for (const path of others) await copyFile(first, path)
  return [first, ...others]
}

/** In turn, so that a slow moment of the machine hits all. @returns each one's best in seconds, by name. */
async function contend(
  sources: ReadonlyArray<string>,
  rounds: number,
  contenders: ReadonlyArray<Contender>
): Promise<ReadonlyMap<string, number>> {
  const best = new Map<string, number>()
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, render } of contenders) {
      const startedMs = performance.now()
      const waiting = sources.values()
      const work = async () => {
        for (const source of waiting) await render(source, `${source}-${name}`)
      }
      await Promise.all(Array.from({ length: availableParallelism() }, work))
      const seconds = (performance.now() - startedMs) / 1000
      console.error(`${name}, round ${round} of ${rounds}: ${seconds.toFixed(3)} s`)
      best.set(name, Math.min(seconds, best.get(name) ?? seconds))
    }
  }
  return best
}

function ours(darkroom: Darkroom, formats: ReadonlyArray<RenditionFormat>): Contender {
  const renditions = formats.map((format): Rendition => ({ ...WEB, id: format, format }))
  return {
    name: 'silverdrop',
    render: async (path, target) => {
      const job = {
        path,
        kind: 'photo' as const,
        contentType: 'image/jpeg',
        renditions: renditions.map((rendition) => ({ rendition, path: `${target}.${rendition.format}` })),
        previewPath: `${target}.preview`
      }
      const result = await darkroom.render(job, new AbortController().signal)
      const failed = result.renditions.find(({ ok }) => !ok)
      if (failed) throw new Error(JSON.stringify(failed))
    }
  }
}

function bare(formats: ReadonlyArray<RenditionFormat>): Contender {
  const size = { width: WEB.longEdgePx, height: WEB.longEdgePx, fit: 'inside', withoutEnlargement: true } as const
  return {
    name: 'sharp',
    render: async (path, target) => {
      for (const format of formats) {
        const picture = sharp(path).autoOrient().resize(size).withIccProfile('srgb')
        await inFormat(picture, format, WEB.quality, { widthPx: size.width, heightPx: size.height }).toFile(
          `${target}.${format}`
        )
      }
    }
  }
}

/** libvips' own program, a process for each picture; none where it is not installed. */
async function vips(formats: ReadonlyArray<RenditionFormat>): Promise<Contender[]> {
  const run = promisify(execFile)
  try {
    await run('vipsthumbnail', ['--vips-version'])
  } catch {
    return []
  }
  const settings = { webp: '[Q=85,effort=2]', jpeg: '[Q=85,optimize-coding]', avif: '[Q=85]', png: '' } as const
  const render = async (path: string, target: string) => {
    for (const format of formats) {
      const output = `${target}.${format === 'jpeg' ? 'jpg' : format}${settings[format]}`
      await run('vipsthumbnail', [path, '--size', `${WEB.longEdgePx}x${WEB.longEdgePx}>`, '-o', output], {
        env: { ...process.env, VIPS_CONCURRENCY: '1' }
      })
    }
  }
  return [{ name: 'vipsthumbnail', render }]
}
