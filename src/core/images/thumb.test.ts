import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { thumbHashToAverageRGBA, thumbHashToRGBA } from 'thumbhash'
import { afterAll, describe, expect, it } from 'vitest'
import { WEB } from '../../shared/model/output.ts'
import { ExifToolReader } from './ExifToolReader.ts'
import { identify } from './identify.ts'
import { render } from './render.ts'
import { type Blocks, exifBlock } from './testing/exifBlock.ts'
import { busy, colourAt, distance, plain, type Rgb, realPhoto, testFolder } from './testing/pictures.ts'
import { heicThumb } from './thumbHeic.ts'
import { wrapAsTiff } from './tiff.ts'

const file = testFolder()
const exiftool = new ExifToolReader()
afterAll(() => exiftool.close())
let made = 0

const RED: Rgb = [200, 30, 30]
const GREEN: Rgb = [30, 160, 60]
const TAKEN = '2026:11:21 15:42:10'

/** What a row gets of a file. */
async function thumbOf(path: string) {
  const { kind, contentType } = await identify(path)
  const previewPath = await file(`thumb-${made++}.webp`)
  const { preview } = await render({ path, kind, contentType, renditions: [], previewPath }, 1e9, exiftool)
  if (!preview?.ok) throw new Error(JSON.stringify(preview))
  return { previewPath, ...(await sharp(previewPath).metadata()), hash: Buffer.from(preview.thumbhash, 'base64') }
}

/** A red picture with a green thumbnail, so that it shows which was taken. */
async function withThumbnail(
  of: readonly [number, number] | Buffer,
  thumbnail: readonly [number, number] | Buffer,
  blocks: Blocks = {}
) {
  const jpeg =
    thumbnail instanceof Buffer
      ? thumbnail
      : await plain(GREEN, ...thumbnail)
          .jpeg()
          .toBuffer()
  const exif = exifBlock({ image: { 306: TAKEN }, photo: { 36867: TAKEN, 36868: TAKEN }, ...blocks, thumbnail: jpeg })
  const picture =
    of instanceof Buffer
      ? of
      : await plain(RED, ...of)
          .jpeg()
          .toBuffer()
  // EXIF goes into a segment of its own, right behind the start of the file.
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 0xff])
  return file(`thumbnail-${made++}.jpg`, Buffer.concat([head, exif, picture.subarray(2)]))
}

const isGreen = async (path: string) => distance(await colourAt(path, 0.5, 0.5), GREEN) < 12
const isRed = async (path: string) => distance(await colourAt(path, 0.5, 0.5), RED) < 12

describe('small pictures', () => {
  it('are WebP of at most 320 px, upright, never enlarged', async () => {
    const wide = await thumbOf(await file('wide.jpg', await busy(1280, 480).jpeg().toBuffer()))
    expect(wide).toMatchObject({ format: 'webp', width: 320, height: 120 })
    expect([wide.exif, wide.icc, wide.xmp]).toEqual([undefined, undefined, undefined])
    const turned = await busy(640, 320).jpeg().withMetadata({ orientation: 6 }).toBuffer()
    expect(await thumbOf(await file('turned.jpg', turned))).toMatchObject({ width: 160, height: 320 })
    expect(await thumbOf(await file('tiny.png', await busy(20, 10).png().toBuffer()))).toMatchObject({
      width: 20,
      height: 10
    })
  })

  it('come with a hash that has their colour and shape', async () => {
    const { hash } = await thumbOf(await file('red.jpg', await plain(RED, 600, 400).jpeg().toBuffer()))
    expect(hash.length).toBeLessThan(30)
    const { r, g, b, a } = thumbHashToAverageRGBA(hash)
    expect(distance([r * 255, g * 255, b * 255], RED)).toBeLessThan(16)
    expect(a).toBe(1)
    const { w, h } = thumbHashToRGBA(hash)
    expect(w / h).toBeGreaterThan(1.2)
  })

  it('keep transparency, in the hash too', async () => {
    const half = sharp({ create: { width: 90, height: 60, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0.4 } } })
    const { hash, hasAlpha } = await thumbOf(await file('half.png', await half.png().toBuffer()))
    expect(hasAlpha).toBe(true)
    expect(thumbHashToAverageRGBA(hash).a).toBeCloseTo(0.4, 1)
  })
})

describe('the thumbnail a camera embeds', () => {
  it('is taken instead of the picture where it shows the same', async () => {
    const thumb = await thumbOf(await withThumbnail([640, 480], [160, 120]))
    expect(thumb).toMatchObject({ width: 160, height: 120 })
    expect(await isGreen(thumb.previewPath)).toBe(true)
  })

  it('is turned as the picture says', async () => {
    const thumb = await thumbOf(await withThumbnail([640, 480], [160, 120], { image: { 306: TAKEN, 274: 6 } }))
    expect(thumb).toMatchObject({ width: 120, height: 160 })
    expect(await isGreen(thumb.previewPath)).toBe(true)
  })

  const small: readonly [number, number] = [160, 120]
  const edited: Blocks = { image: { 306: '2026:11:22 08:00:00' } }
  it.each<[string, () => Promise<string>]>([
    ['has bars or was cut', () => withThumbnail([600, 400], small)],
    ['is smaller than a row needs', () => withThumbnail([640, 480], [120, 90])],
    ['was left behind by an editor', () => withThumbnail([640, 480], small, edited)],
    ['has no times beside it', () => withThumbnail([640, 480], small, { image: {}, photo: {} })],
    ['is cut off', async () => withThumbnail([640, 480], (await busy(160, 120).jpeg().toBuffer()).subarray(0, 2000))],
    [
      'is no JPEG',
      async () =>
        withThumbnail(
          [640, 480],
          await plain(GREEN, ...small)
            .png()
            .toBuffer()
        )
    ],
    ['is nothing', () => withThumbnail([640, 480], Buffer.from('thumb'))],
    [
      'is grey',
      async () =>
        withThumbnail(
          [640, 480],
          await plain(GREEN, ...small)
            .toColourspace('b-w')
            .jpeg()
            .toBuffer()
        )
    ]
  ])('is left alone where it %s', async (_, make) => {
    const thumb = await thumbOf(await make())
    expect(Math.max(thumb.width, thumb.height)).toBe(320)
    expect(await isRed(thumb.previewPath)).toBe(true)
  })

  it('is in the colours of the picture', async () => {
    const p3 = await plain(RED, 640, 480).withIccProfile('p3').jpeg().toBuffer()
    const { icc } = await sharp(p3).metadata()
    if (!icc) throw new Error('No profile')
    const { previewPath } = await thumbOf(await withThumbnail(p3, small))
    const numbers = await plain(GREEN).raw().toBuffer()
    const inSrgb = await sharp(wrapAsTiff(numbers, 64, 48, 3, icc))
      .png()
      .toBuffer()
    expect(distance(await colourAt(inSrgb, 0.5, 0.5), GREEN) < 12).toBe(false)
    expect(distance(await colourAt(previewPath, 0.5, 0.5), await colourAt(inSrgb, 0.5, 0.5))).toBeLessThan(12)
  })

  it('stands in for the row only: a picture that is rendered makes its own', async () => {
    const path = await withThumbnail([640, 480], small)
    const [previewPath, webPath] = [await file('beside.webp'), await file('web.webp')]
    const renditions = [{ rendition: WEB, path: webPath }]
    await render({ path, kind: 'photo', contentType: 'image/jpeg', renditions, previewPath }, 1e9, exiftool)
    expect(await isRed(previewPath)).toBe(true)
    expect((await sharp(previewPath).metadata()).width).toBe(320)
  })
})

describe('real cameras', () => {
  it.each([
    ['shoot/Panasonic DMC-FZ18.jpg', 160], // 4:3, as its thumbnail
    ['shoot/Canon EOS 450D.jpg', 320] // 3:2, its thumbnail with bars
  ])('%s', async (name, longEdgePx) => {
    const path = realPhoto(name)
    if (path === null) return
    const thumb = await thumbOf(path)
    expect(Math.max(thumb.width, thumb.height)).toBe(longEdgePx)
  })

  it('have a thumbnail in their HEIC that shows the same in the same colours', async () => {
    const path = realPhoto('heic/IMG_1034.heic')
    if (path === null) return
    const thumb = await thumbOf(path)
    expect(thumb).toMatchObject({ width: 320, height: 240 })
    const [wholePath, webPath] = [await file('whole.webp'), await file('whole-web.webp')]
    const renditions = [{ rendition: { ...WEB, longEdgePx: 320 }, path: webPath }]
    const job = { path, kind: 'photo', contentType: 'image/heic', renditions, previewPath: wholePath } as const
    await render(job, 1e9, exiftool)
    const small = (from: string) => sharp(from).resize(40, 30, { fit: 'fill' }).removeAlpha().raw().toBuffer()
    const [one, other] = [await small(thumb.previewPath), await small(wholePath)]
    const differences = one.map((value, at) => Math.abs(value - (other[at] ?? 0)))
    expect(differences.reduce((sum, value) => sum + value, 0) / one.length).toBeLessThan(4)
  })

  it('may write a HEIC that is broken anywhere: then there is no thumbnail, or a whole one', async () => {
    const path = realPhoto('heic/cheers_1440x960.heic')
    expect(await heicThumb(Buffer.from('no HEIC at all'))).toBeNull()
    expect(await heicThumb(Buffer.alloc(0))).toBeNull()
    if (path === null) return
    const whole = await readFile(path)
    expect((await heicThumb(whole))?.size).toEqual({ widthPx: 240, heightPx: 160 })
    for (let at = 0; at < 1200; at += 7) {
      const broken = Buffer.from(whole)
      broken[at] = 255 - (broken[at] ?? 0)
      const thumb = await heicThumb(broken)
      if (thumb) expect(thumb.pixels).toHaveLength(thumb.size.widthPx * thumb.size.heightPx * 3)
    }
    for (const share of [0.01, 0.1, 0.5]) {
      await expect(heicThumb(whole.subarray(0, whole.length * share))).resolves.not.toThrow()
    }
  })
})
