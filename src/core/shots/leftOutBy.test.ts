import { describe, expect, it } from 'vitest'
import { selectionRulesSchema } from '../../shared/model/selection.ts'
import { asksForMarks, leftOutByKind, leftOutByMarks, leftOutByName, NO_MARKS } from './leftOutBy.ts'

const rulesOf = (rules: object) => selectionRulesSchema.parse(rules)
const frame = (relativePath: string, sizeBytes = 1_000) => ({ relativePath, sizeBytes })

describe('leftOutByName', () => {
  it('lets everything go by default', () => {
    const rules = rulesOf({})
    expect(leftOutByName(rules, frame('a/b.jpg', 0))).toBeNull()
    expect(leftOutByKind(rules, 'other')).toBeNull()
    expect([asksForMarks(rules), leftOutByMarks(rules, { ...NO_MARKS, rating: -1 })]).toEqual([false, null])
  })

  it('takes what is included unless it is excluded', () => {
    const rules = rulesOf({ include: ['*.jpg', 'keep/'], exclude: ['Export/'] })
    expect(leftOutByName(rules, frame('a.JPG'))).toBeNull()
    expect(leftOutByName(rules, frame('keep/a.tif'))).toBeNull()
    expect(leftOutByName(rules, frame('a.tif'))).toMatch('none of the patterns')
    expect(leftOutByName(rules, frame('Export/a.jpg'))).toMatch('Export/')
  })

  it('has limits that are within what goes', () => {
    const rules = rulesOf({ leastBytes: 10, mostBytes: 20 })
    const sizes = [9, 10, 20, 21].map((sizeBytes) => leftOutByName(rules, frame('a.jpg', sizeBytes)) === null)
    expect(sizes).toEqual([false, true, true, false])
  })
})

describe('leftOutByMarks', () => {
  it('wants the rating or a better one, and no rejected frame', () => {
    const rules = rulesOf({ leastRating: 3 })
    const passing = [-1, 0, 2, 3, 5].filter((rating) => leftOutByMarks(rules, { ...NO_MARKS, rating }) === null)
    expect(passing).toEqual([3, 5])
  })

  it('finds labels and keywords whatever their case and normalisation, in any language', () => {
    const marks = { rating: 0, label: 'Grün', keywords: ['Zoe\u0308', 'Braut'] }
    expect(leftOutByMarks(rulesOf({ labels: ['red', 'GRÜN'] }), marks)).toBeNull()
    expect(leftOutByMarks(rulesOf({ labels: ['red'] }), marks)).toMatch('Grün')
    expect(leftOutByMarks(rulesOf({ keywords: ['zoë'] }), marks)).toBeNull()
    expect(leftOutByMarks(rulesOf({ keywords: ['groom'] }), marks)).toMatch('groom')
    expect(leftOutByMarks(rulesOf({ labels: ['red'] }), NO_MARKS)).toMatch('no colour label')
  })
})
