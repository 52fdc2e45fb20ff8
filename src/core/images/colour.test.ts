import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type Rendition, type RenditionColour, WEB } from '../../shared/model/output.ts'
import { ADOBE_RGB_PROFILE } from './adobeRgb.ts'
import { makeMatrixProfile } from './matrixProfile.ts'
import { builtInProfile } from './profiles.ts'
import { deltaE } from './testing/deltaE.ts'
import { exifBlock, withExifBlock } from './testing/exifBlock.ts'
import { openRenderer } from './testing/openRenderer.ts'
import { busy, testFolder } from './testing/pictures.ts'
import { hasImageMagick, magick, magickPixels } from './testing/tools.ts'
import { wrapAsTiff } from './tiff.ts'

/** Two steps of 255 in a dark blue are 1.6; a just noticeable difference is 2.3. */
const MAX_DELTA_E = 2
/** Profiles of inks are tables, and every program interpolates its own way. */
const MAX_DELTA_E_INKS = 3

/** ROMM RGB (ISO 22028-2): D50, gamma 1.8. */
const PROPHOTO_PROFILE = makeMatrixProfile({
  description: 'ROMM RGB',
  white: [0.9642, 1, 0.82491],
  red: [0.79767, 0.28804, 0],
  green: [0.13519, 0.71187, 0],
  blue: [0.03134, 0.00009, 0.82491],
  gamma: 1.8
})

const PATCH_PX = 16
const LEVELS = [0, 85, 170, 255]
/** Colours that inks can print. How the rest is brought near is each program's own affair: up to 11 ΔE lie between. */
const INK_LEVELS = [100, 130, 160, 190]
const WIDTH_PX = PATCH_PX * LEVELS.length ** 2
const HEIGHT_PX = PATCH_PX * LEVELS.length

const file = testFolder()
const { one } = openRenderer(file)
const png = (colour: RenditionColour): Rendition => ({ ...WEB, id: 'test', format: 'png', colour })

/** Four levels of each channel, all 64 colours. */
function chart(levels: ReadonlyArray<number> = LEVELS): Buffer {
  const pixels = Buffer.alloc(WIDTH_PX * HEIGHT_PX * 3)
  for (let at = 0; at < pixels.length; at += 3) {
    const [x, y] = [(at / 3) % WIDTH_PX, Math.floor(at / 3 / WIDTH_PX)]
    const column = Math.floor(x / PATCH_PX)
    pixels[at] = levels[Math.floor(y / PATCH_PX)] ?? 0
    pixels[at + 1] = levels[column % levels.length] ?? 0
    pixels[at + 2] = levels[Math.floor(column / levels.length)] ?? 0
  }
  return pixels
}

/** The chart's numbers, meant in a profile. */
async function tagged(name: string, icc: Buffer, levels = LEVELS): Promise<string> {
  return file(`${name}.tif`, wrapAsTiff(chart(levels), WIDTH_PX, HEIGHT_PX, 3, icc))
}

async function icc(name: string): Promise<string> {
  if (name === 'adobe') return file('adobe.icc', ADOBE_RGB_PROFILE)
  if (name === 'prophoto') return file('prophoto.icc', PROPHOTO_PROFILE)
  if (name === 'cmyk') {
    const dot = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } }).toColourspace('cmyk')
    const { icc: cmyk } = await sharp(await dot.withIccProfile('cmyk').jpeg().toBuffer()).metadata()
    return file('cmyk.icc', cmyk ?? Buffer.alloc(0))
  }
  return file(`${name}.icc`, await builtInProfile(name === 'p3' ? 'p3' : 'srgb'))
}

/** The largest difference of any pixel between our rendition and what ImageMagick makes of the source. */
async function difference(
  source: string,
  colour: 'srgb' | 'p3',
  assigned: ReadonlyArray<string> = []
): Promise<number> {
  const made = await one(source, png(colour))
  expect((await sharp(made).metadata()).icc).toEqual(await readFile(await icc(colour)))
  const ours = await sharp(made).keepIccProfile().removeAlpha().raw().toBuffer()
  const theirs = await magickPixels([
    source,
    '-auto-orient',
    ...assigned,
    '-intent',
    'Perceptual',
    '-profile',
    await icc(colour)
  ])
  expect(ours.length).toBe(theirs.length)
  let worst = 0
  for (let at = 0; at < ours.length; at += 3 * 5) worst = Math.max(worst, deltaE(ours, theirs, at))
  return worst
}

describe.skipIf(!hasImageMagick)('colours, beside ImageMagick', () => {
  describe.each(['srgb', 'p3'] as const)('into %s', (colour) => {
    it.each(['srgb', 'adobe', 'p3', 'prophoto'])('8-bit %s', async (space) => {
      const source = await tagged(space, await readFile(await icc(space)))
      expect(await difference(source, colour)).toBeLessThan(MAX_DELTA_E)
    })

    it.each(['srgb', 'adobe', 'p3', 'prophoto'])('16-bit %s', async (space) => {
      const source = await file(`16-${space}.png`)
      await magick(await tagged(space, await readFile(await icc(space))), '-depth', '16', `PNG48:${source}`)
      expect(await sharp(source).metadata()).toMatchObject({ depth: 'ushort', hasProfile: true })
      expect(await difference(source, colour)).toBeLessThan(MAX_DELTA_E)
    })

    it.each([8, 16])('%i bits without a profile, as sRGB', async (bits) => {
      const source = await file(`bare-${bits}.png`)
      await magick(
        await tagged('bare', await builtInProfile('srgb')),
        '-strip',
        '-depth',
        `${bits}`,
        `PNG${bits * 3}:${source}`
      )
      expect(await sharp(source).metadata()).toMatchObject({ hasProfile: false })
      expect(await difference(source, colour, ['-profile', await icc('srgb')])).toBeLessThan(MAX_DELTA_E)
    })

    it('CMYK with a profile', async () => {
      const source = await file('cmyk.tif')
      await magick(
        await tagged('for-cmyk', await builtInProfile('srgb'), INK_LEVELS),
        '-profile',
        await icc('cmyk'),
        source
      )
      expect(await sharp(source).metadata()).toMatchObject({ space: 'cmyk', hasProfile: true })
      expect(await difference(source, colour)).toBeLessThan(MAX_DELTA_E_INKS)
    })

    it('CMYK without a profile, as usual inks', async () => {
      const source = await file('bare-cmyk.tif')
      await magick(
        await tagged('for-cmyk', await builtInProfile('srgb'), INK_LEVELS),
        '-profile',
        await icc('cmyk'),
        '-strip',
        source
      )
      expect(await sharp(source).metadata()).toMatchObject({ space: 'cmyk', hasProfile: false })
      expect(await difference(source, colour, ['-profile', await icc('cmyk')])).toBeLessThan(MAX_DELTA_E_INKS)
    })

    it('Adobe RGB that only the camera’s mark tells', async () => {
      const bare = await sharp(chart(), { raw: { width: WIDTH_PX, height: HEIGHT_PX, channels: 3 } })
        .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        .toBuffer()
      const block = exifBlock({ photo: { 40961: 65535 }, interop: { 1: 'R03' } })
      const source = await file('_DSC0002.jpg', withExifBlock(bare, block))
      expect(await difference(source, colour, ['-profile', await icc('adobe')])).toBeLessThan(MAX_DELTA_E)
    })

    it.each([8, 16])('grey of %i bits', async (bits) => {
      const source = await file(`grey-${bits}.png`)
      await magick('-size', '64x64', 'gradient:', '-colorspace', 'Gray', '-strip', '-depth', `${bits}`, source)
      expect(await sharp(source).metadata()).toMatchObject({ channels: 1 })
      const assigned = ['-set', 'colorspace', 'sRGB', '-type', 'TrueColor', '-profile', await icc('srgb')]
      expect(await difference(source, colour, assigned)).toBeLessThan(MAX_DELTA_E)
    })

    it('colours under transparency', async () => {
      const source = await file('alpha.png')
      const adobe = await tagged('alpha', ADOBE_RGB_PROFILE)
      await magick(adobe, '-alpha', 'set', '-channel', 'A', '-evaluate', 'set', '50%', '+channel', source)
      const made = await one(source, png(colour))
      expect(await sharp(made).metadata()).toMatchObject({ hasAlpha: true })
      expect(await difference(source, colour)).toBeLessThan(MAX_DELTA_E)
    })
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns orientation %i as ImageMagick does', async (orientation) => {
    const jpeg = await busy(96, 64).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
    const source = await file(
      `turned-${orientation}.jpg`,
      withExifBlock(jpeg, exifBlock({ image: { 274: orientation } }))
    )
    expect(await difference(source, 'srgb', ['-profile', await icc('srgb')])).toBeLessThan(MAX_DELTA_E)
  })
})

describe('kept colours', () => {
  it.each(['adobe', 'p3', 'prophoto'])('stay in %s, number for number, with its profile', async (space) => {
    const profile = await readFile(await icc(space))
    const made = await one(await tagged(`kept-${space}`, profile), png('keep'))
    expect((await sharp(made).metadata()).icc).toEqual(profile)
    expect((await sharp(made).keepIccProfile().raw().toBuffer()).equals(chart())).toBe(true)
  })

  it.each(['srgb', 'p3', 'keep'] as const)('are sRGB where the profile is garbage, as %s', async (colour) => {
    const garbage = Buffer.from(ADOBE_RGB_PROFILE).fill(0x55, 20)
    const [broken, bare] = [await tagged('garbage', garbage), await file('bare.png')]
    await sharp(chart(), { raw: { width: WIDTH_PX, height: HEIGHT_PX, channels: 3 } })
      .png()
      .toFile(bare)
    const [made, expected] = [await one(broken, png(colour)), await one(bare, png(colour))]
    expect((await readFile(made)).equals(await readFile(expected))).toBe(true)
  })

  it('are sRGB where nothing is said', async () => {
    const source = await file('said-nothing.png', await busy().png().toBuffer())
    expect((await sharp(await one(source, png('keep'))).metadata()).icc).toEqual(await builtInProfile('srgb'))
  })

  it('are kept through a resize, a watermark and every format', async () => {
    const source = await tagged('formats', ADOBE_RGB_PROFILE)
    for (const format of ['jpeg', 'webp', 'avif', 'png'] as const) {
      const rendition: Rendition = { ...png('keep'), format, longEdgePx: 100, sharpening: 'low' }
      expect((await sharp(await one(source, rendition)).metadata()).icc).toEqual(ADOBE_RGB_PROFILE)
    }
  })
})
