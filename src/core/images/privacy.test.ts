import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { metadataPolicies, type Rendition, type RenditionFormat, WEB } from '../../shared/model/output.ts'
import { readDescription } from './description.ts'
import { exifBlock, withExifBlock } from './testing/exifBlock.ts'
import { openRenderer } from './testing/openRenderer.ts'
import { busy, plain, realPhoto, testFolder } from './testing/pictures.ts'
import { hasExifTool, readTags } from './testing/tools.ts'

const FORMATS = ['webp', 'jpeg', 'avif', 'png'] as const

/** A place in any group: the tags of photo-facts §2.6, and what ExifTool itself counts as one. */
const PLACE_TAG = /gps|latit|longit|location|city|sublocation|landmark/i
/** The same in bytes: ISO 6709, QuickTime's and XMP's spellings, the test's own coordinates. */
const PLACE_BYTES = /[+-]\d{2}\.\d{3,}[+-]\d{3}\.\d{3,}|\xa9xyz|location\.ISO6709|GPS|51,28|51\.48|Cardiff/

const file = testFolder()
const { one, exiftool } = openRenderer(file)
const rendition = (format: RenditionFormat, rest: Partial<Rendition> = {}): Rendition => ({
  ...WEB,
  id: format,
  longEdgePx: 320,
  format,
  ...rest
})

/** A picture that says in every block it can who took it, with what, and where; with a video at its end that says so, too. */
async function talkative(): Promise<string> {
  const thumbnail = await plain([250, 0, 250], 16, 12).jpeg().toBuffer()
  const degrees = (degree: number, minute: number, second: number) =>
    [
      [degree, 1],
      [minute, 1],
      [second, 100]
    ] as const
  const block = exifBlock({
    image: { 271: 'Canon', 272: 'Canon EOS 5D', 315: 'Zoe', 33432: '(C) Zoe' },
    photo: { 36867: '2026:05:01 12:30:15', 36881: '+02:00', 42033: 'SERIAL-4711', 42032: 'Owner', 33434: [[1, 250]] },
    gps: { 1: 'N', 2: degrees(51, 28, 5878), 3: 'W', 4: degrees(3, 11, 721) },
    thumbnail
  })
  const path = await file('talkative.jpg', withExifBlock(await busy().jpeg().toBuffer(), block))
  await exiftool.write(path, [
    '-charset',
    'iptc=UTF8',
    '-codedcharacterset=utf8',
    '-XMP-dc:Creator=Zoë Müller',
    '-XMP-dc:Rights=© 2026 Zoë Müller',
    '-XMP-exif:GPSLatitude=51.483',
    '-XMP-exif:GPSLongitude=-3.185',
    '-XMP-photoshop:City=Cardiff',
    '-XMP-iptcExt:LocationShownCity=Cardiff',
    '-XMP-aux:SerialNumber=SERIAL-4711',
    '-IPTC:City=Cardiff',
    '-IPTC:Caption-Abstract=Die Feier in Zürich',
    '-IPTC:Keywords=wedding'
  ])
  const video = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom\xa9xyz+51.4830-003.1850/', 'latin1')
  return file('motion.jpg', Buffer.concat([await readFile(path), video]))
}

async function expectNoPlace(path: string): Promise<Record<string, unknown>> {
  const tags = await readTags(path)
  const own = Object.keys(tags).filter((name) => !/^(SourceFile|File:|ExifTool:)/.test(name))
  expect(own.filter((name) => PLACE_TAG.test(name))).toEqual([])
  expect((await readFile(path)).toString('latin1')).not.toMatch(PLACE_BYTES)
  return tags
}

const namesIn = (tags: Record<string, unknown>) => Object.keys(tags).join('\n')

describe.skipIf(!hasExifTool)('a rendition, read back with ExifTool', () => {
  describe.each(FORMATS)('%s', (format) => {
    it.each(metadataPolicies)('says nothing of the place where it keeps %s', async (metadata) => {
      const made = await one(await talkative(), rendition(format, { metadata }))
      const names = namesIn(await expectNoPlace(made))
      expect(names).not.toMatch(/Thumbnail|PreviewImage|MotionPhoto|EmbeddedVideo|Trailer/)
      if (metadata !== 'everything') {
        expect(names).not.toMatch(/Serial|OwnerName|MakerNotes/)
        expect((await readFile(made)).includes('SERIAL-4711')).toBe(false)
      }
    })

    it('keeps creator, copyright and capture time, accents whole', async () => {
      const made = await one(await talkative(), rendition(format))
      expect(readDescription(await sharp(made).metadata())).toMatchObject({
        creator: 'Zoë Müller',
        copyright: '© 2026 Zoë Müller',
        capturedAt: { local: '2026-05-01T12:30:15', offset: '+02:00' }
      })
      expect(namesIn(await readTags(made))).not.toMatch(
        /IFD0:Model|ExposureTime|XMP-dc:Description|XMP-dc:Subject|Keywords/
      )
    })

    it('keeps caption, keywords and camera where the description is asked for', async () => {
      const tags = await readTags(await one(await talkative(), rendition(format, { metadata: 'description' })))
      const values = JSON.stringify(tags)
      for (const kept of ['Die Feier in Zürich', 'wedding', 'Canon EOS 5D', 'Zoë Müller'])
        expect(values).toContain(kept)
    })

    it('keeps the serial number where everything is asked for, and the pixels as they were', async () => {
      const source = await talkative()
      const made = await one(source, rendition(format, { metadata: 'everything' }))
      expect(JSON.stringify(await readTags(made))).toContain('SERIAL-4711')
      const bare = await one(source, rendition(format))
      expect((await sharp(made).raw().toBuffer()).equals(await sharp(bare).raw().toBuffer())).toBe(true)
      expect((await sharp(made).metadata()).icc).toEqual((await sharp(bare).metadata()).icc)
    })

    it('keeps nothing but the profile where nothing is asked for', async () => {
      const { exif, xmp, iptc, icc } = await sharp(
        await one(await talkative(), rendition(format, { metadata: 'nothing', keepsPosition: true }))
      ).metadata()
      expect([exif, xmp, iptc]).toEqual([undefined, undefined, undefined])
      expect(icc).toBeDefined()
    })

    it('keeps the place where it is asked for, in words as well', async () => {
      const policy = { metadata: 'description', keepsPosition: true } as const
      const values = JSON.stringify(await readTags(await one(await talkative(), rendition(format, policy))))
      expect(values).toContain('GPSLatitude')
      expect(values).toContain('Cardiff')
    })

    it('is the same bytes twice, whatever it keeps', async () => {
      for (const metadata of metadataPolicies) {
        const source = await talkative()
        const [first, second] = [
          await one(source, rendition(format, { metadata })),
          await one(source, rendition(format, { metadata }))
        ]
        expect((await readFile(first)).equals(await readFile(second))).toBe(true)
      }
    })
  })

  const real = ['gps/DSCN0010.jpg', 'gps/DSCN0021.jpg', 'heic/IMG_1034.heic', 'shoot/Canon EOS 5D.jpg'].filter(
    realPhoto
  )
  it.each(real)('of %s says nothing of the place', async (name) => {
    for (const metadata of metadataPolicies) {
      await expectNoPlace(await one(realPhoto(name) ?? '', rendition('jpeg', { metadata })))
    }
  })
})
