import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { toProblem } from '../../../shared/errors.ts'
import { type Rendition, WEB } from '../../../shared/model/output.ts'
import { randomNumbers } from '../../testing/randomNumbers.ts'
import { createDarkroom } from '../createDarkroom.ts'
import type { Darkroom, RenderResult } from '../Darkroom.ts'
import { exifBlock, withExifBlock } from './exifBlock.ts'
import { mutate } from './mutate.ts'
import { busy } from './pictures.ts'

export type Sample = { readonly name: string; readonly bytes: Buffer }

export type FuzzReport = {
  /** Renditions by how they ended: `made`, or the code of the reason. */
  readonly outcomes: ReadonlyMap<string, number>
  /** What must not happen, one sentence each, with what it takes to see it again. */
  readonly faults: ReadonlyArray<string>
}

const MAX_SAMPLE_BYTES = 2_000_000

/** A decoder that was ended is a decoder that was not bounded; `internal` is our own bug. */
const FAULTS = new Set(['render-crashed', 'render-timeout', 'internal', 'file-unreadable'])
const OUT_OF_MEMORY = /took more memory/

const RENDITIONS: ReadonlyArray<Rendition> = [
  { ...WEB, longEdgePx: 640 },
  {
    ...WEB,
    id: 'square',
    box: { widthPx: 200, heightPx: 200, fit: 'fill' },
    format: 'keep',
    colour: 'keep',
    sharpening: 'low'
  },
  { ...WEB, id: 'wide', longEdgePx: 320, format: 'jpeg', colour: 'p3' }
]

/** A picture of each kind that is decoded, and of each way it is stored. */
export async function ownSamples(): Promise<Sample[]> {
  const picture = () => busy(320, 240)
  const jpeg = await picture().withIccProfile('p3').jpeg().toBuffer()
  const thumbnail = await busy(160, 120).jpeg().toBuffer()
  const block = exifBlock({
    image: { 271: 'PENTAX', 274: 6, 315: 'Zoë' },
    photo: { 36867: '2026:05:01 12:30:15' },
    thumbnail
  })
  const frames = await Promise.all([30, 60, 90].map((level) => busy(level, level).resize(60, 60).png().toBuffer()))
  const moving = sharp(frames, { join: { animated: true } })
  const raw = exifBlock({ image: { 271: 'PENTAX', 274: 8 }, thumbnail: await busy(800, 600).jpeg().toBuffer() })
  return [
    { name: 'exif.jpg', bytes: withExifBlock(jpeg, block) },
    { name: 'progressive.jpg', bytes: await picture().jpeg({ mozjpeg: true }).toBuffer() },
    { name: 'cmyk.jpg', bytes: await picture().toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer() },
    { name: 'grey.png', bytes: await picture().toColourspace('b-w').png().toBuffer() },
    {
      name: 'sixteen.png',
      bytes: await picture().toColourspace('rgb16').withIccProfile('p3').png({ progressive: true }).toBuffer()
    },
    { name: 'palette.png', bytes: await picture().png({ palette: true }).toBuffer() },
    { name: 'lossy.webp', bytes: await picture().webp().toBuffer() },
    { name: 'lossless.webp', bytes: await picture().ensureAlpha(0.5).webp({ lossless: true }).toBuffer() },
    { name: 'moving.webp', bytes: await moving.clone().webp().toBuffer() },
    { name: 'moving.gif', bytes: await moving.clone().gif().toBuffer() },
    { name: 'small.avif', bytes: await picture().avif({ effort: 0 }).toBuffer() },
    { name: 'lzw.tif', bytes: await picture().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer() },
    { name: 'tiled.tif', bytes: await picture().tiff({ compression: 'none', tile: true }).toBuffer() },
    { name: 'raw.pef', bytes: raw.subarray('Exif\0\0'.length) }
  ]
}

/** The files of a folder and its folders that are small enough to be broken many times. */
export async function samplesIn(folder: string): Promise<Sample[]> {
  const names = (await readdir(folder, { recursive: true }).catch(() => [])).toSorted()
  const samples: Sample[] = []
  for (const name of names) {
    const bytes = await readFile(join(folder, name)).catch(() => null) // a folder
    if (bytes !== null && bytes.length > 0 && bytes.length <= MAX_SAMPLE_BYTES && !name.endsWith('.md')) {
      samples.push({ name: name.replaceAll(/[\\/]/g, '_'), bytes })
    }
  }
  return samples
}

/**
 * Gives broken pictures to a darkroom as it runs in the app, processes and limits included. Each must be rendered or
 * refused with a reason, and what is rendered must be a whole picture.
 *
 * @param seed With the number of a case it decides all that happens to it.
 * @param first The number of the first case.
 */
export async function fuzzDarkroom(
  options: { readonly cases: number; readonly seed: number; readonly first?: number },
  samples: ReadonlyArray<Sample>,
  folder: string,
  onCase: (number: number) => void = () => {}
): Promise<FuzzReport> {
  const { cases, seed, first = 0 } = options
  const outcomes = new Map<string, number>()
  const faults: string[] = []
  const darkroom = createDarkroom()
  const numbers = Array.from({ length: cases }, (_, index) => first + index).values()
  const work = async () => {
    for (const number of numbers) {
      const random = randomNumbers(seed * 1_000_003 + number)
      const sample = samples[Math.floor(random() * samples.length)]
      if (!sample) throw new Error('There is nothing to break')
      const { bytes, damage } = mutate(sample.bytes, random)
      const place = join(folder, `case-${number}`)
      await mkdir(place, { recursive: true })
      const path = join(place, sample.name)
      await writeFile(path, bytes)
      for (const { code, detail } of await tryPicture(darkroom, path, place)) {
        outcomes.set(code, (outcomes.get(code) ?? 0) + 1)
        if (!FAULTS.has(code) && !OUT_OF_MEMORY.test(detail)) continue
        faults.push(`seed ${seed}, case ${number} (${sample.name}, ${damage}): ${code}, ${detail}`)
      }
      await rm(place, { recursive: true, force: true })
      onCase(number)
    }
  }
  try {
    await Promise.all([work(), work(), work()])
  } finally {
    await darkroom.close()
  }
  return { outcomes, faults }
}

type Ending = { readonly code: string; readonly detail: string }

async function tryPicture(darkroom: Darkroom, path: string, folder: string): Promise<Ending[]> {
  const { signal } = new AbortController()
  const renditions = RENDITIONS.map((rendition) => ({ rendition, path: join(folder, rendition.id) }))
  try {
    const { kind, contentType, problem } = await darkroom.inspect(path, signal)
    const reading = problem ? [{ code: `metadata ${problem.code}`, detail: problem.detail }] : []
    if (problem && FAULTS.has(problem.code)) return [problem]
    // What lost its signature is still given to the decoders: its name may be all that an older catalog knows.
    const asked = kind === 'raw' ? kind : 'photo'
    const job = { path, kind: asked, contentType, renditions, previewPath: join(folder, 'preview') } as const
    return [...reading, ...(await endings(await darkroom.render(job, signal)))]
  } catch (error) {
    return [toProblem(error)]
  }
}

async function endings({ renditions, preview }: RenderResult): Promise<Ending[]> {
  const made = await Promise.all(
    renditions.map(async (each): Promise<Ending> => {
      if (!each.ok) return each.problem
      const { data, info } = await sharp(each.path, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true })
      const isWhole = data.length > 0 && info.width === each.widthPx && info.height === each.heightPx
      return isWhole ? { code: 'made', detail: '' } : { code: 'internal', detail: `${each.outputId} is not as told` }
    })
  )
  return preview?.ok === false && preview.problem.code === 'internal' ? [...made, preview.problem] : made
}
