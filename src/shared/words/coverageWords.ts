import { type Coverage, type CoverageRow, type CoverageState, coverageStates } from '../model/coverage.ts'
import { countOf, formatCount, type Tone } from './stateWords.ts'

/** Titles of groups, and what one of a file says. */
export const coverageWords: Readonly<Record<CoverageState, string>> = {
  missing: 'Not in the bucket',
  stale: 'Another version in the bucket',
  unreadable: 'Cannot be looked at',
  'only-remote': 'Only in the bucket',
  there: 'In the bucket'
}

export type CoverageCounts = Readonly<Record<CoverageState, number>>

export function countCoverage(rows: ReadonlyArray<CoverageRow>): CoverageCounts {
  const counts = Object.fromEntries(coverageStates.map((state) => [state, 0])) as Record<CoverageState, number>
  for (const { state } of rows) counts[state] += 1
  return counts
}

/** Whether every file of the folder is in the bucket, as it is on disk. An empty folder is nothing to be sure of. */
export function isCovered(counts: CoverageCounts): boolean {
  return counts.there > 0 && counts.missing + counts.stale + counts.unreadable === 0
}

/** For example `40 of 43 files are in the bucket as they are on disk; 2 missing, 1 changed since`. */
export function coverageSentence({ rows, prefix }: Pick<Coverage, 'rows' | 'prefix'>): string {
  const counts = countCoverage(rows)
  const files = rows.length - counts['only-remote']
  if (files === 0) return 'The folder has no files to compare'
  const lacks = [
    counts.missing > 0 ? `${formatCount(counts.missing)} missing` : '',
    counts.stale > 0 ? `${formatCount(counts.stale)} changed since` : '',
    counts.unreadable > 0 ? `${formatCount(counts.unreadable)} cannot be looked at` : '',
    counts['only-remote'] > 0
      ? `${formatCount(counts['only-remote'])} more only in the bucket${prefix ? `, below ${prefix}` : ''}`
      : ''
  ].filter(Boolean)
  const whole =
    counts.there === files
      ? `All ${countOf(files, 'file')}`
      : `${formatCount(counts.there)} of ${countOf(files, 'file')}`
  const verb = counts.there === 1 && files === 1 ? 'is' : 'are'
  return `${whole} ${verb} in the bucket as on disk${lacks.length > 0 ? `; ${lacks.join(', ')}` : ''}`
}

export function coverageTone(counts: CoverageCounts): Tone {
  if (isCovered(counts)) return 'good'
  return counts.stale + counts.unreadable + counts.missing > 0 ? 'warn' : 'quiet'
}
