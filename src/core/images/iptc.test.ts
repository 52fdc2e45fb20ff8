import { afterAll, describe, expect, it } from 'vitest'
import { ExifToolReader } from './ExifToolReader.ts'
import { readIptc } from './iptc.ts'
import { readFacts } from './readFacts.ts'
import { busy, testFolder } from './testing/pictures.ts'

const set = (record: number, number: number, text: string | Buffer) => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x1c, record, number, bytes.length >> 8, bytes.length & 0xff]), bytes])
}
const UTF8 = set(1, 90, '\x1b%G')

describe('readIptc', () => {
  const file = testFolder()
  const exiftool = new ExifToolReader()
  afterAll(() => exiftool.close())

  it.each(['jpg', 'tif'])('is read of a %s in which a program wrote IPTC alone', async (extension) => {
    const picture = await (extension === 'jpg' ? busy(60, 40).jpeg() : busy(60, 40).tiff()).toBuffer()
    const path = await file(`a.${extension}`, picture)
    await exiftool.write(path, [
      ...['-charset', 'iptc=UTF8', '-codedcharacterset=utf8', '-IPTC:By-line=Zoë Müller', '-IPTC:Keywords=Hochzeit'],
      ...['-IPTC:Keywords=Zürich', '-IPTC:CopyrightNotice=© Zoë', '-IPTC:DateCreated=2026:05:01'],
      '-IPTC:TimeCreated=12:30:15+02:00'
    ])
    expect(await readFacts(path, exiftool)).toMatchObject({
      creator: 'Zoë Müller',
      copyright: '© Zoë',
      capturedAt: '2026-05-01T12:30:15+02:00',
      marks: { rating: 0, label: null, keywords: ['Hochzeit', 'Zürich'] },
      problem: null
    })
  })

  it('gives way to XMP, and adds the keywords that XMP lacks', async () => {
    const path = await file('both.jpg', await busy(60, 40).jpeg().toBuffer())
    await exiftool.write(path, [
      ...['-IPTC:By-line=Old', '-IPTC:Keywords=wedding', '-IPTC:Keywords=lake'],
      ...['-XMP-dc:Creator=New', '-XMP-dc:Subject=Wedding', '-XMP-xmp:Rating=4']
    ])
    expect(await readFacts(path, exiftool)).toMatchObject({
      creator: 'New',
      marks: { rating: 4, keywords: ['Wedding', 'lake'] }
    })
  })

  it('takes words for Latin-1 where the block does not say UTF-8', () => {
    expect(readIptc(set(2, 80, Buffer.from('Zo\xeb', 'latin1')))).toMatchObject({ creator: 'Zoë', keywords: [] })
    expect(readIptc(Buffer.concat([UTF8, set(2, 80, 'Zoë'), set(2, 80, 'Ann')]))).toMatchObject({ creator: 'Zoë; Ann' })
  })

  it('ends where a block is cut off, and makes nothing of nonsense', () => {
    const whole = Buffer.concat([UTF8, set(2, 25, 'one'), set(2, 25, 'two')])
    expect(readIptc(whole.subarray(0, whole.length - 1)).keywords).toEqual(['one'])
    const nothing = { capturedAt: null, creator: null, copyright: null, keywords: [] }
    for (const block of [
      '',
      '8BIM',
      'Photoshop 3.0\0',
      'Photoshop 3.0\x008BIM\x04\x04\0\0\xff\xff\xff\xff',
      '\x1c\x02\x19\xff\xff'
    ]) {
      expect(readIptc(Buffer.from(block, 'latin1'))).toEqual(nothing)
    }
    expect(readIptc(set(2, 55, '20260501'))).toEqual(nothing) // a date alone is no moment
  })
})
