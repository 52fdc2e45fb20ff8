import { access, readFile, symlink, writeFile } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { type Rendition, type RenditionFormat, WEB } from '../../shared/model/output.ts'
import { ADOBE_RGB_PROFILE } from './adobeRgb.ts'
import type { Rendered, RenderResult } from './Darkroom.ts'
import { readDescription } from './description.ts'
import { ExifToolReader } from './ExifToolReader.ts'
import { partPath } from './partPath.ts'
import { render } from './render.ts'
import { exifBlock, withExifBlock } from './testing/exifBlock.ts'
import { busy, colourAt, distance, plain, type Rgb, realPhoto, testFolder } from './testing/pictures.ts'

const BUDGET_BYTES = 1e9
const TERRACOTTA: Rgb = [200, 80, 40]

const GPS_XMP = (body: string) =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
   xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" exif:GPSLatitude="51,28.9797N" exif:GPSLongitude="3,11.1202W">
   ${body}</rdf:Description></rdf:RDF></x:xmpmeta>`

describe('render', () => {
  const file = testFolder()
  let made = 0
  const exiftool = new ExifToolReader()
  afterAll(() => exiftool.close())

  const rendition = (format: RenditionFormat, rest: Partial<Rendition> = {}): Rendition => ({
    ...WEB,
    id: format,
    longEdgePx: 320,
    format,
    ...rest
  })

  /** Renders a file to one path for each rendition. */
  async function develop(path: string, ...renditions: Rendition[]) {
    const ordered = await Promise.all(
      renditions.map(async (each) => ({ rendition: each, path: await file(`out-${made++}.${each.format}`) }))
    )
    const previewPath = await file(`preview-${made++}.webp`)
    const job = { path, kind: 'photo', contentType: 'image/jpeg', renditions: ordered, previewPath } as const
    return { result: await render(job, BUDGET_BYTES, exiftool), paths: ordered.map((each) => each.path), previewPath }
  }

  /** The path of the only rendition, which must have succeeded. */
  async function single(source: string, one: Rendition): Promise<string> {
    const { result, paths } = await develop(source, one)
    expect(result.renditions).toMatchObject([{ ok: true }])
    return paths[0] ?? ''
  }

  const codes = ({ renditions }: RenderResult) =>
    renditions.map((each: Rendered) => (each.ok ? 'ok' : each.problem.code))

  describe('sizes', () => {
    it('makes every output and the preview from one frame', async () => {
      const source = await file('a.jpg', await busy(1200, 800).jpeg().toBuffer())
      const { result, paths, previewPath } = await develop(
        source,
        rendition('webp', { longEdgePx: 900 }),
        rendition('jpeg', { longEdgePx: 600 }),
        rendition('avif', { longEdgePx: 300 }),
        rendition('png', { longEdgePx: 150 })
      )
      expect(result.renditions).toMatchObject([
        { outputId: 'webp', ok: true, widthPx: 900, heightPx: 600, contentType: 'image/webp' },
        { outputId: 'jpeg', ok: true, widthPx: 600, heightPx: 400, contentType: 'image/jpeg' },
        { outputId: 'avif', ok: true, widthPx: 300, heightPx: 200, contentType: 'image/avif' },
        { outputId: 'png', ok: true, widthPx: 150, heightPx: 100, contentType: 'image/png' }
      ])
      for (const [index, path] of paths.entries()) {
        const rendered = result.renditions[index]
        expect((await readFile(path)).length).toBe(rendered?.ok ? rendered.sizeBytes : -1)
        expect(await sharp(path).metadata()).toMatchObject({ width: rendered?.ok ? rendered.widthPx : -1 })
      }
      const preview = await sharp(previewPath).metadata()
      expect(preview).toMatchObject({ format: 'webp', width: 320, height: 213, space: 'srgb' })
      expect([preview.exif, preview.xmp, preview.icc]).toEqual([undefined, undefined, undefined])
    })

    it('never enlarges', async () => {
      const source = await file('small.jpg', await busy(100, 60).jpeg().toBuffer())
      const { result, previewPath } = await develop(source, rendition('jpeg', { longEdgePx: 2048 }))
      expect(result.renditions).toMatchObject([{ widthPx: 100, heightPx: 60 }])
      expect(await sharp(previewPath).metadata()).toMatchObject({ width: 100, height: 60 })
    })

    it('gives the same bytes for the same picture, in every format', async () => {
      const source = await file('same.jpg', await busy().jpeg().toBuffer())
      const all = (['webp', 'jpeg', 'avif', 'png'] as const).map((format) => rendition(format))
      const [first, second] = [await develop(source, ...all), await develop(source, ...all)]
      for (const [index, path] of first.paths.entries()) {
        expect(await readFile(path)).toEqual(await readFile(second.paths[index] ?? ''))
      }
    })
  })

  describe('orientation', () => {
    // Where the stored picture's first row and first column lie when it is seen upright (Exif 2.32, tag 0x0112).
    const sides = [
      ['top', 'left'],
      ['top', 'right'],
      ['bottom', 'right'],
      ['bottom', 'left'],
      ['left', 'top'],
      ['right', 'top'],
      ['right', 'bottom'],
      ['left', 'bottom']
    ] as const
    const red: Rgb = [250, 20, 20]
    const green: Rgb = [20, 200, 20]
    const blue: Rgb = [20, 20, 250]
    const white: Rgb = [250, 250, 250]

    /** The upright picture is 96 × 64: red and green above, blue and white below. */
    function stored(firstRow: string, firstColumn: string): Sharp {
      const isTurned = firstRow === 'left' || firstRow === 'right'
      const [width, height] = isTurned ? [64, 96] : [96, 64]
      const pixels = Buffer.alloc(width * height * 3)
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const fromRow = firstRow === 'top' || firstRow === 'left' ? row : height - 1 - row
          const fromColumn = firstColumn === 'left' || firstColumn === 'top' ? column : width - 1 - column
          const [x, y] = isTurned ? [fromRow, fromColumn] : [fromColumn, fromRow]
          const [left, right] = y < 32 ? [red, green] : [blue, white]
          pixels.set(x < 48 ? left : right, (row * width + column) * 3)
        }
      }
      return sharp(pixels, { raw: { width, height, channels: 3 } })
    }

    it.each(sides.map(([row, column], index) => [index + 1, row, column] as const))(
      'turns %i (first row %s, first column %s) upright',
      async (orientation, row, column) => {
        const jpeg = await stored(row, column).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer()
        const source = await file(
          `o${orientation}.jpg`,
          withExifBlock(jpeg, exifBlock({ image: { 274: orientation } }))
        )
        const output = await single(source, rendition('png'))
        const { width, height, orientation: left } = await sharp(output).metadata()
        expect([width, height, left ?? 1]).toEqual([96, 64, 1])
        const corners = [await colourAt(output, 0.2, 0.2), await colourAt(output, 0.8, 0.2)]
        corners.push(await colourAt(output, 0.2, 0.8), await colourAt(output, 0.8, 0.8))
        for (const [index, expected] of [red, green, blue, white].entries()) {
          expect(distance(corners[index] ?? [0, 0, 0], expected)).toBeLessThan(12)
        }
      }
    )
  })

  describe('colours', () => {
    const into = async (name: string, bytes: Buffer) => single(await file(name, bytes), rendition('png'))
    const terracotta = () => plain(TERRACOTTA)
    const expectTerracotta = async (output: string, tolerance = 2) => {
      expect(distance(await colourAt(output, 0.5, 0.5), TERRACOTTA)).toBeLessThanOrEqual(tolerance)
      expect((await sharp(output).metadata()).icc?.toString('latin1').replaceAll('\0', '')).toContain('sRGB')
    }

    it('tags what had no profile', async () => {
      await expectTerracotta(await into('plain.jpg', await terracotta().jpeg({ quality: 100 }).toBuffer()))
    })

    it('converts Display P3', async () => {
      const p3 = await terracotta().withIccProfile('p3').png().toBuffer()
      expect(distance(await colourAt(p3, 0.5, 0.5), TERRACOTTA)).toBeGreaterThan(5) // other numbers, the same colour
      await expectTerracotta(await into('p3.png', p3))
    })

    it('converts 16 bits with a profile, and takes 16 bits without one for sRGB', async () => {
      await expectTerracotta(
        await into('16-p3.png', await terracotta().toColourspace('rgb16').withIccProfile('p3').png().toBuffer())
      )
      await expectTerracotta(await into('16.png', await terracotta().toColourspace('rgb16').png().toBuffer()))
    })

    it('converts Adobe RGB, with a profile or only with the mark of the camera', async () => {
      const profile = await file('adobe.icc', ADOBE_RGB_PROFILE)
      const embedded = await terracotta().withIccProfile(profile).jpeg({ quality: 100 }).toBuffer()
      await expectTerracotta(await into('adobe.jpg', embedded), 3)

      const bare = await sharp(await sharp(embedded).keepIccProfile().raw().toBuffer(), {
        raw: { width: 64, height: 48, channels: 3 }
      }).jpeg({ quality: 100 })
      const marked = withExifBlock(await bare.toBuffer(), exifBlock({ photo: { 40961: 65535 }, interop: { 1: 'R03' } }))
      expect((await sharp(marked).metadata()).icc).toBeUndefined()
      await expectTerracotta(await into('_DSC0001.jpg', marked), 3)
    })

    it('makes grey an RGB grey of the same lightness', async () => {
      const grey = await sharp(Buffer.alloc(64 * 48, 119), { raw: { width: 64, height: 48, channels: 1 } })
        .toColourspace('b-w')
        .jpeg({ quality: 100 })
        .toBuffer()
      expect(await sharp(grey).metadata()).toMatchObject({ channels: 1 })
      const output = await into('grey.jpg', grey)
      expect(await sharp(output).metadata()).toMatchObject({ channels: 3, space: 'srgb' })
      expect(distance(await colourAt(output, 0.5, 0.5), [119, 119, 119])).toBeLessThanOrEqual(1)
    })

    it('converts CMYK near to what it prints', async () => {
      const cmyk = await terracotta().toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 100 }).toBuffer()
      expect(await sharp(cmyk).metadata()).toMatchObject({ space: 'cmyk' })
      await expectTerracotta(await into('cmyk.jpg', cmyk), 30) // the printing inks' gamut ends before this orange
    })

    it('keeps transparency, and puts white under it where the format has none', async () => {
      const clear = await sharp({ create: { width: 40, height: 40, channels: 4, background: '#ff000000' } })
        .png()
        .toBuffer()
      const source = await file('clear.png', clear)
      const webp = await single(source, rendition('webp'))
      expect(await sharp(webp).metadata()).toMatchObject({ hasAlpha: true })
      expect(distance(await colourAt(await single(source, rendition('jpeg')), 0.5, 0.5), [255, 255, 255])).toBeLessThan(
        3
      )
    })
  })

  describe('what it tells', () => {
    async function source(): Promise<string> {
      const thumbnail = await plain([250, 0, 250], 16, 12).jpeg().toBuffer()
      const block = exifBlock({
        image: { 315: 'Zoë Müller', 33432: '© 2026 Zoë Müller', 271: 'Canon', 272: 'Canon EOS 5D' },
        photo: { 36867: '2026:05:01 12:30:15', 36881: '+02:00', 37521: '42', 42033: 'SERIAL-4711' },
        gps: {
          1: 'N',
          2: [
            [51, 1],
            [28, 1],
            [5878, 100]
          ],
          3: 'W',
          4: [
            [3, 1],
            [11, 1],
            [721, 100]
          ]
        },
        thumbnail
      })
      const rights = `<dc:creator><rdf:Seq><rdf:li>Zoë Müller</rdf:li></rdf:Seq></dc:creator>
        <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2026 Zoë Müller &amp; Söhne</rdf:li></rdf:Alt></dc:rights>
        <xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">Nur mit Erlaubnis</rdf:li></rdf:Alt></xmpRights:UsageTerms>`
      const jpeg = await busy().withXmp(GPS_XMP(rights)).jpeg().toBuffer()
      return file('rich.jpg', withExifBlock(jpeg, block))
    }

    it.each(['webp', 'jpeg', 'avif', 'png'] as const)(
      'keeps rights and time in %s, and nothing else',
      async (format) => {
        const output = await single(await source(), rendition(format))
        expect(readDescription(await sharp(output).metadata())).toMatchObject({
          creator: 'Zoë Müller',
          copyright: '© 2026 Zoë Müller & Söhne',
          usageTerms: 'Nur mit Erlaubnis',
          capturedAt: { local: '2026-05-01T12:30:15', offset: '+02:00', subSeconds: '42' },
          camera: null,
          position: null,
          hasPosition: false,
          faults: []
        })
        const bytes = (await readFile(output)).toString('latin1')
        for (const secret of ['GPS', 'SERIAL-4711', 'Canon', '51,28', 'JFXX']) expect(bytes).not.toContain(secret)
        expect(bytes.match(/\xff\xd8\xff/g)?.length ?? 0).toBeLessThanOrEqual(format === 'jpeg' ? 1 : 0) // no thumbnail
      }
    )

    it('keeps the position where it was asked for', async () => {
      const output = await single(await source(), rendition('jpeg', { keepsPosition: true }))
      const { position } = readDescription(await sharp(output).metadata())
      expect(position?.latitudeDeg).toBeCloseTo(51 + 28 / 60 + 58.78 / 3600, 6)
      expect(position?.longitudeDeg).toBeCloseTo(-(3 + 11 / 60 + 7.21 / 3600), 6)
    })

    it('tells nothing of a picture that tells nothing', async () => {
      const output = await single(await file('mute.jpg', await busy().jpeg().toBuffer()), rendition('jpeg'))
      const { exif, xmp } = await sharp(output).metadata()
      expect([exif, xmp]).toEqual([undefined, undefined])
    })
  })

  describe('animations', () => {
    const frames = [
      [250, 0, 0],
      [0, 250, 0],
      [0, 0, 250]
    ] as const
    async function animation(format: 'gif' | 'webp'): Promise<string> {
      const pages = await Promise.all(frames.map((colour) => plain(colour, 60, 40).png().toBuffer()))
      const joined = sharp(pages, { join: { animated: true } })
      const bytes = await (format === 'gif'
        ? joined.gif({ delay: [80, 120, 160] })
        : joined.webp({ delay: [80, 120, 160] })
      ).toBuffer()
      return file(`moving.${format}`, bytes)
    }

    it.each(['gif', 'webp'] as const)(
      'keeps a %s moving as WebP, and takes its first frame for the rest',
      async (from) => {
        const { result, paths } = await develop(
          await animation(from),
          rendition('webp', { longEdgePx: 30 }),
          rendition('jpeg')
        )
        expect(result).toMatchObject({
          renditions: [
            { ok: true, widthPx: 30, heightPx: 20 },
            { ok: true, widthPx: 60, heightPx: 40 }
          ],
          preview: { ok: true }
        })
        expect(await sharp(paths[0] ?? '').metadata()).toMatchObject({ pages: 3, delay: [80, 120, 160] })
        expect(distance(await colourAt(paths[1] ?? '', 0.5, 0.5), [250, 0, 0])).toBeLessThan(6)
      }
    )
  })

  describe('bad input', () => {
    it('renders a JPEG that is named .png', async () => {
      const { result } = await develop(await file('jpeg.png', await busy().jpeg().toBuffer()), rendition('jpeg'))
      expect(codes(result)).toEqual(['ok'])
    })

    it('refuses a picture cut off in the middle rather than send half of it', async () => {
      const whole = await busy().jpeg().toBuffer()
      const { result, paths } = await develop(
        await file('half.jpg', whole.subarray(0, whole.length / 2)),
        rendition('jpeg')
      )
      expect(result).toMatchObject({
        renditions: [{ ok: false, problem: { code: 'picture-damaged' } }],
        preview: { ok: false, problem: { code: 'picture-damaged' } }
      })
      await expect(access(paths[0] ?? '')).rejects.toMatchObject({ code: 'ENOENT' })
    })

    it.each([
      ['empty', ''],
      ['one byte', Buffer.from([0xff])],
      ['text', 'not a photo at all'],
      ['SOI only', Buffer.from([0xff, 0xd8, 0xff])],
      ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>']
    ])('refuses %s', async (name, bytes) => {
      const { result } = await develop(await file(`${name}.jpg`, bytes), rendition('webp'))
      expect(codes(result)).toEqual([expect.stringMatching(/^picture-(unsupported|damaged)$/)])
    })

    it('refuses a PNG of 13,828,104 × 12 pixels before it takes any memory', async () => {
      const png = await plain([0, 0, 0]).png().toBuffer()
      png.writeUInt32BE(13_828_104, 16)
      png.writeUInt32BE(12, 20)
      const { result } = await develop(await file('bomb.png', withCrc(png)), rendition('jpeg'))
      expect(codes(result)).toEqual(['picture-too-large'])
    })

    it('refuses what would not fit into the memory it may take', async () => {
      const source = await file('tight.png', await busy(2000, 2000).png().toBuffer())
      const job = { path: source, kind: 'photo', contentType: 'image/png', previewPath: null } as const
      const ordered = [{ rendition: rendition('jpeg'), path: await file('tight-out.jpg') }]
      expect(codes(await render({ ...job, renditions: ordered }, 1e6, exiftool))).toEqual(['picture-too-large'])
    })

    it('does not give a RAW to a decoder that would take its thumbnail for the picture', async () => {
      const path = await file('a.dng', await busy().tiff({ compression: 'lzw' }).toBuffer())
      const ordered = [{ rendition: rendition('jpeg'), path: await file('dng-out.jpg') }]
      const job = {
        path,
        kind: 'raw',
        contentType: 'image/x-adobe-dng',
        renditions: ordered,
        previewPath: null
      } as const
      expect(codes(await render(job, BUDGET_BYTES, exiftool))).toEqual(['picture-unsupported'])
    })

    it('shows a RAW by the picture it carries, turned as the RAW says', async () => {
      const thumbnail = await busy(160, 120).jpeg().toBuffer()
      const block = exifBlock({ image: { 271: 'PENTAX', 272: 'PENTAX K-1', 274: 6 }, thumbnail })
      const path = await file('IMGP0001.PEF', block.subarray('Exif\0\0'.length))
      const previewPath = await file('pef.webp')
      const ordered = [{ rendition: rendition('jpeg'), path: await file('pef-out.jpg') }]
      const job = { path, kind: 'raw', contentType: 'image/x-pentax-pef', renditions: ordered, previewPath } as const
      const result = await render(job, BUDGET_BYTES, exiftool)
      expect(result).toMatchObject({ renditions: [{ ok: false }], preview: { ok: true } })
      expect(await sharp(previewPath).metadata()).toMatchObject({ width: 120, height: 160 })
    })

    it('says that the file has gone', async () => {
      expect(codes((await develop(await file('gone.jpg'), rendition('jpeg'))).result)).toEqual(['file-missing'])
    })

    it('renders with a damaged profile as if there were none', async () => {
      const tagged = await plain(TERRACOTTA).withIccProfile('srgb').jpeg({ quality: 100 }).toBuffer()
      const at = tagged.indexOf('ICC_PROFILE')
      tagged.fill(0x55, at + 60, at + 300)
      const output = await single(await file('bad-icc.jpg', tagged), rendition('png'))
      expect(distance(await colourAt(output, 0.5, 0.5), TERRACOTTA)).toBeLessThanOrEqual(3)
    })

    it.skipIf(process.platform !== 'linux')('stops for a full disk and leaves no half file', async () => {
      const path = await file('full.jpg')
      await symlink('/dev/full', partPath(path))
      const source = await file('fits.jpg', await busy().jpeg().toBuffer())
      const job = { path: source, kind: 'photo', contentType: 'image/jpeg', previewPath: null } as const
      const ordered = [{ rendition: rendition('jpeg'), path }]
      await expect(render({ ...job, renditions: ordered }, BUDGET_BYTES, exiftool)).rejects.toMatchObject({
        code: 'disk-full'
      })
      await expect(access(partPath(path))).rejects.toMatchObject({ code: 'ENOENT' })
      await expect(access(path)).rejects.toMatchObject({ code: 'ENOENT' })
    })

    it('replaces what an earlier, interrupted run left', async () => {
      const source = await file('again.jpg', await busy().jpeg().toBuffer())
      const path = await file('again-out.jpg')
      await writeFile(partPath(path), 'left over')
      const job = { path: source, kind: 'photo', contentType: 'image/jpeg', previewPath: null } as const
      const { renditions } = await render(
        { ...job, renditions: [{ rendition: rendition('jpeg'), path }] },
        BUDGET_BYTES,
        exiftool
      )
      expect(renditions).toMatchObject([{ ok: true }])
      await expect(access(partPath(path))).rejects.toMatchObject({ code: 'ENOENT' })
    })
  })

  describe('real files', () => {
    const heic = realPhoto('heic/IMG_1034.heic')
    it.skipIf(heic === null)('renders an iPhone HEIC upright, in its own colours, without its position', async () => {
      const output = await single(heic ?? '', rendition('jpeg', { longEdgePx: 800 }))
      const metadata = await sharp(output).metadata()
      expect(metadata).toMatchObject({ width: 800, height: 600 })
      expect(readDescription(metadata)).toMatchObject({
        hasPosition: false,
        capturedAt: { local: '2018-02-05T15:11:44' }
      })
    })

    const avif = realPhoto('other/32Bit-72dpi-sRGB-800x600.avif')
    it.skipIf(avif === null)('renders AVIF', async () => {
      expect(await sharp(await single(avif ?? '', rendition('webp'))).metadata()).toMatchObject({
        width: 320,
        height: 240
      })
    })

    const [upright, turned] = [realPhoto('orientation/Landscape_1.jpg'), realPhoto('orientation/Landscape_7.jpg')]
    it.skipIf(upright === null || turned === null)(
      'sees the same landscape in the upright and the turned file',
      async () => {
        const [one, other] = [
          await single(upright ?? '', rendition('png', { longEdgePx: 60 })),
          await single(turned ?? '', rendition('png', { longEdgePx: 60 }))
        ]
        for (const [x, y] of [
          [0.1, 0.1],
          [0.9, 0.1],
          [0.5, 0.5],
          [0.1, 0.9]
        ] as const) {
          expect(distance(await colourAt(one, x, y), await colourAt(other, x, y))).toBeLessThan(40)
        }
      }
    )

    it.each(['broken/corrupted.jpg', 'broken/half-written.jpg', 'broken/empty.jpg'].filter((name) => realPhoto(name)))(
      'refuses %s',
      async (name) => {
        const { result } = await develop(realPhoto(name) ?? '', rendition('jpeg'))
        expect(codes(result)).toEqual([expect.stringMatching(/^picture-/)])
      }
    )
  })
})

/** Repairs the checksum of a PNG's header after its numbers were changed. */
function withCrc(png: Buffer): Buffer {
  let crc = 0xffff_ffff
  for (const byte of png.subarray(12, 29)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  }
  png.writeUInt32BE((crc ^ 0xffff_ffff) >>> 0, 29)
  return png
}
