import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import type { CoverageRow } from '../../../shared/model/coverage.ts'
import { formatBytes } from '../../../shared/units.ts'
import { coverageWords } from '../../../shared/words/coverageWords.ts'
import { problemSentence } from '../../../shared/words/problemWords.ts'
import { formatCount } from '../../../shared/words/stateWords.ts'
import { classNames } from '../ui/classNames.ts'
import styles from './Coverage.module.css'
import { type CoverageLine, coverageLines } from './coverageLines.ts'

const css = classNames(styles)

const LINE_HEIGHT_PX: Readonly<Record<CoverageLine['kind'], number>> = { head: 36, row: 44 }

/** Files of the folder and objects of its place, by state. */
export function CoverageList({ rows }: { readonly rows: ReadonlyArray<CoverageRow> }) {
  const scroller = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => coverageLines(rows), [rows])
  const list = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => LINE_HEIGHT_PX[lines[index]?.kind ?? 'row'],
    overscan: 8
  })
  return (
    <div ref={scroller} className={css('list')}>
      <ul aria-label="Files and objects" className={css('rows')} style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ key, index, start, size }) => {
          const line = lines[index]
          if (!line) return null
          return (
            <li
              key={key}
              aria-setsize={lines.length}
              aria-posinset={index + 1}
              className={css('row', line.kind)}
              style={{ transform: `translateY(${start}px)`, height: size }}
            >
              {line.kind === 'head' ? (
                <h3>{`${coverageWords[line.state]}: ${formatCount(line.count)}`}</h3>
              ) : (
                <Entry row={line.row} />
              )}
            </li>
          )
        })}
      </ul>
    </div>
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
