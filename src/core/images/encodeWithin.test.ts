import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeWithin } from './encodeWithin.ts'

/** An encoder whose files grow with the quality, and a count of how often it was asked. */
function encoder(sizeAt: (quality: number) => number) {
  const asked: number[] = []
  const encode = async (quality: number) => {
    asked.push(quality)
    return Buffer.alloc(sizeAt(quality))
  }
  return { asked, encode }
}

const likeJpeg = (quality: number) => Math.round(20_000 * Math.exp(quality / 35))

describe('encodeWithin', () => {
  it('encodes once where the best quality is small enough', async () => {
    const { asked, encode } = encoder(likeJpeg)
    expect((await encodeWithin(1_000_000, 85, encode)).length).toBe(likeJpeg(85))
    expect(asked).toEqual([85])
  })

  it('comes near to the size in a few encodes', async () => {
    const { asked, encode } = encoder(likeJpeg)
    const { length } = await encodeWithin(80_000, 95, encode)
    expect(length).toBeLessThanOrEqual(80_000)
    expect(length).toBeGreaterThan(72_000)
    expect(asked.length).toBeLessThanOrEqual(4)
  })

  it('says how small it gets where that is not small enough', async () => {
    const { encode } = encoder(likeJpeg)
    await expect(encodeWithin(5_000, 85, encode)).rejects.toMatchObject({ code: 'picture-too-large' })
    await expect(encodeWithin(5_000, 3, encode)).rejects.toMatchObject({ code: 'picture-too-large' })
  })

  it('says so of an encoder that knows no quality', async () => {
    const { asked, encode } = encoder(() => 9_000)
    await expect(encodeWithin(5_000, 85, encode)).rejects.toMatchObject({ code: 'picture-too-large' })
    expect(asked.length).toBeLessThanOrEqual(7)
  })

  it('never gives more than was asked for, in no more than seven encodes, the same each time', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 101, maxLength: 101 })
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1_000, max: 300_000 }),
        fc.integer({ min: 1, max: 100 }),
        async (growth, max, quality) => {
          let bytes = 500
          const sizes = growth.map((step) => (bytes += step))
          const run = async () => {
            const { asked, encode } = encoder((at) => sizes[at] ?? 0)
            const length = await encodeWithin(max, quality, encode).then(
              (bytes) => bytes.length,
              () => null
            )
            return { asked, length }
          }
          const { asked, length } = await run()
          expect(asked.length).toBeLessThanOrEqual(7)
          if (length === null) expect(sizes[Math.min(10, quality)]).toBeGreaterThan(max)
          else expect(length).toBeLessThanOrEqual(max)
          expect(await run()).toEqual({ asked, length })
        }
      )
    )
  })
})
