import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Box, FULL_SIZE_PX } from '../../shared/model/output.ts'
import { outputSize } from './outputSize.ts'

const landscape = { widthPx: 6000, heightPx: 4000 }
const small = { widthPx: 600, heightPx: 400 }
const ask = (longEdgePx: number, box: Box | null = null, enlarges = false) => ({ longEdgePx, box, enlarges })
const box = (widthPx: number, heightPx: number, fit: Box['fit']): Box => ({ widthPx, heightPx, fit })

describe('outputSize', () => {
  it.each([
    ['a long edge', ask(2048), landscape, 2048, 1365],
    ['a long edge, upright', ask(2048), { widthPx: 4000, heightPx: 6000 }, 1365, 2048],
    ['full size', ask(FULL_SIZE_PX), landscape, 6000, 4000],
    ['nothing larger than the source', ask(2048), small, 600, 400],
    ['something larger where that is asked for', ask(1200, null, true), small, 1200, 800],
    ['what fits into a box', ask(16, box(1080, 1350, 'fit')), landscape, 1080, 720],
    ['a filled box', ask(16, box(1080, 1350, 'fill')), landscape, 1080, 1350],
    ['the shape of a box that the source cannot fill', ask(16, box(1000, 1000, 'fill')), small, 400, 400],
    ['a box filled by enlarging', ask(16, box(1000, 1000, 'fill'), true), small, 1000, 1000],
    ['a line of one pixel', ask(100), { widthPx: 60_000, heightPx: 3 }, 100, 1]
  ])('gives %s', (_, rendition, source, widthPx, heightPx) => {
    expect(outputSize(rendition, source, 'jpeg')).toMatchObject({ widthPx, heightPx })
  })

  it('stays within what WebP can count', () => {
    const wide = { widthPx: 40_000, heightPx: 1000 }
    expect(outputSize(ask(FULL_SIZE_PX), wide, 'webp')).toMatchObject({ widthPx: 16_383, heightPx: 410 })
    expect(outputSize(ask(FULL_SIZE_PX), wide, 'jpeg')).toMatchObject(wide)
  })

  it('asks for enough pixels to cut a box from', () => {
    expect(outputSize(ask(16, box(1000, 1000, 'fill')), landscape, 'jpeg').decodedEdgePx).toBe(1500)
  })

  it('is never empty, never larger than asked, and never needs more than there is', () => {
    const sides = fc.integer({ min: 1, max: 65_535 })
    const asked = fc.record({ widthPx: sides, heightPx: sides, fit: fc.constantFrom<Box['fit']>('fit', 'fill') })
    const source = fc.record({ widthPx: sides, heightPx: sides })
    fc.assert(
      fc.property(asked, source, fc.boolean(), (box, source, enlarges) => {
        const size = outputSize({ longEdgePx: 16, box, enlarges }, source, 'webp')
        expect(Math.min(size.widthPx, size.heightPx)).toBeGreaterThanOrEqual(1)
        expect(size.widthPx).toBeLessThanOrEqual(Math.min(box.widthPx, 16_383))
        expect(size.heightPx).toBeLessThanOrEqual(Math.min(box.heightPx, 16_383))
        expect(size.decodedEdgePx).toBeLessThanOrEqual(Math.max(source.widthPx, source.heightPx))
        if (!enlarges) expect(size.widthPx).toBeLessThanOrEqual(source.widthPx)
      })
    )
  })
})
