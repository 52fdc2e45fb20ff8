import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'
import { classNames } from './classNames.ts'
import styles from './VirtualList.module.css'

const css = classNames(styles)

type VirtualListProps<T> = {
  readonly label: string
  readonly lines: ReadonlyArray<T>
  readonly heightPx: (line: T) => number
  /** Heads stand out from the lines below them. */
  readonly isHead: (line: T) => boolean
  readonly children: (line: T) => ReactNode
}

/** A long list in a dialog, of which only what is in sight is drawn. */
export function VirtualList<T>({ label, lines, heightPx, isHead, children }: VirtualListProps<T>) {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const line = lines[index]
      return line === undefined ? 0 : heightPx(line)
    },
    overscan: 8
  })
  return (
    <div ref={scroller} className={css('list')}>
      <ul aria-label={label} className={css('rows')} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ key, index, start, size }) => {
          const line = lines[index]
          if (line === undefined) return null
          return (
            <li
              key={key}
              aria-setsize={lines.length}
              aria-posinset={index + 1}
              className={css('row', isHead(line) && 'head')}
              style={{ transform: `translateY(${start}px)`, height: size }}
            >
              {children(line)}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
