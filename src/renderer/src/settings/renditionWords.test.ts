import { describe, expect, it } from 'vitest'
import { FULL_SIZE_PX, WEB } from '../../../shared/model/output.ts'
import { presets } from '../../../shared/model/presets.ts'
import { moreSentence, sizeModeOf, sizeModes, withSizeMode } from './renditionWords.ts'

describe('withSizeMode', () => {
  it('measures in the way asked for, whatever it was measured by before', () => {
    for (const before of sizeModes) {
      for (const after of sizeModes) {
        const rendition = withSizeMode(withSizeMode(WEB, before), after)
        expect(sizeModeOf(rendition)).toBe(after)
      }
    }
  })

  it('keeps the numbers as far as the other way has a place for them', () => {
    const box = { widthPx: 1080, heightPx: 1350, fit: 'fit' } as const
    expect(withSizeMode({ ...WEB, box }, 'fill').box).toEqual({ ...box, fit: 'fill' })
    expect(withSizeMode({ ...WEB, box }, 'edge')).toMatchObject({ box: null, longEdgePx: 1350 })
    expect(withSizeMode({ ...WEB, longEdgePx: 900 }, 'fit').box).toEqual({ widthPx: 900, heightPx: 900, fit: 'fit' })
    expect(withSizeMode({ ...WEB, longEdgePx: FULL_SIZE_PX }, 'edge').longEdgePx).toBe(2048)
  })
})

describe('moreSentence', () => {
  it('tells what is not in sight, the watermark too', () => {
    expect(moreSentence(WEB)).toBe('sRGB · rights and time · no position')
    const [proof] = presets.find(({ id }) => id === 'proof')?.renditions ?? []
    expect(proof && moreSentence({ ...proof, maxSizeBytes: 300_000, keepsPosition: true, enlarges: true })).toBe(
      'sRGB · sharpened a little · rights and time · keeps the position · enlarged · at most 300 KB · watermark PROOF'
    )
  })
})
