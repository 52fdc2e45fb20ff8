import { useMemo } from 'react'
import type { CoverageRow } from '../../../shared/model/coverage.ts'
import { formatBytes } from '../../../shared/units.ts'
import { coverageWords } from '../../../shared/words/coverageWords.ts'
import { problemSentence } from '../../../shared/words/problemWords.ts'
import { formatCount } from '../../../shared/words/stateWords.ts'
import { classNames } from '../ui/classNames.ts'
import { VirtualList } from '../ui/VirtualList.tsx'
import styles from './Coverage.module.css'
import { type CoverageLine, coverageLines } from './coverageLines.ts'

const css = classNames(styles)

const LINE_HEIGHT_PX: Readonly<Record<CoverageLine['kind'], number>> = { head: 36, row: 44 }

/** Files of the folder and objects of its place, by state. */
export function CoverageList({ rows }: { readonly rows: ReadonlyArray<CoverageRow> }) {
  const lines = useMemo(() => coverageLines(rows), [rows])
  return (
    <VirtualList
      label="Files and objects"
      lines={lines}
      heightPx={({ kind }) => LINE_HEIGHT_PX[kind]}
      isHead={({ kind }) => kind === 'head'}
    >
      {(line) =>
        line.kind === 'head' ? (
          <h3>{`${coverageWords[line.state]}: ${formatCount(line.count)}`}</h3>
        ) : (
          <Entry row={line.row} />
        )
      }
    </VirtualList>
  )
}

function Entry({ row: { name, keys, sizeBytes, problem } }: { readonly row: CoverageRow }) {
  return (
    <>
      <span className={css('name')} title={name}>
        {name}
      </span>
      <span className={css('why')}>
        {problem ? problemSentence(problem, null) : `${formatBytes(sizeBytes)} · ${keys.join(', ')}`}
      </span>
    </>
  )
}
