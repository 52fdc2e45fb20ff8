import { describe, expect, it } from 'vitest'
import { ORIGINAL, type Output, WEB } from '../shared/model/output.ts'
import { defaultSettings } from '../shared/model/settings.ts'
import { rulesFromOptions } from './rulesFromOptions.ts'

const base = defaultSettings.newCollection
const idsOf = (outputs: string, defined = base.outputs) =>
  rulesFromOptions({ ...base, outputs: defined }, { outputs }).outputs.map(({ id }) => id)

describe('--mirror', () => {
  const mirrored = (outputs: ReadonlyArray<Output>, options = {}) =>
    rulesFromOptions({ ...base, outputs: [...outputs] }, { mirror: true, ...options })

  it('sends originals alone, as the settings have them go', () => {
    const withoutPosition: Output = { kind: 'original', id: 'original', removesPosition: true }
    expect(mirrored([withoutPosition, WEB]).outputs).toEqual([withoutPosition])
    expect(mirrored([withoutPosition, WEB], { outputs: 'original' }).outputs).toEqual([withoutPosition])
    expect(mirrored([ORIGINAL, WEB]).outputs).toEqual([ORIGINAL])
    expect(mirrored([WEB])).toMatchObject({ outputs: [ORIGINAL], keyTemplate: '{folder}/{file}', conflict: 'replace' })
  })
})

describe('--outputs', () => {
  it('takes outputs of the settings and presets, each with all of its renditions', () => {
    expect(idsOf('original')).toEqual(['original'])
    expect(idsOf('original, proof')).toEqual(['original', 'proof'])
    const responsive = idsOf('responsive')
    expect(responsive).toHaveLength(12)
    expect(responsive).toEqual(expect.arrayContaining(['w320', 'w1920-avif']))
  })

  it('means what the settings mean where a preset has the same name', () => {
    const own = { ...WEB, id: 'proof', longEdgePx: 900 }
    expect(rulesFromOptions({ ...base, outputs: [own] }, { outputs: 'proof' }).outputs).toEqual([own])
  })

  it.each([
    ['poster', /"poster" is not one of .*responsive.*original/],
    ['', /"" is not one of/],
    ['web,', /"" is not one of/],
    ['web,web', /Two outputs have one name/],
    ['responsive,responsive', /outputs/],
    ['__proto__', /"__proto__" is not one of/]
  ])('refuses %j with words', (outputs, words) => {
    expect(() => idsOf(outputs)).toThrow(expect.objectContaining({ code: 'bad-request' }))
    expect(() => idsOf(outputs)).toThrow(words)
  })
})

describe('rulesFromOptions', () => {
  it.each([
    [{ minRating: '9' }, '--min-rating: '],
    [{ minRating: 'many' }, '--min-rating: '],
    [{ kinds: 'photo,poem' }, '--kinds: '],
    [{ include: ['*.jpg', '/'] }, '--include: '],
    [{ label: [' '] }, '--label: '],
    [{ keyword: ['lake', ''] }, '--keyword: '],
    [{ template: '' }, '--template: '],
    [{ cacheControl: 'ü' }, '--cache-control: '],
    [{ outputs: 'web,web' }, '--outputs: ']
  ])('names the option that is to blame: %j', (options, name) => {
    expect(() => rulesFromOptions(base, options)).toThrow(name)
  })
})
