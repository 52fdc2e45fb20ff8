import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GiB, MiB } from '../../shared/units.ts'
import { choosePartBytes, countPutRequests, MAX_OBJECT_BYTES, planParts, SINGLE_PUT_BYTES } from './planParts.ts'

const anyFileBytes = fc.oneof(
  fc.integer({ min: 1, max: GiB }),
  fc.maxSafeInteger().map((n) => (Math.abs(n) % MAX_OBJECT_BYTES) + 1)
)
/** What the settings take: whole MiB from 8 to 512. */
const anyWanted = fc.option(fc.integer({ min: 8, max: 512 }).map((mebibytes) => mebibytes * MiB))

describe('choosePartBytes', () => {
  it('keeps to what R2 takes, for any file and any wish', () => {
    fc.assert(
      fc.property(anyFileBytes, anyWanted, (fileBytes, wanted) => {
        const partBytes = choosePartBytes(fileBytes, wanted)
        expect(partBytes % MiB).toBe(0)
        expect(partBytes).toBeGreaterThanOrEqual(8 * MiB)
        expect(partBytes).toBeLessThanOrEqual(5 * GiB - 5 * MiB) // the largest part
        expect(Math.ceil(fileBytes / partBytes)).toBeLessThanOrEqual(9_000)
      }),
      { numRuns: 2_000 }
    )
    expect(choosePartBytes(MAX_OBJECT_BYTES, 8 * MiB)).toBe(582 * MiB)
  })

  it('does as the person wishes where R2 can', () => {
    expect(choosePartBytes(GiB, 32 * MiB)).toBe(32 * MiB)
    expect(choosePartBytes(GiB, 1 * MiB)).toBe(5 * MiB)
    expect(choosePartBytes(1_000 * GiB, 8 * MiB)).toBe(114 * MiB)
  })

  it('takes 8 MiB below 128 MiB and 16 MiB from there on where nothing is wished', () => {
    expect(choosePartBytes(128 * MiB - 1, null)).toBe(8 * MiB)
    expect(choosePartBytes(128 * MiB, null)).toBe(16 * MiB)
    expect(choosePartBytes(1, null)).toBe(8 * MiB)
  })

  it('refuses what is too large for any object, and what is no size', () => {
    const tooLarge = expect.objectContaining({ code: 'file-too-large' })
    expect(() => choosePartBytes(MAX_OBJECT_BYTES + 1, null)).toThrow(tooLarge)
    for (const bytes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => choosePartBytes(bytes, null)).toThrow(RangeError)
  })
})

describe('planParts', () => {
  it('covers every byte once, in order, in parts of one size but the last, which is no larger', () => {
    const plans = fc.integer({ min: 1, max: 10_000 }).chain((parts) =>
      fc.integer({ min: 1, max: 600 * MiB }).chain((partBytes) =>
        fc.record({
          partBytes: fc.constant(partBytes),
          fileBytes: fc.integer({ min: (parts - 1) * partBytes + 1, max: parts * partBytes })
        })
      )
    )
    fc.assert(
      fc.property(plans, ({ fileBytes, partBytes }) => {
        const parts = planParts(fileBytes, partBytes)
        let end = 0
        for (const [index, part] of parts.entries()) {
          if (part.number !== index + 1 || part.start !== end) throw new Error(`A gap before part ${index + 1}`)
          end = part.end
          const bytes = part.end - part.start
          if (index + 1 < parts.length ? bytes !== partBytes : bytes < 1 || bytes > partBytes)
            throw new Error(`Part ${part.number} has ${bytes} bytes`)
        }
        expect(end).toBe(fileBytes)
        expect(parts.length).toBeLessThanOrEqual(10_000)
      })
    )
  })

  it('numbers the parts of any object within 10,000', () => {
    fc.assert(
      fc.property(anyFileBytes, anyWanted, (fileBytes, wanted) => {
        const parts = planParts(fileBytes, choosePartBytes(fileBytes, wanted))
        expect(parts.at(-1)?.number).toBeLessThanOrEqual(10_000)
        expect(parts.at(-1)?.end).toBe(fileBytes)
      })
    )
  })
})

describe('countPutRequests', () => {
  it('counts opening and completing where there are parts', () => {
    expect(countPutRequests(0)).toBe(1)
    expect(countPutRequests(SINGLE_PUT_BYTES)).toBe(1)
    expect(countPutRequests(SINGLE_PUT_BYTES + 1)).toBe(5)
  })
})
