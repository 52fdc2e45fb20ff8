import { describe, expect, it } from 'vitest'
import type { CoverageRow, CoverageState } from '../model/coverage.ts'
import { countCoverage, coverageSentence, coverageTone, isCovered } from './coverageWords.ts'

const rows = (...states: CoverageState[]): CoverageRow[] =>
  states.map((state) => ({ state, name: 'a.jpg', sizeBytes: 1, keys: [], problem: null }))
const sentence = (...states: CoverageState[]) => coverageSentence({ rows: rows(...states), prefix: 'assets/' })

describe('coverage in words', () => {
  it('says how many are there, and what lacks', () => {
    expect(sentence('there')).toBe('All 1 file is in the bucket as on disk')
    expect(sentence('there', 'there', 'only-remote')).toBe(
      'All 2 files are in the bucket as on disk; 1 more only in the bucket, below assets/'
    )
    expect(sentence('there', 'missing', 'stale', 'unreadable')).toBe(
      '1 of 4 files are in the bucket as on disk; 1 missing, 1 changed since, 1 cannot be looked at'
    )
  })

  it('has no good word for a folder in which there is nothing, or of which anything is in doubt', () => {
    expect(sentence()).toBe('The folder has no files to compare')
    expect(isCovered(countCoverage([]))).toBe(false)
    expect(isCovered(countCoverage(rows('only-remote')))).toBe(false)
    expect(isCovered(countCoverage(rows('there', 'unreadable')))).toBe(false)
    expect(coverageTone(countCoverage([]))).toBe('quiet')
    expect(coverageTone(countCoverage(rows('there', 'missing')))).toBe('warn')
  })

  it('is good where every file is there, whatever else the bucket has', () => {
    expect(coverageTone(countCoverage(rows('there', 'only-remote')))).toBe('good')
  })
})
