import { existsSync } from 'node:fs'
import { chmod, readdir, readFile } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { FrameKind } from '../../shared/model/frame.ts'
import { MiB } from '../../shared/units.ts'
import { ExifToolReader } from './ExifToolReader.ts'
import { partPath } from './partPath.ts'
import { removePosition } from './removePosition.ts'
import { box, latin1, placedFilm } from './testing/boxes.ts'
import { exifBlock, withExifBlock } from './testing/exifBlock.ts'
import { openRenderer } from './testing/openRenderer.ts'
import { busy, plain, realPhoto, testFolder } from './testing/pictures.ts'
import { hasExifTool, readTags } from './testing/tools.ts'

/** Tags that tell a coordinate, and the bytes of one: ISO 6709, QuickTime's and XMP's spellings, the tests' own place. */
const COORDINATE_TAG = /latitude|longt?itude|gpsposition|gpscoordinates|locationinformation/i
const COORDINATE_BYTES =
  /[+-]\d{2}\.\d{3,}[+-]\d{3}\.\d{3,}|\xa9xyz|loci\0\0\0\0|location\.ISO6709|GPSLatitude|GPSLongitude|51,28|51\.48/

const file = testFolder()
const { exiftool } = openRenderer(file)
let made = 0

async function clean(path: string, kind: FrameKind = 'photo') {
  const target = await file(`clean-${made++}${extname(path)}`)
  return removePosition({ path, kind, target }, partPath(target), exiftool)
}

/** The copy, which must have been made. */
async function cleanCopy(path: string, kind: FrameKind = 'photo'): Promise<string> {
  const cleaned = await clean(path, kind)
  if (cleaned.path === null) throw new Error(`No position was found in ${path}`)
  expect(cleaned.sizeBytes).toBe((await readFile(cleaned.path)).length)
  return cleaned.path
}

async function expectNoCoordinate(path: string): Promise<Record<string, unknown>> {
  const tags = await readTags(path)
  const telling = Object.entries(tags).filter(([name, value]) => COORDINATE_TAG.test(name) && /\d/.test(String(value)))
  expect(telling).toEqual([])
  expect((await readFile(path)).toString('latin1')).not.toMatch(COORDINATE_BYTES)
  return tags
}

async function expectSamePixels(one: string, other: string): Promise<void> {
  const [first, second] = await Promise.all([one, other].map((path) => sharp(path).raw().toBuffer()))
  expect(first !== undefined && second?.equals(first)).toBe(true)
}

const degrees = (degree: number, minute: number, second: number) =>
  [
    [degree, 1],
    [minute, 1],
    [second, 100]
  ] as const
const gps = { 1: 'N', 2: degrees(51, 28, 5878), 3: 'W', 4: degrees(3, 11, 721) }
const placed = async (picture: Buffer, thumbnail?: Buffer) =>
  withExifBlock(picture, exifBlock({ image: { 271: 'Canon', 315: 'Zoe' }, gps, ...(thumbnail && { thumbnail }) }))

describe.skipIf(!hasExifTool)('removePosition', () => {
  it('takes the position out of EXIF and XMP, and leaves pixels, names of places and everything else', async () => {
    const path = await file('placed.jpg', await placed(await busy().jpeg().toBuffer()))
    await exiftool.write(path, [
      '-XMP-exif:GPSLatitude=51.483',
      '-XMP-exif:GPSLongitude=-3.185',
      '-XMP-iptcExt:LocationShownGPSLatitude=51.483',
      '-XMP-drone-dji:GPSLongtitude=51.483',
      '-XMP-photoshop:City=Cardiff',
      '-IPTC:City=Cardiff',
      '-XMP-dc:Creator=Zoë Müller'
    ])
    const copy = await cleanCopy(path)
    const values = JSON.stringify(await expectNoCoordinate(copy))
    for (const kept of ['Canon', 'Cardiff', 'Zoë Müller']) expect(values).toContain(kept)
    await expectSamePixels(path, copy)
  })

  it('takes it out of the film of a motion photo, whose length and pixels stay', async () => {
    const path = await file('motion.jpg', Buffer.concat([await busy().jpeg().toBuffer(), placedFilm()]))
    const before = await readFile(path)
    const copy = await cleanCopy(path)
    await expectNoCoordinate(copy)
    const after = await readFile(copy)
    expect(after.length).toBe(before.length) // what points into it still does
    expect(after.subarray(0, 1000).equals(before.subarray(0, 1000))).toBe(true)
    await expectSamePixels(path, copy)
  })

  it('takes it out of pictures within the picture, whichever way their numbers are written', async () => {
    const inner = await placed(await plain([9, 200, 9], 32, 24).jpeg().toBuffer())
    const withXmp = await sharp(inner)
      .withXmp(
        `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
         xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="51,28.98N"><exif:GPSLongitude>3,11.1W</exif:GPSLongitude>
         </rdf:Description></rdf:RDF></x:xmpmeta>`
      )
      .jpeg()
      .toBuffer()
    const outer = await placed(await busy().jpeg().toBuffer(), inner)
    const path = await file('nested.jpg', Buffer.concat([outer, inner, withXmp]))
    const copy = await cleanCopy(path)
    await expectNoCoordinate(copy)
    const second = await readFile(copy)
    const innerAt = second.lastIndexOf(Buffer.from([0xff, 0xd8, 0xff]))
    expect(JSON.stringify(await readTags(await file('second.jpg', second.subarray(innerAt))))).not.toMatch(/GPSLat/)
    await expectSamePixels(path, copy)
  })

  it('leaves a file alone that tells no position: no copy is made', async () => {
    const nofix = exifBlock({
      gps: { 2: Array.from({ length: 3 }, () => [0, 0] as const), 4: Array.from({ length: 3 }, () => [0, 0] as const) }
    })
    const jpeg = await busy().jpeg().toBuffer()
    expect(await clean(await file('plain.jpg', jpeg))).toEqual({ path: null })
    expect(await clean(await file('nofix.jpg', withExifBlock(jpeg, nofix)))).toEqual({ path: null })
    expect(await clean(await file('notes.txt', '51.4830-003.1850'), 'other')).toEqual({ path: null })
  })

  it('gives the same bytes twice, and copies a read-only file', async () => {
    const path = await file('twice.jpg', await placed(await busy().jpeg().toBuffer()))
    await chmod(path, 0o444)
    const [one, other] = [await cleanCopy(path), await cleanCopy(path)]
    expect((await readFile(one)).equals(await readFile(other))).toBe(true)
  })

  it('takes it out of sidecars that ExifTool writes, and refuses those that tell it in words of their own', async () => {
    const xmp = await file(
      'a.xmp',
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
       xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" exif:GPSLatitude="51,28.98N"
       exif:GPSLongitude="3,11.1W" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>`
    )
    expect(JSON.stringify(await expectNoCoordinate(await cleanCopy(xmp, 'sidecar')))).toContain('Rating')
    const subtitles = await file(
      'DJI_1.srt',
      '1\n00:00:00,000 --> 00:00:01,000\n[latitude: 51.4830] [longitude: -3.18]'
    )
    await expect(clean(subtitles, 'sidecar')).rejects.toMatchObject({ code: 'picture-unsupported' })
    expect(await clean(await file('a.pp3', '[Version]\nAppVersion=5.8'), 'sidecar')).toEqual({ path: null })
  })

  it('follows pictures that lie beside films as what they are', async () => {
    const path = await file('MVI_1.thm', await placed(await plain([9, 200, 9]).jpeg().toBuffer()))
    await expectNoCoordinate(await cleanCopy(path, 'sidecar'))
    const cut = await file('MVI_2.thm', (await placed(await plain([9, 200, 9]).jpeg().toBuffer())).subarray(0, 60))
    await expect(clean(cut, 'sidecar')).rejects.toMatchObject({ code: 'picture-unsupported' })
  })

  it.each([
    ['IMG_1.jpg.json', '{"geoData": {"latitude": 51.483, "longitude": -3.185, "altitude": 0.0}}'],
    ['walk.gpx', '<gpx><trk><trkseg><trkpt lat="51.4830" lon="-3.1850"/></trkseg></trk></gpx>'],
    ['walk.kml', '<Point><coordinates>\n  -3.1850,51.4830,0</coordinates></Point>'],
    ['walk.geojson', '{"type": "Point", "coordinates": [-3.1850, 51.4830]}'],
    ['lines.geojson', '{"type": "LineString", "coordinates": [[ -3.1850, 51.4830], [ -3.1851, 51.4831]]}'],
    ['walk.log', '$GPGGA,123519,5128.98,N,00311.10,W,1,08,0.9,545.4,M,46.9,M,,*47']
  ])('refuses a text that tells it: %s', async (name, words) => {
    await expect(clean(await file(name, words), 'other')).rejects.toMatchObject({ code: 'picture-unsupported' })
  })

  it.each([
    ['IMG_2.jpg.json', '{"geoData": {"latitude": 0.0, "longitude": 0.0, "latitudeSpan": 0.0}}'],
    ['index.html', '<p>GPS, latitude and longitude: none. Platform: 5.2</p><script>const lat = 5, flat = 1.5</script>'],
    ['page.css', '.lat { left: 51.48px } .coordinates { top: 3.5em }']
  ])('leaves a text alone that tells none: %s', async (name, words) => {
    expect(await clean(await file(name, words), 'other')).toEqual({ path: null })
  })

  it.each([
    ['51.4830, -3.1850', true],
    ['51.483° N, 3.185° W', true],
    ['Pier 14, Cardiff CF10 5AL, 05-06-2020', false]
  ])('tells a place in numbers, which must not stay, from its name: %s', async (words, isTold) => {
    const path = await file(`words-${made}.jpg`, await busy(60, 40).jpeg().toBuffer())
    await exiftool.write(path, [`-XMP-iptcCore:Location=${words}`])
    const act = clean(path)
    if (isTold) await expect(act).rejects.toMatchObject({ code: 'picture-unsupported' })
    else expect(await act).toEqual({ path: null })
  })

  it('refuses what ExifTool cannot write, and leaves nothing behind', async () => {
    const tiff = await file('a.tif', await busy(64, 48).tiff().toBuffer())
    await exiftool.write(tiff, ['-GPSLatitude=51.483', '-GPSLatitudeRef=N', '-GPSLongitude=3.1', '-GPSLongitudeRef=W'])
    const path = await file('a.3fr', await readFile(tiff))
    const target = await file('refused.3fr')
    const act = removePosition({ path, kind: 'raw', target }, partPath(target), exiftool)
    await expect(act).rejects.toMatchObject({ code: 'picture-unsupported' })
    expect([existsSync(target), existsSync(partPath(target))]).toEqual([false, false])
    expect((await readdir(dirname(target))).filter((name) => name.includes('_exiftool_tmp'))).toEqual([])
  })

  it('refuses a motion photo whose film has a track of positions', async () => {
    const track = box('stsd', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16]), latin1('camm'), Buffer.alloc(8))
    const bytes = Buffer.concat([
      await busy().jpeg().toBuffer(),
      box('ftyp', latin1('mp42\0\0\0\0')),
      box('moov', track)
    ])
    await expect(clean(await file('track.jpg', bytes))).rejects.toMatchObject({ code: 'picture-unsupported' })
  })

  it('finds what lies on the border of what is read at once', async () => {
    const jpeg = await busy().jpeg().toBuffer()
    for (const before of [10, 3, 1]) {
      const padding = Buffer.alloc(8 * MiB - jpeg.length - before, 0x20)
      const path = await file(
        `border-${before}.jpg`,
        Buffer.concat([jpeg, padding, latin1('+51.4830-003.1850/'), placedFilm()])
      )
      await expectNoCoordinate(await cleanCopy(path))
    }
  })

  it('refuses a picture that nobody can look into', async () => {
    const cut = (await placed(await busy().jpeg().toBuffer())).subarray(0, 40)
    await expect(clean(await file('cut.heic', cut.subarray(20)))).rejects.toMatchObject({ code: 'picture-unsupported' })
    await expect(clean(await file('gone.jpg'))).rejects.toMatchObject({
      code: expect.stringMatching(/^(file|picture)-/)
    })
  })

  it('says that ExifTool does not run, and not that a position stays, where that is so', async () => {
    class WithoutPerl extends ExifToolReader {
      override read = () => Promise.reject(new AppError('picture-unsupported', 'Perl must be installed'))
      override canRun = async () => false
    }
    const path = await file('no-perl.jpg', await placed(await busy(64, 48).jpeg().toBuffer()))
    const target = await file('no-perl-clean.jpg')
    const act = removePosition({ path, kind: 'photo', target }, partPath(target), new WithoutPerl())
    await expect(act).rejects.toMatchObject({ code: 'internal' })
    expect(existsSync(partPath(target))).toBe(false)
    expect(await exiftool.canRun()).toBe(true)
  })

  it('takes no fault of its own for a file that cannot be read: copies are made of that all the same', async () => {
    class Overtaxed extends ExifToolReader {
      override read = () => Promise.reject(new RangeError('Maximum call stack size exceeded'))
      override canRun = async () => true
    }
    const path = await file('overtaxing.jpg', await busy(64, 48).jpeg().toBuffer())
    const target = await file('overtaxing-clean.jpg')
    const act = removePosition({ path, kind: 'photo', target }, partPath(target), new Overtaxed())
    await expect(act).rejects.toMatchObject({ code: 'picture-unsupported' })
  })

  const real = [
    ['gps/DSCN0010.jpg', 'photo'],
    ['shoot/Apple iPhone 5.jpg', 'photo'],
    ['shoot/Samsung SM-G935L (Galaxy S7 Edge).jpg', 'photo'],
    ['heic/IMG_1034.heic', 'photo'],
    ['video/with-gps.mov', 'video'],
    ['video/with-gps.mp4', 'video']
  ] as const
  it.each(real.filter(([name]) => realPhoto(name)))('takes it out of %s', async (name, kind) => {
    const path = realPhoto(name) ?? ''
    const copy = await cleanCopy(path, kind)
    await expectNoCoordinate(copy)
    if (name.endsWith('.jpg')) await expectSamePixels(path, copy)
  })

  const [jpeg, mp4] = [realPhoto('gps/DSCN0010.jpg'), realPhoto('video/with-gps.mp4')]
  it.skipIf(!jpeg || !mp4)('takes it out of a real picture with a real film behind it', async () => {
    const bytes = Buffer.concat([await readFile(jpeg ?? ''), await readFile(mp4 ?? '')])
    const path = await file('real-motion.jpg', bytes)
    const copy = await cleanCopy(path)
    await expectNoCoordinate(copy)
    await expectSamePixels(path, copy)
    const after = await readFile(copy)
    const ofFilm = await file('film.mp4', after.subarray(after.lastIndexOf('ftyp', undefined, 'latin1') - 4))
    expect(await clean(ofFilm, 'video')).toEqual({ path: null })
  })
})
