import { type CoverageRow, type CoverageState, coverageStates } from '../../../shared/model/coverage.ts'

/** A line of the list: the head of a state, or a file or object below it. */
export type CoverageLine =
  | { readonly kind: 'head'; readonly state: CoverageState; readonly count: number }
  | { readonly kind: 'row'; readonly row: CoverageRow }

/** Grouped by state, what lacks first; within a state in the order of the folder. */
export function coverageLines(rows: ReadonlyArray<CoverageRow>): ReadonlyArray<CoverageLine> {
  const byState = Map.groupBy(rows, ({ state }) => state)
  return coverageStates.flatMap((state): CoverageLine[] => {
    const group = byState.get(state) ?? []
    if (group.length === 0) return []
    return [{ kind: 'head', state, count: group.length }, ...group.map((row): CoverageLine => ({ kind: 'row', row }))]
  })
}
