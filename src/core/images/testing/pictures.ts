import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll } from 'vitest'

export type Rgb = readonly [number, number, number]

/** A folder for the file's tests, gone afterwards; the returned function gives a path in it, and writes there if asked. */
export function testFolder(): (name: string, bytes?: Uint8Array | string) => Promise<string> {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'silverdrop-images-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  return async (name, bytes) => {
    const path = join(folder, name)
    if (bytes !== undefined) await writeFile(path, bytes)
    return path
  }
}

/** One even colour. */
export function plain(colour: Rgb, width = 64, height = 48): Sharp {
  const pixels = Buffer.alloc(width * height * 3)
  for (let at = 0; at < pixels.length; at++) pixels[at] = colour[at % 3] ?? 0
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** Something with detail, the same each time. */
export function busy(width = 640, height = 480): Sharp {
  const pixels = Buffer.alloc(width * height * 3)
  for (let at = 0; at < pixels.length; at++) {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)]
    pixels[at] = (Math.sin(x / (5 + (at % 3))) * 60 + Math.cos(y / 9) * 60 + 128) | 0
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** The colour of a picture's pixel as its numbers stand in the file, `x` and `y` from 0 to 1. */
export async function colourAt(file: string | Buffer, x: number, y: number): Promise<Rgb> {
  const { data, info } = await sharp(file).keepIccProfile().removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (Math.floor(y * (info.height - 1)) * info.width + Math.floor(x * (info.width - 1))) * info.channels
  return [data[at] ?? -1, data[at + 1] ?? -1, data[at + 2] ?? -1]
}

/** The largest difference of any channel. */
export function distance(one: Rgb, other: Rgb): number {
  return Math.max(...one.map((value, channel) => Math.abs(value - (other[channel] ?? 0))))
}

/** A real camera's file, or null on a machine that has none. */
export function realPhoto(path: string): string | null {
  const found = join(import.meta.dirname, '../../../../../shared/photos', path)
  return existsSync(found) ? found : null
}
