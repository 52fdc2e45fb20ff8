import { describe, expect, it } from 'vitest'
import { randomNumbers } from '../testing/randomNumbers.ts'
import { embeddedPositions } from './embeddedPositions.ts'
import { exifBlock } from './testing/exifBlock.ts'
import { mutate } from './testing/mutate.ts'

/** What is left once everything that was found is blanked. */
function blanked(bytes: Buffer): Buffer {
  const left = Buffer.from(bytes)
  for (const { start, blank } of embeddedPositions(bytes)) blank.copy(left, start)
  return left
}
const ofText = (text: string) => blanked(Buffer.from(text, 'latin1')).toString('latin1')
const gps = {
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
} as const

describe('embeddedPositions', () => {
  it('blanks coordinates in their own length, and nothing beside them', () => {
    expect(ofText('a +51.4830-003.1850+012.3/ b')).toBe(`a ${' '.repeat(24)} b`)
    expect(ofText('\xa9xyz\0\x12\x15\xc7+51.4830-003.1850/ b')).toBe(`free${'\0'.repeat(22)} b`)
    expect(ofText('<a exif:GPSLatitude="51,28.9N" b="1"/>')).toBe(`<a ${' '.repeat(27)} b="1"/>`)
    expect(ofText('<a><exif:GPSLongitude>3,1W</exif:GPSLongitude></a>')).toBe(`<a>${' '.repeat(43)}</a>`)
  })

  it('makes 0/0 of the coordinates of an EXIF block in either byte order, and leaves the rest of it', () => {
    const block = exifBlock({ image: { 271: 'Canon' }, gps })
    const left = blanked(block)
    expect(left.length).toBe(block.length)
    expect(left.includes('Canon')).toBe(true)
    expect(embeddedPositions(left)).toEqual([])
    expect(block.compare(left)).not.toBe(0)
  })

  it('takes nothing for a coordinate that is none', () => {
    for (const text of [
      '-1.25-3.50',
      '+1 800 555-0199',
      'v2.51-003',
      'loci\0\0\0\0',
      '\xa9xyz',
      'exif:GPSVersionID="2.2.0.0"',
      'Exif\0\0'
    ]) {
      expect(ofText(text)).toBe(text)
    }
  })

  it('stays within what it was given, however it is damaged', () => {
    const whole = Buffer.concat([
      exifBlock({ image: { 271: 'Canon' }, gps, thumbnail: exifBlock({ gps }) }),
      Buffer.from(
        '\0\0\0\x30loci\0\0\0\0\x15\xc7Home\0\0............earth\0\0....\xa9xyz\0\x12\x15\xc7+51.4830-003.1850/',
        'latin1'
      )
    ])
    for (let seed = 0; seed < 2_000; seed += 1) {
      const { bytes } = mutate(whole, randomNumbers(seed))
      for (const { start, blank } of embeddedPositions(bytes)) {
        expect(start).toBeGreaterThanOrEqual(0)
        expect(start + blank.length).toBeLessThanOrEqual(bytes.length)
      }
    }
  })
})
