import { execFileSync } from 'node:child_process'
import { readFile, statfs, truncate } from 'node:fs/promises'
import { extname } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FrameKind } from '../../shared/model/frame.ts'
import { MiB } from '../../shared/units.ts'
import { partPath } from './partPath.ts'
import { readFacts } from './readFacts.ts'
import { removePosition } from './removePosition.ts'
import { box, latin1 } from './testing/boxes.ts'
import { openRenderer } from './testing/openRenderer.ts'
import { testFolder } from './testing/pictures.ts'
import { timedFilm } from './testing/timedFilm.ts'
import { hasExifTool, hasFfmpeg } from './testing/tools.ts'

const PLACE = '+51.4169-000.0806/'
const UNSUPPORTED = { code: 'picture-unsupported' }

const file = testFolder()
const { exiftool } = openRenderer(file)
let made = 0

async function clean(path: string, kind: FrameKind = 'video') {
  const target = await file(`clean-${made++}${extname(path)}`)
  return removePosition({ path, kind, target }, partPath(target), exiftool)
}

/** One second of a test picture, as ffmpeg writes it. */
async function film(name: string, ...args: ReadonlyArray<string>): Promise<string> {
  const path = await file(name)
  const picture = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=5:duration=1']
  execFileSync('ffmpeg', ['-v', 'error', ...picture, ...args, '-y', path])
  return path
}

/** The same with a track of captions. */
async function captioned(name: string, codec: string, words: string): Promise<string> {
  const captions = await file(`${name}.srt`, `1\n00:00:00,000 --> 00:00:01,000\n${words}\n\n`)
  return film(name, '-i', captions, '-c:v', 'mpeg4', '-c:s', codec)
}

describe.skipIf(!hasExifTool || !hasFfmpeg)('removePosition of films', () => {
  it('takes out what other programs wrote into tags of their own, which ExifTool does not', async () => {
    const tags = ['-metadata', `location=${PLACE}`, '-movflags', 'use_metadata_tags']
    const path = await film('keys.mp4', '-c:v', 'mpeg4', ...tags)
    expect(await readFacts(path, exiftool)).toMatchObject({
      hasPosition: true,
      position: { latitude: expect.closeTo(51.4169, 4), longitude: expect.closeTo(-0.0806, 4) }
    })
    const cleaned = await clean(path)
    expect((await readFile(path)).toString('latin1')).toContain('51.4169')
    expect((await readFile(cleaned.path ?? '')).toString('latin1')).not.toContain('51.4169')
  })

  it('refuses a place in a film that ExifTool does not write', async () => {
    const path = await film('placed.mkv', '-c:v', 'mpeg4', '-metadata', `location=${PLACE}`)
    await expect(clean(path)).rejects.toMatchObject(UNSUPPORTED)
    expect(await readFacts(path, exiftool)).toMatchObject({
      hasPosition: true,
      position: { latitude: 51.4169, longitude: -0.0806 }
    })
  })

  it.each([
    ['told.mp4', 'mov_text'],
    ['told.mov', 'mov_text'],
    ['told.mkv', 'srt']
  ])('refuses captions that tell it: %s', async (name, codec) => {
    const path = await captioned(name, codec, '[latitude: 51.4830] [longitude: -3.18]')
    await expect(clean(path)).rejects.toMatchObject(UNSUPPORTED)
  })

  it('lets other captions go where it can read them', async () => {
    expect(await clean(await captioned('said.mp4', 'mov_text', 'Good evening.'))).toEqual({ path: null })
  })

  it('refuses a film that is cut off, and one that ends in something unknown', async () => {
    const whole = await film('whole.mp4', '-c:v', 'mpeg4', '-metadata', `location=${PLACE}`)
    const bytes = await readFile(whole)
    const cut = await file('cut.mp4', bytes.subarray(0, -120))
    await expect(clean(cut)).rejects.toMatchObject(UNSUPPORTED)
    await expect(clean(await file('cut.lrv', await readFile(cut)), 'sidecar')).rejects.toMatchObject(UNSUPPORTED)
    const trailed = await file('trailed.mp4', Buffer.concat([bytes, Buffer.alloc(100, 'unknown')]))
    await expect(clean(trailed)).rejects.toMatchObject(UNSUPPORTED)
  })

  it.each([
    ['a.mp4', 'mpeg4'],
    ['a.mov', 'mpeg4'],
    ['a.mkv', 'mpeg4'],
    ['a.webm', 'libvpx'],
    ['a.avi', 'mpeg4'],
    ['a.mts', 'mpeg2video'],
    ['a.wmv', 'wmv2']
  ])('leaves %s alone that tells none', async (name, codec) => {
    expect(await clean(await film(name, '-c:v', codec))).toEqual({ path: null })
  })

  it('leaves a film in fragments alone that tells none, and one whose index comes first', async () => {
    const fragments = await film('a-fragments.mp4', '-c:v', 'mpeg4', '-movflags', 'frag_keyframe+empty_moov')
    expect(await clean(fragments)).toEqual({ path: null })
    const fast = await film('a-fast.mp4', '-c:v', 'mpeg4', '-movflags', '+faststart')
    expect(await clean(fast)).toEqual({ path: null })
  })
})

describe.skipIf(!hasExifTool)('removePosition of a film that is looked at in several goes', () => {
  it.each([
    ['\xa9xyz\0\x12\x15\xc7+51.4830-003.1850/', 13],
    ['\xa9xyz\0\x12\x15\xc7+51.4830-003.1850/', 18],
    ['+51.4830-003.1850+012.3/', 15]
  ])('takes out whole what lies on a border: %j after %i bytes', async (place, bytesBefore) => {
    const begun = timedFilm([{ handler: 'vide', format: 'avc1', samples: [Buffer.alloc(100, 1)] }])
    const borderAt = begun.lastIndexOf('moov', undefined, 'latin1') - 4 + 8 * MiB // behind the pictures it is looked at anew
    const fill = Buffer.alloc(borderAt - bytesBefore - begun.length - 8, ' ')
    const bytes = Buffer.concat([begun, box('free', fill, latin1(place), Buffer.alloc(1_000, ' '))])
    const { path } = await clean(await file(`border-${bytesBefore}.mp4`, bytes))
    const copy = await readFile(path ?? '')
    expect(copy.length).toBe(bytes.length)
    for (const digits of ['51.4', '830', '003.', '1850', '85', '50']) {
      expect(copy.includes(digits, borderAt - 100)).toBe(false)
    }
  })
})

describe.skipIf(!hasExifTool)('removePosition of what ExifTool cannot follow', () => {
  it('refuses a film with a track of positions', async () => {
    const track = box('stsd', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16]), latin1('gpmd'), Buffer.alloc(8))
    const tree = box('trak', box('mdia', box('minf', box('stbl', track))))
    const bytes = Buffer.concat([box('ftyp', latin1('mp42\0\0\0\0')), box('mdat', latin1('pixels')), box('moov', tree)])
    await expect(clean(await file('track.mp4', bytes))).rejects.toMatchObject(UNSUPPORTED)
  })

  it('refuses a picture whose metadata is packed in a way that it does not know here', async () => {
    const signature = box('JXL ', Buffer.from([0x0d, 0x0a, 0x87, 0x0a]))
    const packed = box('brob', latin1('Exif'), Buffer.alloc(40, 7))
    const codestream = box('jxlc', Buffer.from('ff0a5100', 'hex'))
    const bytes = Buffer.concat([signature, box('ftyp', latin1('jxl \0\0\0\0jxl ')), packed, codestream])
    await expect(clean(await file('packed.jxl', bytes), 'photo')).rejects.toMatchObject(UNSUPPORTED)
  })

  it('refuses a RAW that is a packed folder', async () => {
    const path = await file('a.eip', latin1(`PK\x03\x04${'\0'.repeat(200)}`))
    await expect(clean(path, 'raw')).rejects.toMatchObject(UNSUPPORTED)
  })

  it('says so, and not that the disk is full, however little room there is', async () => {
    const path = await file('huge.heic', latin1('\0\0\0\x18no picture at all'))
    const { bavail, bsize } = await statfs(path)
    await truncate(path, 2 * bavail * bsize) // of which nothing is stored
    await expect(clean(path, 'photo')).rejects.toMatchObject(UNSUPPORTED)
  })
})
