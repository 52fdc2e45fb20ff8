import { describe, expect, it } from 'vitest'
import { selectionRulesSchema } from '../../../shared/model/selection.ts'
import {
  everyFrame,
  formatMB,
  readLines,
  readList,
  readMB,
  selectionErrors,
  selectionSummary,
  takesEverything
} from './selection.ts'

const errorsOf = (part: Partial<typeof everyFrame>) =>
  Object.entries(selectionErrors({ ...everyFrame, ...part })).flatMap(([field, error]) => (error ? [field] : []))

describe('what goes, while it is typed', () => {
  it('finds nothing wrong with rules that may be stored', () => {
    const rules = { include: ['*.nef', 'Selects/'], leastBytes: 0, mostBytes: 5e9, leastRating: 5, labels: ['Grün'] }
    expect(errorsOf(rules)).toEqual([])
    expect(selectionRulesSchema.safeParse({ ...everyFrame, ...rules }).success).toBe(true)
  })

  it.each([
    ['include', { include: ['/'] }],
    ['exclude', { exclude: ['a'.repeat(301)] }],
    ['exclude', { exclude: Array.from({ length: 201 }, (_, index) => `${index}.jpg`) }],
    ['kinds', { kinds: [] }],
    ['leastBytes', { leastBytes: Number.NaN }],
    ['mostBytes', { mostBytes: 0 }],
    ['mostBytes', { leastBytes: 2e6, mostBytes: 1e6 }],
    ['labels', { labels: Array.from({ length: 51 }, (_, index) => `label ${index}`) }],
    ['keywords', { keywords: ['k'.repeat(201)] }]
  ] as const)('says beside %s that it cannot be used', (field, part) => {
    expect(errorsOf(part as Partial<typeof everyFrame>)).toEqual([field])
  })

  it('tells in a few words what is set', () => {
    expect(selectionSummary(everyFrame)).toBe('Every photo goes')
    expect(
      selectionSummary({ ...everyFrame, kinds: ['raw', 'photo'], exclude: ['*.tmp'], leastBytes: 5e5, leastRating: 3 })
    ).toBe('RAW, Photos · 1 pattern · from 500 KB · rated 3 or more')
  })

  it('knows rules that leave nothing out, and no others', () => {
    expect(takesEverything(everyFrame)).toBe(true)
    expect(takesEverything({ ...everyFrame, exclude: ['a'] })).toBe(false)
    expect(takesEverything({ ...everyFrame, leastBytes: Number.NaN })).toBe(false)
  })
})

describe('the texts of its fields', () => {
  it.each([
    ['', null],
    [' 24 ', 24_000_000],
    ['0.5', 500_000],
    ['1,25', 1_250_000],
    ['abc', Number.NaN],
    ['-1', Number.NaN],
    ['1e3', Number.NaN],
    ['99999999', Number.NaN]
  ])('%j MB is read as %s bytes', (text, bytes) => {
    expect(readMB(text)).toBe(bytes)
  })

  it('come back as they were stored', () => {
    expect(formatMB(readMB('0.5'))).toBe('0.5')
    expect(formatMB(null)).toBe('')
    expect(readLines(' *.nef \n\n  Selects/\r\n')).toEqual(['*.nef', 'Selects/'])
    expect(readList('Green,, Blue sky ,')).toEqual(['Green', 'Blue sky'])
  })
})
