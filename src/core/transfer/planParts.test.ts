import { describe, expect, it } from 'vitest'
import { GiB, MiB } from '../../shared/units.ts'
import { choosePartBytes, countPutRequests, MAX_OBJECT_BYTES, planParts, SINGLE_PUT_BYTES } from './planParts.ts'

describe('choosePartBytes', () => {
  it('keeps to what R2 takes, up to the largest object', () => {
    for (const bytes of [1, 8 * MiB, 128 * MiB - 1, 128 * MiB, GiB, 140 * GiB, 1_000 * GiB, MAX_OBJECT_BYTES]) {
      const partBytes = choosePartBytes(bytes)
      expect(partBytes % MiB).toBe(0)
      expect(partBytes).toBeGreaterThanOrEqual(8 * MiB)
      expect(Math.ceil(bytes / partBytes)).toBeLessThanOrEqual(9_000)
    }
    expect(choosePartBytes(128 * MiB - 1)).toBe(8 * MiB)
    expect(choosePartBytes(128 * MiB)).toBe(16 * MiB)
  })

  it('refuses what is too large for any object, and what is no size', () => {
    expect(() => choosePartBytes(MAX_OBJECT_BYTES + 1)).toThrow(expect.objectContaining({ code: 'file-too-large' }))
    for (const bytes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => choosePartBytes(bytes)).toThrow(RangeError)
  })
})

describe('planParts', () => {
  it('gives every part but the last the same size, without gaps', () => {
    for (const bytes of [1, 9, 10, 11, 99, 100, 101]) {
      const parts = planParts(bytes, 10)
      expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index + 1))
      expect(parts[0]?.start).toBe(0)
      expect(parts.at(-1)?.end).toBe(bytes)
      for (const [index, part] of parts.slice(1).entries()) expect(part.start).toBe(parts[index]?.end)
      for (const part of parts.slice(0, -1)) expect(part.end - part.start).toBe(10)
    }
  })

  it('numbers the parts of the largest object within 10,000', () => {
    expect(planParts(MAX_OBJECT_BYTES, choosePartBytes(MAX_OBJECT_BYTES)).at(-1)?.number).toBeLessThanOrEqual(10_000)
  })
})

describe('countPutRequests', () => {
  it('counts opening and completing where there are parts', () => {
    expect(countPutRequests(0)).toBe(1)
    expect(countPutRequests(SINGLE_PUT_BYTES)).toBe(1)
    expect(countPutRequests(SINGLE_PUT_BYTES + 1)).toBe(5)
  })
})
