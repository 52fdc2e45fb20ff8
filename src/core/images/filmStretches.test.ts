import { open } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { filmStretches } from './filmStretches.ts'
import { box, latin1 } from './testing/boxes.ts'
import { testFolder } from './testing/pictures.ts'

const file = testFolder()

async function stretchesOf(...pieces: ReadonlyArray<Buffer>): Promise<ReadonlyArray<string>> {
  const bytes = Buffer.concat(pieces)
  await using handle = await open(await file('film', bytes))
  return (await filmStretches(handle)).map(({ start, end }) => bytes.toString('latin1', start, end))
}

const ftyp = box('ftyp', latin1('mp42\0\0\0\0'))
const moov = box('moov', box('udta'))
const mdat = box('mdat', latin1('pictures'))

it('leaves out pictures and sounds, wherever they lie', async () => {
  const [head, index] = [ftyp.toString('latin1'), moov.toString('latin1')]
  expect(await stretchesOf(ftyp, moov, mdat)).toEqual([head + index])
  expect(await stretchesOf(ftyp, mdat, moov)).toEqual([head, index])
  expect(await stretchesOf(ftyp, mdat, moov, mdat, moov)).toEqual([head, index, index])
})

it('follows boxes with a length of 64 bits, and one to the end of the file', async () => {
  const long = Buffer.concat([
    Buffer.from([0, 0, 0, 1]),
    latin1('mdat'),
    Buffer.from([0, 0, 0, 0, 0, 0, 0, 20, 9, 9, 9, 9])
  ])
  const last = Buffer.concat([Buffer.from([0, 0, 0, 0]), latin1('mdat'), latin1('pictures')])
  expect(await stretchesOf(ftyp, long, moov, last)).toEqual([ftyp.toString('latin1'), moov.toString('latin1')])
})

it('takes what follows a broken box, or stands behind the last one, as it is', async () => {
  const broken = Buffer.concat([Buffer.from([0, 0, 0, 3]), latin1('moov and more')])
  expect(await stretchesOf(ftyp, mdat, broken)).toEqual([ftyp.toString('latin1'), broken.toString('latin1')])
  expect(await stretchesOf(ftyp, mdat, latin1('end'))).toEqual([ftyp.toString('latin1'), 'end'])
})

it('finds nothing in a film that is not made of boxes, or is cut off within its pictures', async () => {
  expect(await stretchesOf(latin1('\x1aE\xdf\xa3 Matroska'))).toEqual([])
  expect(await stretchesOf(ftyp, mdat.subarray(0, 12))).toEqual([ftyp.toString('latin1')])
  expect(await stretchesOf(Buffer.alloc(0))).toEqual([])
})
