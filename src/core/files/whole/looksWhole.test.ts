import { globSync } from 'node:fs'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { looksWhole } from './looksWhole.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whole-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function isWhole(bytes: Buffer): Promise<boolean> {
  const path = join(folder, 'file')
  await writeFile(path, bytes)
  const handle = await open(path)
  try {
    return await looksWhole(handle, bytes.length)
  } finally {
    await handle.close()
  }
}

const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)
const cut = (bytes: Buffer) => bytes.subarray(0, -100)
/** As a copy that has claimed its space and not filled it yet. */
const unfilled = (bytes: Buffer) => Buffer.concat([half(bytes), Buffer.alloc(bytes.length - half(bytes).length)])
/** The same, but for an end that was written first. */
const hollow = (bytes: Buffer) => Buffer.concat([unfilled(bytes).subarray(0, -1_000), bytes.subarray(-1_000)])

/** Noise, since what can be compressed is too small to have a middle. */
const picture = () => {
  let seed = 1
  const pixels = Buffer.alloc(600 * 500 * 3)
  for (let at = 0; at < pixels.length; at += 1) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    pixels[at] = seed >>> 24
  }
  return sharp(pixels, { raw: { width: 600, height: 500, channels: 3 } })
}

const box = (type: string, content: Buffer) => {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(content.length + 8, 0)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, content])
}
const noise = (bytes: number) => Buffer.alloc(bytes, 0x5a)
const film = (...boxes: Buffer[]) => Buffer.concat([box('ftyp', Buffer.from('isom0000')), ...boxes])

describe('looksWhole', () => {
  const made: ReadonlyArray<readonly [string, () => Promise<Buffer>]> = [
    ['JPEG', () => picture().jpeg().toBuffer()],
    ['progressive JPEG', () => picture().jpeg({ progressive: true }).toBuffer()],
    ['PNG', () => picture().png().toBuffer()],
    ['TIFF in strips', () => picture().tiff({ compression: 'none' }).toBuffer()],
    ['TIFF in tiles', () => picture().tiff({ compression: 'lzw', tile: true }).toBuffer()],
    ['BigTIFF', () => picture().tiff({ bigtiff: true }).toBuffer()],
    ['WebP', () => picture().webp({ lossless: true }).toBuffer()],
    ['AVIF', () => picture().avif({ effort: 0, quality: 90 }).toBuffer()],
    ['film', async () => film(box('moov', noise(5_000)), box('mdat', noise(200_000)))]
  ]

  it.each(made)(
    'tells a whole %s from half of it, from one that is cut, and from one that is not filled',
    async (_, make) => {
      const bytes = await make()
      expect(bytes.length).toBeGreaterThan(100_000)
      expect(await isWhole(bytes)).toBe(true)
      expect(await isWhole(half(bytes))).toBe(false)
      expect(await isWhole(cut(bytes))).toBe(false)
      expect(await isWhole(unfilled(bytes))).toBe(false)
      expect(await isWhole(hollow(bytes))).toBe(false)
    }
  )

  it('waits for a film that is still recorded: media, and no index yet', async () => {
    const recording = film(Buffer.from([0, 0, 0, 0, ...Buffer.from('mdat')]), noise(100_000))
    expect(await isWhole(recording)).toBe(false)
    expect(await isWhole(film(box('mdat', noise(100_000))))).toBe(false)
    expect(await isWhole(film(box('mdat', noise(100_000)), box('moov', noise(100))))).toBe(true)
  })

  it('follows boxes with long sizes, and takes what other programs put behind for no part of the film', async () => {
    const long = Buffer.alloc(16)
    long.writeUInt32BE(1, 0)
    long.write('mdat', 4, 'latin1')
    long.writeBigUInt64BE(100_016n, 8)
    const whole = film(box('moov', noise(100)), long, noise(100_000))
    expect(await isWhole(whole)).toBe(true)
    expect(await isWhole(cut(whole))).toBe(false)
    expect(await isWhole(Buffer.concat([whole, Buffer.from([0, 0, 9, 9, 1, 2, 3, 4]), noise(500)]))).toBe(true)
  })

  it('waits for a TIFF whose writer has not come to its directory', async () => {
    const started = Buffer.concat([Buffer.from('II*\0\0\0\0\0'), noise(100_000)])
    expect(await isWhole(started)).toBe(false)
  })

  it('ends with directories that point to each other, or that claim to be huge', async () => {
    const circle = Buffer.from('49492a0008000000000008000000', 'hex')
    expect(await isWhole(Buffer.concat([circle, noise(50)]))).toBe(true)
    const huge = Buffer.from('49492a0008000000ffff0000', 'hex')
    expect(await isWhole(Buffer.concat([huge, noise(50)]))).toBe(true)
  })

  it('waits for a WAV that is recorded, and takes it when its size is written', async () => {
    const wav = (size: number) => {
      const header = Buffer.from('RIFF0000WAVEfmt ')
      header.writeUInt32LE(size, 4)
      return Buffer.concat([header, noise(1_000)])
    }
    expect(await isWhole(wav(0))).toBe(false)
    expect(await isWhole(wav(0xffffffff))).toBe(false)
    expect(await isWhole(wav(1_008))).toBe(true)
  })

  it('checks that the three sections of a RAF are there', async () => {
    const raf = Buffer.concat([Buffer.from('FUJIFILMCCD-RAW '), noise(100_000)])
    for (const [at, offset, length] of [
      [84, 200, 1_000],
      [92, 1_200, 500],
      [100, 1_700, 98_000]
    ] as const) {
      raf.writeUInt32BE(offset, at)
      raf.writeUInt32BE(length, at + 4)
    }
    expect(await isWhole(raf)).toBe(true)
    expect(await isWhole(raf.subarray(0, 99_000))).toBe(false)
  })

  it.each([1, 2, 8, 15])('says nothing strange of a file of %i bytes', async (bytes) => {
    expect(await isWhole(noise(bytes))).toBe(true)
    for (const start of ['\xff\xd8\xff', 'II*\0', 'MM\0*', '\0\0\0\x18ftypheic', 'RIFF', '\x89PNG\r\n\x1a\n']) {
      const started = Buffer.from(start, 'latin1').subarray(0, bytes)
      expect(typeof (await isWhole(started))).toBe('boolean')
    }
  })

  const photos = join(import.meta.dirname, '../../../../../shared/photos')
  const samples = globSync(
    '{shoot,heic,raw,video,gps,orientation,other}/**/*.{jpg,JPG,heic,HEIC,mp4,mov,nef,NEF,png,webp,avif}',
    { cwd: photos }
  )
  it.runIf(samples.length > 0)('takes every sample for whole, and none for whole that is cut in half', async () => {
    const wrong: string[] = []
    for (const name of samples) {
      const bytes = await readFile(join(photos, name))
      if (!(await isWhole(bytes))) wrong.push(`${name} is whole`)
      // A still picture with a film behind it is a whole picture long before its end.
      if (await isWhole(half(bytes))) wrong.push(`${basename(name)} is half`)
      if (await isWhole(unfilled(bytes))) wrong.push(`${basename(name)} is not filled`)
    }
    expect(wrong).toEqual([])
  })
})
