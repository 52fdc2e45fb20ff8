import { afterAll, describe, expect, it } from 'vitest'
import { ExifToolReader } from './ExifToolReader.ts'
import { readFacts } from './readFacts.ts'
import { exifBlock, withExifBlock } from './testing/exifBlock.ts'
import { busy, realPhoto, testFolder } from './testing/pictures.ts'

const LATIN1_NAME = Buffer.from('Zo\xeb M\xfcller', 'latin1')

const xmp = (description: string) =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
   xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" ${description}</rdf:Description></rdf:RDF></x:xmpmeta>`

describe('readFacts', () => {
  const file = testFolder()
  const exiftool = new ExifToolReader()
  afterAll(() => exiftool.close())

  const jpeg = () => busy(300, 200).jpeg().toBuffer()

  it('reads what the camera wrote', async () => {
    const block = exifBlock({
      image: { 271: 'NIKON CORPORATION', 272: 'NIKON D90', 274: 6, 315: LATIN1_NAME, 33432: '© Müller' },
      photo: {
        33434: [[10, 2500]],
        33437: [[28, 10]],
        34855: 400,
        37386: [[500, 10]],
        36867: '2026:11:21 15:42:10',
        36881: '+01:00',
        42036: 'AF Nikkor 50mm f/1.8'
      },
      gps: {
        1: 'N',
        2: [
          [51, 1],
          [28, 1],
          [0, 1]
        ],
        3: 'E',
        4: [
          [3, 1],
          [0, 1],
          [0, 1]
        ]
      }
    })
    expect(await readFacts(await file('a.jpg', withExifBlock(await jpeg(), block)), exiftool)).toEqual({
      kind: 'photo',
      contentType: 'image/jpeg',
      extension: 'jpg',
      mismatch: null,
      widthPx: 200,
      heightPx: 300,
      capturedAt: '2026-11-21T15:42:10+01:00',
      camera: 'NIKON D90',
      lens: 'AF Nikkor 50mm f/1.8',
      exposure: '1/250 s · f/2.8 · ISO 400 · 50 mm',
      creator: 'Zoë Müller',
      copyright: '© Müller',
      hasPosition: true,
      position: { latitude: 51 + 28 / 60, longitude: 3 },
      problem: null
    })
  })

  it('adds no zone the file does not name', async () => {
    const block = exifBlock({ photo: { 36867: '2026:11:21 15:42:10' } })
    const facts = await readFacts(await file('b.jpg', withExifBlock(await jpeg(), block)), exiftool)
    expect(facts.capturedAt).toBe('2026-11-21T15:42:10')
  })

  it.each([
    [
      'attributes',
      'exif:DateTimeOriginal="2026-05-01T12:00:00Z" exif:GPSLatitude="51,28.98N" exif:GPSLongitude="3,0W">'
    ],
    [
      'elements',
      '><exif:DateTimeOriginal>2026-05-01T12:00:00Z</exif:DateTimeOriginal><exif:GPSLatitude>51,28.98N</exif:GPSLatitude><exif:GPSLongitude>3,0W</exif:GPSLongitude>'
    ]
  ])('reads XMP written as %s', async (_form, description) => {
    const path = await file('x.jpg', await busy().withXmp(xmp(description)).jpeg().toBuffer())
    expect(await readFacts(path, exiftool)).toMatchObject({
      capturedAt: '2026-05-01T12:00:00Z',
      hasPosition: true,
      position: { latitude: 51.483, longitude: -3 }
    })
  })

  it('joins several creators, and reads entities', async () => {
    const creators = '><dc:creator><rdf:Seq><rdf:li>A &amp; B</rdf:li><rdf:li>Zo&#xeb;</rdf:li></rdf:Seq></dc:creator>'
    const path = await file('y.jpg', await busy().withXmp(xmp(creators)).jpeg().toBuffer())
    expect((await readFacts(path, exiftool)).creator).toBe('A & B; Zoë')
  })

  it('reads where it was taken of a sidecar as well', async () => {
    const path = await file('a.xmp', xmp('exif:GPSLatitude="51,28.98N" exif:GPSLongitude="3,11.1W">'))
    const facts = await readFacts(path, exiftool)
    expect(facts).toMatchObject({ kind: 'sidecar', hasPosition: true, capturedAt: null })
    expect(facts.position?.latitude).toBeCloseTo(51.483, 3)
    expect(facts.position?.longitude).toBeCloseTo(-3.185, 3)
  })

  it('takes a GPS directory without a fix for no position', async () => {
    const block = exifBlock({
      gps: {
        2: [
          [0, 0],
          [0, 0],
          [0, 0]
        ],
        4: [
          [0, 0],
          [0, 0],
          [0, 0]
        ]
      }
    })
    const facts = await readFacts(await file('nofix.jpg', withExifBlock(await jpeg(), block)), exiftool)
    expect(facts.hasPosition).toBe(false)
    expect(facts).not.toHaveProperty('position')
  })

  it('names metadata it cannot read, and keeps the rest', async () => {
    const path = await file('c.jpg', withExifBlock(await jpeg(), Buffer.from('Exif\0\0nonsense', 'latin1')))
    expect(await readFacts(path, exiftool)).toMatchObject({ widthPx: 300, problem: { code: 'picture-damaged' } })
  })

  it('says of a picture that is coded for an HDR display', async () => {
    const png = await busy(40, 30).png().toBuffer()
    const cicp = Buffer.from('0000000463494350' + '09100001' + '00000000', 'hex') // BT.2020, PQ; nobody checks its sum
    const path = await file('pq.png', Buffer.concat([png.subarray(0, 33), cicp, png.subarray(33)]))
    expect(await readFacts(path, exiftool)).toMatchObject({ hdr: 'pq-or-hlg' })
    expect(await readFacts(await file('sdr.png', png), exiftool)).not.toHaveProperty('hdr')
  })

  it('expands no XML bomb', async () => {
    const laughs = `<!DOCTYPE x [<!ENTITY a "${'ha'.repeat(50)}">${Array.from(
      { length: 8 },
      (_, index) =>
        `<!ENTITY ${String.fromCharCode(98 + index)} "${`&${String.fromCharCode(97 + index)};`.repeat(10)}">`
    ).join('')}]>`
    const bomb = laughs + xmp('><dc:creator>&i;</dc:creator>')
    const path = await file('laughs.jpg', await busy().withXmp(bomb).jpeg().toBuffer())
    const facts = await readFacts(path, exiftool)
    expect(facts.creator?.length ?? 0).toBeLessThan(1e6)
  })

  it('says that a photo is damaged when not even its header can be read', async () => {
    const path = await file('soi.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0]))
    expect(await readFacts(path, exiftool)).toMatchObject({
      kind: 'photo',
      widthPx: null,
      problem: { code: expect.stringMatching(/^picture-/) }
    })
  })

  it('lets a RAW that ExifTool cannot read pass with a note', async () => {
    const path = await file('a.nef', Buffer.from('00ff00ff00ff00ff', 'hex'))
    expect(await readFacts(path, exiftool)).toMatchObject({ kind: 'raw', problem: { code: 'picture-damaged' } })
  })

  it('lets a hostile file name pass', async () => {
    for (const name of ['-delete_original!.mp4', '#all.mp4', ' with blank .mp4', 'new\nline.mp4']) {
      const path = await file(name, Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex'))
      expect(await readFacts(path, exiftool)).toMatchObject({ kind: 'video' })
    }
    const bracket = await file('IMG [1].jpg[page=2]', await jpeg())
    expect(await readFacts(bracket, exiftool)).toMatchObject({ widthPx: 300 })
  })

  it('passes on that a file has gone', async () => {
    await expect(readFacts(await file('gone.jpg'), exiftool)).rejects.toMatchObject({ code: 'file-missing' })
  })

  const mov = realPhoto('video/with-gps.mov')
  it.skipIf(mov === null)('reads a real video, upright and in the time where it was taken', async () => {
    expect(await readFacts(mov ?? '', exiftool)).toMatchObject({
      kind: 'video',
      contentType: 'video/quicktime',
      widthPx: 320,
      heightPx: 568,
      capturedAt: '2019-07-24T11:25:40+03:00',
      camera: 'Apple iPhone 6',
      hasPosition: true
    })
  })

  const heic = realPhoto('heic/IMG_1034.heic')
  it.skipIf(heic === null)('reads a real HEIC', async () => {
    expect(await readFacts(heic ?? '', exiftool)).toMatchObject({
      contentType: 'image/heic',
      widthPx: 4032,
      heightPx: 3024,
      camera: 'Apple iPhone 8',
      hasPosition: true,
      problem: null
    })
  })
})
