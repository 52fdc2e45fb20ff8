import { describe, expect, it } from 'vitest'
import { ORIGINAL, type Output, outputsSchema, WEB } from '../../../shared/model/output.ts'
import { presets } from '../../../shared/model/presets.ts'
import { withPreset } from './presetOutputs.ts'

const presetOf = (id: string) => {
  const preset = presets.find((one) => one.id === id)
  if (!preset) throw new Error(id)
  return preset
}
const idsOf = (outputs: ReadonlyArray<Output> | null) => outputs?.map(({ id }) => id)

describe('withPreset', () => {
  it('adds each preset whole to what a new collection has, and all of it can be used', () => {
    for (const preset of presets) {
      const next = withPreset([ORIGINAL, WEB], preset)
      expect(next).toHaveLength(2 + preset.renditions.length)
      expect(outputsSchema.parse(next)).toEqual(next)
    }
  })

  it('gives a free name to what has a taken one', () => {
    const twice = withPreset(withPreset([ORIGINAL, WEB], presetOf('web')) ?? [], presetOf('web'))
    expect(idsOf(twice)).toEqual(['original', 'web', 'web-2', 'web-3'])
  })

  it('adds nothing where it would be more outputs than a collection can have', () => {
    const full = withPreset([ORIGINAL, WEB], presetOf('responsive')) ?? []
    expect(full).toHaveLength(14)
    expect(withPreset(full, presetOf('responsive'))).toBeNull()
    expect(withPreset(full, presetOf('print'))).toHaveLength(15)
  })
})
