import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createDarkroom } from '../src/core/images/createDarkroom.ts'
import type { Darkroom } from '../src/core/images/Darkroom.ts'
import { sharp } from '../src/core/images/safeSharp.ts'
import { exifBlock } from '../src/core/images/testing/exifBlock.ts'
import type { Measurement } from './Measurement.ts'

const SAMPLE = join(import.meta.dirname, '../resources/samples/DSC_0412.JPG')
const TAKEN = '2026:11:21 15:42:10'

/**
 * Small pictures of 12 and 24 MP JPEGs, in turns, beside a bare loop of sharp that makes the same from the same files on
 * the same cores: as cameras of 4:3 write them, with a thumbnail of 160 × 120 inside, and without any.
 *
 * @param pictures How many in a round.
 * @param rounds The best of so many counts.
 */
export async function measureThumbs(
  folder: string,
  pictures: number,
  rounds: number
): Promise<ReadonlyArray<Measurement>> {
  const darkroom = createDarkroom()
  try {
    const measurements: Measurement[] = []
    for (const isEmbedded of [true, false]) {
      const name = isEmbedded ? 'thumbs-embedded' : 'thumbs-decoded'
      const sources = await writePictures(folder, name, pictures, isEmbedded)
      let [ours, limit] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
      for (let round = 1; round <= rounds; round += 1) {
        limit = Math.min(limit, await secondsFor(sources, bareThumb))
        ours = Math.min(ours, await secondsFor(sources, (path) => ourThumb(darkroom, path)))
        const each = (seconds: number) => `${((seconds / pictures) * 1000).toFixed(1)} ms`
        console.error(`${name}, round ${round} of ${rounds}: ours ${each(ours)}, bare sharp ${each(limit)} a frame`)
      }
      measurements.push({
        name,
        unit: 'pictures/s',
        ours: Number((pictures / ours).toPrecision(3)),
        limit: Number((pictures / limit).toPrecision(3)),
        peer: null,
        peerName: '',
        ratio: Number((limit / ours).toPrecision(3)),
        budget: null,
        cpuSeconds: null,
        peerCpuSeconds: null,
        peakMB: null,
        peerPeakMB: null
      })
    }
    return measurements
  } finally {
    await darkroom.close()
  }
}

/** One of 12 MP and one of 24 MP, under many names: what is measured does not remember what it saw. */
async function writePictures(folder: string, name: string, count: number, isEmbedded: boolean): Promise<string[]> {
  const sizes = [
    { width: 4000, height: 3000 },
    { width: 5656, height: 4242 }
  ]
  const exif = isEmbedded ? exifSegment(await fromSample(160, 120)) : Buffer.alloc(0)
  const kinds = await Promise.all(
    sizes.map(async ({ width, height }) => {
      const jpeg = await fromSample(width, height)
      return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)])
    })
  )
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const path = join(folder, `${name}-${index}.jpg`)
      await writeFile(path, kinds[index % kinds.length] ?? '')
      return path
    })
  )
}

async function fromSample(width: number, height: number): Promise<Buffer> {
  return sharp(await readFile(SAMPLE))
    .resize(width, height, { fit: 'cover' })
    .jpeg({ quality: 90 })
    .toBuffer()
}

/** The times as a camera writes them, and the thumbnail: a segment that follows the start of a JPEG. */
function exifSegment(thumbnail: Buffer): Buffer {
  const block = exifBlock({ image: { 306: TAKEN }, photo: { 36867: TAKEN, 36868: TAKEN }, thumbnail })
  const length = block.length + 2
  return Buffer.concat([Buffer.from([0xff, 0xe1, length >> 8, length & 0xff]), block])
}

async function secondsFor(sources: ReadonlyArray<string>, make: (path: string) => Promise<void>): Promise<number> {
  const waiting = sources.values()
  const work = async () => {
    for (const source of waiting) await make(source)
  }
  const startedMs = performance.now()
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return (performance.now() - startedMs) / 1000
}

async function ourThumb(darkroom: Darkroom, path: string): Promise<void> {
  const job = { path, kind: 'photo' as const, contentType: 'image/jpeg', renditions: [], previewPath: `${path}.ours` }
  const { preview } = await darkroom.render(job, new AbortController().signal)
  if (!preview?.ok) throw new Error(JSON.stringify(preview))
}

async function bareThumb(path: string): Promise<void> {
  const size = { width: 320, height: 320, fit: 'inside', withoutEnlargement: true } as const
  await sharp(path).autoOrient().resize(size).webp({ quality: 75, effort: 2 }).toFile(`${path}.bare`)
}
