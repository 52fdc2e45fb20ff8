import { readFile, stat } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { FULL_SIZE_PX, type Rendition, type Watermark, WEB, watermarkPositions } from '../../shared/model/output.ts'
import { presets } from '../../shared/model/presets.ts'
import { exifBlock } from './testing/exifBlock.ts'
import { openRenderer } from './testing/openRenderer.ts'
import { busy, colourAt, distance, plain, type Rgb, testFolder } from './testing/pictures.ts'

const file = testFolder()
const { all, one } = openRenderer(file)

const jpeg = (rest: Partial<Rendition> = {}): Rendition => ({ ...WEB, id: 'test', format: 'jpeg', ...rest })
const png = (rest: Partial<Rendition> = {}): Rendition => ({ ...WEB, id: 'test', format: 'png', ...rest })

const landscape = async () => file('landscape.jpg', await busy(1200, 800).jpeg({ quality: 95 }).toBuffer())

describe('sizes', () => {
  it('fits into a box, and fills one', async () => {
    const box = { widthPx: 400, heightPx: 500 } as const
    const source = await landscape()
    const fit = await one(source, jpeg({ box: { ...box, fit: 'fit' } }))
    const fill = await one(source, jpeg({ box: { ...box, fit: 'fill' } }))
    expect(await sharp(fit).metadata()).toMatchObject({ width: 400, height: 267 })
    expect(await sharp(fill).metadata()).toMatchObject({ width: 400, height: 500 })
  })

  it('cuts a box from where the picture draws the eye', async () => {
    const face = await plain([230, 150, 120], 120, 160).png().toBuffer()
    const source = await file(
      'face.png',
      await plain([90, 90, 95], 1200, 400)
        .composite([{ input: face, left: 1000, top: 120 }])
        .png()
        .toBuffer()
    )
    const square = await one(source, png({ box: { widthPx: 200, heightPx: 200, fit: 'fill' } }))
    const { data } = await sharp(square).raw().toBuffer({ resolveWithObject: true })
    const warm = data.filter((value, at) => at % 3 === 0 && value > 200).length
    expect(warm).toBeGreaterThan(200 * 200 * 0.08)
  })

  it('enlarges only where that is asked for', async () => {
    const source = await file('small.jpg', await busy(100, 60).jpeg().toBuffer())
    expect(await sharp(await one(source, jpeg({ longEdgePx: 400 }))).metadata()).toMatchObject({ width: 100 })
    const enlarged = await one(source, jpeg({ longEdgePx: 400, enlarges: true }))
    expect(await sharp(enlarged).metadata()).toMatchObject({ width: 400, height: 240 })
  })

  it('leaves the size for a print as it is', async () => {
    const source = await landscape()
    expect(await sharp(await one(source, jpeg({ longEdgePx: FULL_SIZE_PX }))).metadata()).toMatchObject({ width: 1200 })
  })

  it('refuses what would take more memory than there is, and makes the others', async () => {
    const box = { widthPx: 30_000, heightPx: 30_000, fit: 'fill' } as const
    const { result } = await all(await landscape(), [jpeg({ id: 'huge', box, enlarges: true }), jpeg()])
    expect(result.renditions).toMatchObject([{ ok: false, problem: { code: 'picture-too-large' } }, { ok: true }])
  })
})

describe('formats', () => {
  it.each([
    ['jpeg', 'jpeg'],
    ['png', 'png'],
    ['webp', 'webp'],
    ['tiff', 'jpeg']
  ] as const)('keeps %s as %s', async (from, kept) => {
    const source = await file(`kept.${from}`, await busy(80, 60).toFormat(from).toBuffer())
    const { result, paths } = await all(source, [{ ...WEB, format: 'keep' }])
    expect(result.renditions).toMatchObject([{ ok: true, contentType: `image/${kept}` }])
    expect(await sharp(paths[0]).metadata()).toMatchObject({ format: kept })
  })

  it('keeps a GIF moving, in size, box and watermark', async () => {
    const pages = await Promise.all([0, 120, 240].map((level) => plain([level, 0, 0], 60, 40).png().toBuffer()))
    const source = await file(
      'moving.gif',
      await sharp(pages, { join: { animated: true } })
        .gif()
        .toBuffer()
    )
    const mark: Watermark = { ...white(await logo()), sizePercent: 100, marginPercent: 0, position: 'top' }
    const made = await one(source, {
      ...WEB,
      format: 'keep',
      box: { widthPx: 20, heightPx: 20, fit: 'fill' },
      watermark: mark
    })
    expect(await sharp(made).metadata()).toMatchObject({ format: 'gif', pages: 3, width: 20, height: 20 })
    for (const page of [0, 1, 2]) {
      const picture = await sharp(made, { page }).png().toBuffer()
      expect(distance(await colourAt(picture, 0.5, 0.2), [255, 255, 255])).toBeLessThan(20)
      expect((await colourAt(picture, 0.5, 0.9))[1]).toBeLessThan(60)
    }
  })

  it('writes JPEG as mozjpeg does: progressive, and smaller than libjpeg', async () => {
    const source = await landscape()
    const made = await one(source, jpeg({ longEdgePx: 800 }))
    expect(await sharp(made).metadata()).toMatchObject({ isProgressive: true, chromaSubsampling: '4:2:0' })
    const usual = await sharp(source).resize(800).jpeg({ quality: 85 }).toBuffer()
    expect((await stat(made)).size).toBeLessThan(usual.length)
  })

  it.each(['jpeg', 'webp', 'avif'] as const)('keeps %s below the size that was asked for', async (format) => {
    const source = await landscape()
    const free = (await stat(await one(source, { ...WEB, format, quality: 90 }))).size
    const maxSizeBytes = Math.round(free / 2)
    const { result, paths } = await all(source, [{ ...WEB, format, quality: 90, maxSizeBytes }])
    const { size } = await stat(paths[0] ?? '')
    expect(size).toBeLessThanOrEqual(maxSizeBytes)
    expect(size).toBeGreaterThan(maxSizeBytes * 0.6)
    expect(result.renditions).toMatchObject([{ ok: true, sizeBytes: size }])
  })

  it('says that a PNG cannot be made smaller', async () => {
    const { result } = await all(await landscape(), [png({ maxSizeBytes: 2_000 })])
    expect(result.renditions).toMatchObject([{ ok: false, problem: { code: 'picture-too-large' } }])
  })
})

describe('sharpening', () => {
  it('adds contrast to edges, more with each step, and none to even areas', async () => {
    const edge = await plain([100, 100, 100], 400, 400)
      .composite([{ input: await plain([150, 150, 150], 200, 400).png().toBuffer(), left: 0, top: 0 }])
      .png()
      .toBuffer()
    const source = await file('edge.png', edge)
    const contrasts: number[] = []
    for (const sharpening of ['none', 'low', 'standard', 'high'] as const) {
      const made = await sharp(await one(source, png({ longEdgePx: 100, sharpening })))
        .stats()
        .then(({ channels }) => channels[0])
      contrasts.push((made?.max ?? 0) - (made?.min ?? 0))
    }
    expect(contrasts).toEqual(contrasts.toSorted((one, other) => one - other))
    expect(contrasts[3]).toBeGreaterThan(contrasts[0] ?? 0)

    const even = await file('even.png', await plain([90, 120, 60], 400, 400).png().toBuffer())
    expect(await colourAt(await one(even, png({ longEdgePx: 100, sharpening: 'high' })), 0.5, 0.5)).toEqual([
      90, 120, 60
    ])
  })
})

const grey: Rgb = [120, 120, 120]
const white = (path: string): Watermark => ({
  kind: 'image',
  path,
  position: 'centre',
  marginPercent: 5,
  sizePercent: 20,
  opacityPercent: 100
})
const logo = async () => file('logo.png', await plain([255, 255, 255], 40, 20).png().toBuffer())

describe('watermark', () => {
  const even = async () => file('grey.png', await plain(grey, 400, 300).png().toBuffer())

  it.each(watermarkPositions)('stands %s', async (position) => {
    const made = await one(await even(), png({ watermark: { ...white(await logo()), position } }))
    const x = position.includes('left') ? 0.1 : position.includes('right') ? 0.9 : 0.5
    const y = position.startsWith('top') ? 0.1 : position.startsWith('bottom') ? 0.9 : 0.5
    expect(await colourAt(made, x, y)).toEqual([255, 255, 255])
    expect(await colourAt(made, (x + 0.5) % 1, (y + 0.5) % 1)).toEqual(grey)
    expect(await sharp(made).metadata()).toMatchObject({ channels: 3, width: 400, height: 300 })
  })

  it('is scaled to the frame, with its opacity', async () => {
    for (const longEdgePx of [400, 100]) {
      const mark: Watermark = { ...white(await logo()), sizePercent: 50, opacityPercent: 50 }
      const made = await one(await even(), png({ longEdgePx, watermark: mark }))
      expect(distance(await colourAt(made, 0.27, 0.5), [188, 188, 188])).toBeLessThanOrEqual(2)
      expect(await colourAt(made, 0.23, 0.5)).toEqual(grey)
    }
  })

  it('stands upright on a picture that was turned', async () => {
    const lying = await plain(grey, 300, 400).jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer()
    const made = await one(
      await file('lying.jpg', lying),
      png({ watermark: { ...white(await logo()), position: 'top-left' } })
    )
    expect(await sharp(made).metadata()).toMatchObject({ width: 400, height: 300 })
    expect(await colourAt(made, 0.1, 0.08)).toEqual([255, 255, 255])
  })

  const text = (words: string, rest: Partial<Watermark> = {}): Watermark => ({
    kind: 'text',
    text: words,
    position: 'centre',
    marginPercent: 0,
    sizePercent: 80,
    opacityPercent: 100,
    ...(rest as object)
  })

  it('writes text that is seen on white and on black', async () => {
    for (const level of [0, 255]) {
      const source = await file(`level-${level}.png`, await plain([level, level, level], 400, 300).png().toBuffer())
      const { channels } = await sharp(await one(source, png({ watermark: text('© Zoë & <Söhne>') }))).stats()
      const { min = 0, max = 0 } = channels[0] ?? {}
      expect(max - min).toBeGreaterThan(60)
    }
  })

  it('stays within its part of the frame', async () => {
    for (const words of ['©', 'a long line of text, far wider than the frame is high'.repeat(3), '日本']) {
      const made = await one(await even(), png({ watermark: text(words, { sizePercent: 50 }) }))
      for (const [x, y] of [
        [0.2, 0.5],
        [0.8, 0.5],
        [0.5, 0.2],
        [0.5, 0.8]
      ] as const) {
        expect(await colourAt(made, x, y)).toEqual(grey)
      }
    }
  })

  it('fits on the smallest rendition', async () => {
    const mark = text('a text that is too long for sixteen pixels', { marginPercent: 50 })
    expect(await sharp(await one(await even(), png({ longEdgePx: 16, watermark: mark }))).metadata()).toMatchObject({
      width: 16,
      height: 12
    })
  })

  it('keeps a transparent picture transparent', async () => {
    const clear = await sharp({ create: { width: 90, height: 60, channels: 4, background: '#00000000' } })
      .png()
      .toBuffer()
    const made = await one(await file('clear.png', clear), png({ watermark: white(await logo()) }))
    expect(await sharp(made).metadata()).toMatchObject({ hasAlpha: true })
  })

  it.each([
    ['is gone', 'nothing-here.png', null, 'file-missing'],
    ['is no picture', 'words.png', 'words', 'picture-unsupported'],
    ['is an SVG', 'mark.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 'picture-unsupported']
  ])('that %s fails the rendition and says so', async (_, name, content, code) => {
    const path = await file(name, content ?? undefined)
    const { result } = await all(await even(), [png({ watermark: white(path) }), png({ id: 'plain' })])
    expect(result.renditions).toMatchObject([{ ok: false, problem: { code } }, { ok: true }])
    expect(JSON.stringify(result.renditions[0])).toContain(name)
  })
})

describe('RAW', () => {
  /** A RAW as far as a reader of its directories can tell: no sensor data, a JPEG for showing. */
  const raw = async (name: string, widthPx: number, heightPx: number) => {
    const image = { 271: 'PENTAX', 272: 'PENTAX K-1', 274: 6, 315: 'Zoë', 33432: '© Zoë' }
    const photo = { 36867: '2026:05:01 12:30:15', 42033: 'SERIAL-4711' }
    const block = exifBlock({ image, photo, thumbnail: await busy(widthPx, heightPx).jpeg().toBuffer() })
    return file(name, block.subarray('Exif\0\0'.length))
  }

  it('is rendered from the largest picture it carries, turned as the RAW says, with the RAW’s rights', async () => {
    const made = await one(await raw('IMGP0002.PEF', 800, 600), jpeg({ longEdgePx: 400 }), 'raw')
    expect(await sharp(made).metadata()).toMatchObject({ width: 300, height: 400 })
    const bytes = await readFile(made)
    expect(bytes.includes('© Zoë')).toBe(true)
    expect(bytes.includes('2026-05-01T12:30:15')).toBe(true)
    expect(bytes.includes('SERIAL')).toBe(false)
  })

  it('is not rendered from a thumbnail', async () => {
    const { result } = await all(await raw('IMGP0003.PEF', 160, 120), [jpeg()], 'raw')
    expect(result.renditions).toMatchObject([{ ok: false, problem: { code: 'picture-unsupported' } }])
    expect(JSON.stringify(result)).toContain('120 × 160')
  })
})

describe('presets', () => {
  it.each(presets.map((preset) => [preset.name, preset] as const))(
    '%s makes what it says, twice the same',
    async (_, preset) => {
      const source = await landscape()
      const [first, second] = [await all(source, preset.renditions), await all(source, preset.renditions)]
      for (const [index, made] of first.result.renditions.entries()) {
        expect(made).toMatchObject({ ok: true, outputId: preset.renditions[index]?.id })
        expect((await readFile(first.paths[index] ?? '')).equals(await readFile(second.paths[index] ?? ''))).toBe(true)
      }
    }
  )
})
