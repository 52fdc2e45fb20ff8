import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { WEB } from '../../src/shared/model/output.ts'
import { comparePictures } from './comparePictures.ts'

const folder = mkdtempSync(join(tmpdir(), 'silverdrop-compare-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** 1,200 × 900 upright: red above, blue below on the right; stored lying, as a camera held sideways writes it. */
async function photo(): Promise<string> {
  const path = join(folder, 'photo.jpg')
  const half = { create: { width: 600, height: 450, channels: 3 as const, background: 'blue' } }
  const upright = await sharp({ create: { width: 1200, height: 900, channels: 3, background: 'red' } })
    .composite([{ input: await sharp(half).png().toBuffer(), left: 600, top: 450 }])
    .png()
    .toBuffer()
  await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).jpeg().toFile(path)
  return path
}

/** The faults of a rendition, made of the upright photo by `change`. */
async function faultsOf(change: (picture: Sharp) => Sharp): Promise<ReadonlyArray<string>> {
  const path = await photo()
  const upright = sharp(await sharp(path).autoOrient().toBuffer())
  return (await comparePictures(path, await change(upright).toBuffer(), { ...WEB, longEdgePx: 800 })).faults
}

describe('comparePictures', () => {
  test('finds nothing wrong with an upright rendition of the right size', async () => {
    expect(await faultsOf((picture) => picture.resize(800, 600).webp())).toEqual([])
  })

  test('finds a picture that lies as it was stored', async () => {
    expect(await faultsOf((picture) => picture.rotate(-90).resize(800, 600, { fit: 'fill' }).webp())).toEqual([
      expect.stringMatching(/^shows something else/)
    ])
  })

  test('finds a mirrored picture', async () => {
    expect(await faultsOf((picture) => picture.flop().resize(800, 600).webp())).toEqual([
      expect.stringMatching(/^shows something else/)
    ])
  })

  test('finds a wrong size', async () => {
    expect(await faultsOf((picture) => picture.webp())).toEqual(['is 1200 × 900 px, not 800 × 600'])
  })

  test('finds another format', async () => {
    expect(await faultsOf((picture) => picture.resize(800, 600).jpeg())).toEqual(['is jpeg, not webp'])
  })

  test('finds a position', async () => {
    const position = { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' }
    expect(await faultsOf((picture) => picture.resize(800, 600).withExif({ IFD3: position }).webp())).toEqual([
      'carries a position'
    ])
  })

  test('expects no enlargement', async () => {
    const path = await photo()
    const made = await sharp(path).autoOrient().webp().toBuffer()
    expect((await comparePictures(path, made, WEB)).faults).toEqual([])
  })
})
