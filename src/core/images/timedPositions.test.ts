import { execFileSync } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { MiB } from '../../shared/units.ts'
import { innerBoxes, outerBoxes } from './filmBoxes.ts'
import { partPath } from './partPath.ts'
import { readFilm } from './readFilm.ts'
import { removePosition } from './removePosition.ts'
import { box, latin1, longBox, placedFilm } from './testing/boxes.ts'
import { openRenderer } from './testing/openRenderer.ts'
import { testFolder } from './testing/pictures.ts'
import {
  cammSample,
  dashcamBlock,
  gpmfSample,
  rtmdSample,
  type TestTrack,
  timedFilm,
  uint32,
  withTrack
} from './testing/timedFilm.ts'
import { hasExifTool, hasFfmpeg } from './testing/tools.ts'

const UNSUPPORTED = { code: 'picture-unsupported' }
const pictures: TestTrack = { handler: 'vide', format: 'avc1', samples: [1, 2, 3].map((n) => Buffer.alloc(5_000, n)) }
const sounds: TestTrack = { handler: 'soun', format: 'mp4a', samples: [4, 5].map((n) => Buffer.alloc(300, n)) }
const goPro: TestTrack = { handler: 'meta', format: 'gpmd', samples: [gpmfSample(), gpmfSample()] }
const sony: TestTrack = { handler: 'meta', format: 'rtmd', samples: [rtmdSample([51, 28, 59])] }
const apple: TestTrack = { handler: 'meta', format: 'mebx', samples: [latin1('\0\0\0\x1a\0\0\0\x01+51.4830-003.1850')] }
const android: TestTrack = { handler: 'camm', format: 'camm', samples: [cammSample(), cammSample()] }

const file = testFolder()
const { exiftool } = openRenderer(file)
let made = 0

async function clean(bytes: Buffer) {
  const path = await file(`timed-${made}.mp4`, bytes)
  const target = await file(`timed-clean-${made++}.mp4`)
  const { path: cleaned } = await removePosition({ path, kind: 'video', target }, partPath(target), exiftool)
  return cleaned === null ? null : readFile(cleaned)
}

/** A film whose index has empty tables; the samples of a track lie in a fragment, behind the table of that. */
function fragmented(track: TestTrack): Buffer {
  const sample = Buffer.concat([...track.samples])
  const index = timedFilm([pictures, { ...track, samples: [] }], box('mvex', box('trex', uint32(0, 2, 1, 0, 0, 0))))
  const run = (offset: number) => box('trun', uint32(0x201, 1, offset, sample.length))
  const fragment = (offset: number) =>
    box('moof', box('mfhd', uint32(0, 1)), box('traf', box('tfhd', uint32(0x20000, 2)), run(offset)))
  return Buffer.concat([index, fragment(fragment(0).length + 8), box('mdat', sample)])
}

/** What is told of a place in a film, by ExifTool. */
async function toldIn(bytes: Buffer): Promise<ReadonlyArray<string>> {
  const path = await file(`told-${made++}.mp4`, bytes)
  const tags = await exiftool.read(path, ['-ee3', '-n', '-a', '-G1:4', '-GPSLatitude', '-Warning', '-Error'])
  return Object.keys(tags).filter((name) => name.includes(':'))
}

/** Bytes that are others than before. */
function changed(before: Buffer, after: Buffer): Buffer {
  expect(after.length).toBe(before.length)
  return Buffer.from([...before.keys()].flatMap((at) => (before[at] === after[at] ? [] : [before[at] ?? 0])))
}

describe.skipIf(!hasExifTool)('a film with a track of positions', () => {
  it.each([
    ['GoPro’s', [pictures, goPro, sounds]],
    ['Android’s', [android, pictures]],
    ['with offsets of 64 bits', [pictures, { ...goPro, isLong: true }]],
    ['several', [pictures, goPro, sounds, android]],
    ['Sony’s', [pictures, sony]],
    ['Sony’s behind another', [pictures, goPro, sony]]
  ])('goes without it, its pictures and sounds as they are: %s', async (_, tracks) => {
    const film = timedFilm(tracks)
    expect(await toldIn(film)).not.toEqual([])
    const cleaned = (await clean(film)) ?? Buffer.alloc(0)
    expect(await toldIn(cleaned)).toEqual([])
    for (const { format, samples, handler } of tracks) {
      const isKept = handler === 'vide' || handler === 'soun'
      expect(cleaned.includes(format, 0, 'latin1')).toBe(isKept)
      for (const sample of samples) expect(cleaned.includes(sample)).toBe(isKept)
    }
    const gone = tracks.filter(({ handler }) => handler !== 'vide' && handler !== 'soun')
    const most = gone.reduce((sum, { samples }) => sum + Buffer.concat([...samples]).length + 1_000, 0)
    expect(changed(film, cleaned).length).toBeLessThan(most)
  })

  it('loses its own place as well', async () => {
    const index = placedFilm()
    const told = index.subarray(index.indexOf('udta', 0, 'latin1') - 4)
    const cleaned = (await clean(timedFilm([pictures, goPro], told))) ?? Buffer.alloc(0)
    expect(await toldIn(cleaned)).toEqual([])
    expect(cleaned.includes('51.48')).toBe(false)
    for (const sample of pictures.samples) expect(cleaned.includes(sample)).toBe(true)
  })

  it('loses what nobody knows how to read, and keeps what Apple and Sony noted beside a position', async () => {
    const unknown = { handler: 'meta', format: 'new!', samples: [latin1('What a later camera says')] }
    expect((await clean(timedFilm([pictures, unknown])))?.includes('later camera')).toBe(false)
    const drone = { handler: 'meta', format: 'djmd', samples: [Buffer.from('0a0e6476746d5f6e65772e70726f746f', 'hex')] }
    expect((await clean(timedFilm([pictures, drone])))?.includes('dvtm_new')).toBe(false)
    const apart = { handler: 'meta', format: 'rtmd', samples: [rtmdSample(null)] }
    expect(await clean(timedFilm([pictures, sounds, apart]))).toBeNull()
  })

  it('keeps a track that tells none between two that do', async () => {
    const innocent: TestTrack = { handler: 'meta', format: 'rtmd', samples: [rtmdSample(null)] }
    const cleaned = (await clean(timedFilm([pictures, goPro, innocent, sony]))) ?? Buffer.alloc(0)
    expect(await toldIn(cleaned)).toEqual([])
    expect(cleaned.includes(rtmdSample(null))).toBe(true)
    expect(cleaned.toString('latin1').split('rtmd')).toHaveLength(2)
  })

  it.each(['subp', 'hapt', 'twen', 'qd3d', 'flsh'])('keeps what a person made: %s', async (handler) => {
    const work: TestTrack = { handler, format: 'mp4s', samples: [latin1('a bitmap subtitle')] }
    expect(await clean(timedFilm([pictures, work]))).toBeNull()
    expect((await clean(timedFilm([pictures, work, goPro])))?.includes('a bitmap subtitle')).toBe(true)
  })

  it('is refused where a track does not say what it is', async () => {
    const film = timedFilm([sounds, pictures])
    const unnamed = Buffer.from(film)
    unnamed.write('free', unnamed.lastIndexOf('hdlr', undefined, 'latin1'), 'latin1')
    const zeros = timedFilm([sounds, { ...pictures, handler: '\0\0\0\0' }])
    for (const bad of [unnamed, zeros]) await expect(clean(bad)).rejects.toMatchObject(UNSUPPORTED)
  })

  it('keeps its other tracks where the box of one that goes has a length of 64 bits', async () => {
    const film = timedFilm([{ ...goPro, isLongBox: true }, pictures, sounds])
    const cleaned = (await clean(film)) ?? Buffer.alloc(0)
    expect(cleaned.includes('gpmd')).toBe(false)
    const { tracks } = await readFilm(await file('long.mp4', cleaned))
    expect(tracks).toMatchObject([
      { handler: 'vide', samples: { length: 3 } },
      { handler: 'soun', samples: { length: 2 } }
    ])
  })

  it('goes as it is where a track of notes holds none, and without one that nobody could read', async () => {
    const empty = { samples: [Buffer.alloc(0)], startsAt: 0 }
    const none = { samples: [], isWithoutTables: true }
    for (const nothing of [empty, none, { samples: [] }, { samples: [], sizeBits: 8 } as const]) {
      for (const track of [sony, apple]) {
        expect(await clean(timedFilm([pictures, { ...track, ...nothing }, sounds]))).toBeNull()
      }
      const cleaned = (await clean(timedFilm([pictures, { ...goPro, ...nothing }]))) ?? Buffer.alloc(0)
      expect(cleaned.includes('gpmd')).toBe(false)
      for (const sample of pictures.samples) expect(cleaned.includes(sample)).toBe(true)
    }
  })

  it('is refused where its tables may only be lost: among zeros, behind what is no box, or in fragments', async () => {
    const film = timedFilm([pictures, { ...goPro, samples: [], isWithoutTables: true }])
    const formatAt = film.lastIndexOf('stsd', undefined, 'latin1') - 4
    const zeroed = Buffer.from(film).fill(0, formatAt)
    const broken = Buffer.from(film)
    broken.writeUInt32BE(2, formatAt)
    for (const bad of [zeroed, broken, Buffer.concat([film, box('moof', box('mfhd', uint32(0, 1)))])]) {
      const { tracks } = await readFilm(await file(`lost-${made++}.mp4`, bad))
      expect(tracks.at(-1)).toMatchObject({ handler: 'meta', samples: null })
    }
    await expect(clean(broken)).rejects.toMatchObject(UNSUPPORTED)
  })

  it.each([
    [4, 15],
    [8, 200],
    [16, 300]
  ] as const)('goes without one whose sizes are told in %i bits', async (sizeBits, sampleBytes) => {
    const notes = [sampleBytes, 7, 9].map((bytes, index) => Buffer.alloc(bytes, `noted ${index} `))
    const cleaned =
      (await clean(timedFilm([pictures, { ...goPro, samples: notes, sizeBits }, sounds]))) ?? Buffer.alloc(0)
    expect(cleaned.includes('noted')).toBe(false)
    for (const sample of [...pictures.samples, ...sounds.samples]) expect(cleaned.includes(sample)).toBe(true)
  })

  it('tells a place that is noted by a track whose sizes are compact', async () => {
    for (const sizeBits of [8, 16] as const) {
      const film = timedFilm([pictures, { ...sony, sizeBits }])
      expect(await toldIn(film)).not.toEqual([])
      expect(await toldIn((await clean(film)) ?? Buffer.alloc(0))).toEqual([])
    }
  })

  it('is looked at in no time, however many samples of one size its sounds have', async () => {
    const film = timedFilm([pictures, goPro, sounds])
    const sizes = film.lastIndexOf('stsz', undefined, 'latin1')
    film.writeUInt32BE(4, sizes + 8)
    film.writeUInt32BE(0xffff_ffff, sizes + 12)
    const runs = film.lastIndexOf('stsc', undefined, 'latin1')
    film.writeUInt32BE(0x7fff_ffff, runs + 16)
    expect(await readFilm(await file('sounds.mp4', film))).toMatchObject({
      tracks: [{ samples: { length: 3 } }, { samples: { length: 2 } }, { samples: null }]
    })
    expect((await clean(film))?.includes('gpmd')).toBe(false)
  })

  it('is refused where its samples are not to be found, or are others’ too', async () => {
    const film = timedFilm([pictures, goPro])
    const fragments = timedFilm([pictures, goPro], box('mvex', box('trex', Buffer.alloc(24))))
    const elsewhere = Buffer.from(film)
    elsewhere.writeUInt8(0, elsewhere.lastIndexOf('url ', undefined, 'latin1') + 7)
    const counted = Buffer.from(film)
    counted.writeUInt32BE(9, counted.lastIndexOf('stsz', undefined, 'latin1') + 12)
    const inPictures = timedFilm([pictures, { ...goPro, startsAt: 100 }])
    const inIndex = timedFilm([pictures, { ...goPro, startsAt: film.lastIndexOf('moov', undefined, 'latin1') }])
    const before = timedFilm([pictures, { ...goPro, startsAt: 4 }])
    const behind = timedFilm([pictures, { ...goPro, startsAt: film.length + 9 }])
    const inFragments = [goPro, sony, apple].map((track) => fragmented(track))
    const chunks = timedFilm([pictures, sony])
    chunks.writeUInt32BE(99, chunks.lastIndexOf('stsc', undefined, 'latin1') + 8)
    for (const bad of [...inFragments, chunks, fragments, elsewhere, counted, inPictures, inIndex, before, behind]) {
      await expect(clean(bad)).rejects.toMatchObject(UNSUPPORTED)
    }
  })
})

describe.skipIf(!hasExifTool)('a film of a dashcam', () => {
  const driven: TestTrack = { ...pictures, between: dashcamBlock() }

  it.each(['listed in its index', 'not listed'])('goes without what lies between its pictures: %s', async (how) => {
    const list = box('gps ', Buffer.alloc(4), uint32(1, 32, 0x8000))
    const film = timedFilm([driven, sounds], ...(how === 'not listed' ? [] : [list]))
    expect(await toldIn(film)).not.toEqual([])
    const cleaned = (await clean(film)) ?? Buffer.alloc(0)
    expect(await toldIn(cleaned)).toEqual([])
    for (const told of ['$GPRMC', 'GPS ', 'gps ']) expect(cleaned.includes(told, 0, 'latin1')).toBe(false)
    for (const sample of [...pictures.samples, ...sounds.samples]) expect(cleaned.includes(sample)).toBe(true)
    expect(changed(film, cleaned).length).toBeLessThan(1_000)
  })

  it('keeps its pictures where the boxes of its positions have lengths of 64 bits', async () => {
    const list = longBox('gps ', Buffer.alloc(4), uint32(1, 32, 0x8000))
    const film = timedFilm([driven, sounds], list, box('udta', box('name', latin1('A drive'))))
    const cleaned = (await clean(Buffer.concat([film, longBox('GPS ', Buffer.alloc(200, 7)), box('free')]))) ?? film
    expect(await toldIn(cleaned)).toEqual([])
    expect(cleaned.includes(Buffer.alloc(100, 7))).toBe(false)
    const path = await file('long-boxes.mp4', cleaned)
    await using handle = await open(path)
    const types: string[] = []
    for await (const { type } of outerBoxes(handle)) types.push(type)
    expect(types).toEqual(['ftyp', 'mdat', 'moov', 'free', 'free'])
    const index = cleaned.subarray(cleaned.lastIndexOf('moov', undefined, 'latin1') + 4)
    expect([...innerBoxes(index)].map(({ type }) => type)).toContain('udta')
  })

  it('is looked at in no time, however many blocks it lists, and more of them than a call takes arguments', async () => {
    const entries = Array.from({ length: 300_000 }, () => [32, 0x8000]).flat()
    const list = Buffer.alloc(8 + 4 * entries.length)
    list.writeUInt32BE(entries.length / 2, 4)
    for (const [index, value] of entries.entries()) list.writeUInt32BE(value, 8 + 4 * index)
    const film = timedFilm([driven], box('gps ', list))
    expect((await clean(film))?.includes('$GPRMC')).toBe(false)
  })

  it('is found in one that is noted in a way that nobody knows', async () => {
    const strange = Buffer.concat([dashcamBlock().subarray(0, 12), Buffer.alloc(0x8000 - 12, 7)])
    const cleaned = await clean(
      timedFilm([
        { ...pictures, between: strange },
        { ...sounds, samples: [] }
      ])
    )
    expect(cleaned?.includes(Buffer.alloc(100, 7))).toBe(false)
  })

  it('is refused where its list points to what is no block, and where the list is cut off', async () => {
    const strange = dashcamBlock()
    strange.write('freeXYZ ', 4, 'latin1')
    strange.fill(7, 12)
    for (const entries of [
      [1, 32, 0x8000],
      [1, 0x7fff_ffff, 0x8000],
      [9, 32, 0x8000]
    ]) {
      const list = box('gps ', Buffer.alloc(4), uint32(...entries))
      await expect(clean(timedFilm([{ ...pictures, between: strange }], list))).rejects.toMatchObject(UNSUPPORTED)
    }
    const beyond = box('gps ', Buffer.alloc(4), uint32(1, 32, 0x8001))
    await expect(clean(timedFilm([driven], beyond))).rejects.toMatchObject(UNSUPPORTED)
    const unused = box('gps ', Buffer.alloc(4), uint32(2, 32, 0x8000, 0, 0))
    expect(
      (
        await clean(timedFilm([{ ...pictures, samples: [Buffer.alloc(9)], between: dashcamBlock() }], unused))
      )?.includes('$GPRMC')
    ).toBe(false)
  })

  it.each(['LIGOGPSINFO', '$GPRMC,154210', '$GNRMC,154210', '$GPGGA,154210', '$GNGGA,154210'])(
    'is refused where %s stands in what nobody knows, or on the border of what is looked at in one go',
    async (word) => {
      for (const before of [24, 8 * MiB - 4]) {
        const between = Buffer.concat([Buffer.alloc(before, 7), latin1(word), Buffer.alloc(200, 7)])
        const film = timedFilm([{ ...pictures, samples: pictures.samples.slice(0, 1), between }])
        await expect(clean(film)).rejects.toMatchObject(UNSUPPORTED)
      }
    }
  )

  it('is refused where a block has no end, or reaches into the pictures', async () => {
    for (const blockBytes of [4, 0x7fff_ffff, 0x8010]) {
      const between = dashcamBlock()
      between.writeUInt32BE(blockBytes)
      await expect(clean(timedFilm([{ ...pictures, between }]))).rejects.toMatchObject(UNSUPPORTED)
    }
  })
})

describe.skipIf(!hasExifTool || !hasFfmpeg)('a film that ffmpeg wrote', () => {
  it('shows the same pictures and sounds once a track is taken out of it', async () => {
    const path = await file('streams.mp4')
    const picture = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=25:duration=2']
    const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2']
    execFileSync('ffmpeg', ['-v', 'error', ...picture, ...sound, '-c:v', 'mpeg4', '-c:a', 'aac', '-y', path])
    const film = await readFile(path)
    const cleaned = (await clean(withTrack(film, goPro))) ?? Buffer.alloc(0)
    expect(await toldIn(cleaned)).toEqual([])
    const digests = async (bytes: Buffer) =>
      execFileSync('ffmpeg', ['-v', 'error', '-i', await file('seen.mp4', bytes), '-f', 'framemd5', '-']).toString()
    expect(await digests(cleaned)).toBe(await digests(film))
  })
})
