import { describe, expect, it } from 'vitest'
import { outputSchema, outputsSchema, renditionSchema, WEB } from './output.ts'
import { presets } from './presets.ts'

describe('renditionSchema', () => {
  it('reads what was stored before renditions had more than a size, a format and a quality', () => {
    const stored = { kind: 'rendition', id: 'web', longEdgePx: 2048, format: 'webp', quality: 85, keepsPosition: false }
    expect(outputSchema.parse(stored)).toEqual(WEB)
    const { keepsPosition: _, ...older } = stored
    expect(outputSchema.parse(older)).toEqual(WEB)
  })

  it('survives a round trip through JSON', () => {
    for (const { renditions } of presets) {
      for (const rendition of renditions) {
        expect(renditionSchema.parse(JSON.parse(JSON.stringify(rendition)))).toEqual(rendition)
      }
    }
  })

  it.each([
    [{ box: { widthPx: 0, heightPx: 100, fit: 'fit' } }],
    [{ box: { widthPx: 100, heightPx: 100, fit: 'stretch' } }],
    [{ maxSizeBytes: 12 }],
    [{ metadata: 'some' }],
    [{ watermark: { kind: 'text', text: '   ' } }],
    [{ watermark: { kind: 'image', path: '' } }],
    [{ watermark: { kind: 'text', text: 'a', opacityPercent: 101 } }],
    [{ unknown: 1 }]
  ])('refuses %j', (part) => {
    expect(renditionSchema.safeParse({ ...WEB, ...part }).success).toBe(false)
  })
})

describe('presets', () => {
  it('are outputs that can be used together', () => {
    const all = presets.flatMap(({ renditions }) => renditions)
    expect(outputsSchema.safeParse(all).success).toBe(true)
  })

  it('never enlarge and never tell the place', () => {
    for (const { renditions } of presets) {
      for (const { enlarges, keepsPosition } of renditions) expect([enlarges, keepsPosition]).toEqual([false, false])
    }
  })
})
