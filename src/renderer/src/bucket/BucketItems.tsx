import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { moveFocus } from '../queue/moveFocus.ts'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import { useStore } from '../ui/useStore.ts'
import styles from './BucketItems.module.css'
import { BucketLine, BucketTile, itemId } from './BucketTile.tsx'

const css = classNames(styles)

export type BucketView = 'grid' | 'list'

const TILE_MIN_PX = 184
const TILE_ROW_PX = 196
const LINE_PX = 44
const SIDES_PX = 20
/** Rows before the end at which what follows is asked for. */
const AHEAD_ROWS = 4

/** Folders and objects, as pictures or as lines; a listbox either way, drawn only where it is in view. */
export function BucketItems({ view }: { readonly view: BucketView }) {
  const { bucket, workspace } = useServices()
  const items = useStore(bucket, (state) => state.items)
  const accountId = useStore(bucket, (state) => state.accountId)
  const focusIndex = useStore(bucket, (state) => state.focusIndex)
  const scroller = useRef<HTMLDivElement>(null)
  const [isByKeyboard, setByKeyboard] = useState(false)
  const widthPx = useWidth(scroller)
  const columns = view === 'list' ? 1 : Math.max(1, Math.floor((widthPx - SIDES_PX) / TILE_MIN_PX))
  const rowPx = view === 'list' ? LINE_PX : TILE_ROW_PX
  const count = Math.ceil(items.length / columns)
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    paddingStart: view === 'list' ? 0 : 12,
    paddingEnd: 12,
    overscan: 2
  })
  const first = rows.range?.startIndex ?? 0
  const last = rows.range?.endIndex ?? 0

  useEffect(() => {
    if (rowPx > 0) rows.measure()
  }, [rows, rowPx])
  useEffect(() => {
    const visible = items.slice(first * columns, (last + 1) * columns)
    bucket.wantPreviews(visible.flatMap((item) => (item.kind === 'object' ? [item.object] : [])))
    if (last >= count - AHEAD_ROWS) void bucket.loadMore()
  }, [bucket, items, first, last, columns, count])

  function open(index: number): void {
    const item = items[index]
    if (!item || accountId === null) return
    if (item.kind === 'folder') workspace.go({ kind: 'bucket', accountId, prefix: item.id })
    else {
      bucket.choose(index)
      workspace.setOpen('inspector', true)
    }
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    setByKeyboard(true)
    const isCommand = event.ctrlKey || event.metaKey
    const target = step(event.key)
    if (target !== null) {
      if (event.shiftKey) bucket.extendTo(target)
      else bucket.choose(target)
      rows.scrollToIndex(Math.floor(target / columns), { align: 'auto' })
    } else if (isCommand && event.key === 'a') bucket.chooseAll()
    else if (event.key === ' ') bucket.toggle(focusIndex)
    else if (event.key === 'Enter') open(focusIndex)
    else if (event.key === 'Escape') bucket.clearChosen()
    else if (event.key === 'Delete') void bucket.askToDelete()
    else return
    event.preventDefault()
  }

  /** Sideways by one, up and down by a row of pictures. */
  function step(key: string): number | null {
    if (items.length === 0) return null
    if (columns > 1 && key === 'ArrowRight') return Math.min(items.length - 1, focusIndex + 1)
    if (columns > 1 && key === 'ArrowLeft') return Math.max(0, focusIndex - 1)
    if (key === 'End') return items.length - 1
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 1)
    const row = moveFocus(key, Math.floor(focusIndex / columns), count, pageRows)
    if (row === null || key === 'Home') return row
    return Math.min(items.length - 1, row * columns + (focusIndex % columns))
  }

  function onMouseDown(event: MouseEvent<HTMLElement>): void {
    if (event.button !== 0) return
    const index = indexOf(event)
    event.preventDefault()
    scroller.current?.focus()
    setByKeyboard(false)
    if (index === null) bucket.clearChosen()
    else if (event.shiftKey) bucket.extendTo(index)
    else if (event.ctrlKey || event.metaKey) bucket.toggle(index)
    else bucket.choose(index)
  }

  function onDoubleClick(event: MouseEvent<HTMLElement>): void {
    const index = indexOf(event)
    if (index !== null) open(index)
  }

  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label="Objects"
      aria-multiselectable
      aria-activedescendant={itemId(focusIndex)}
      tabIndex={0}
      data-keyboard={isByKeyboard}
      className={css('items')}
      onFocus={() => setByKeyboard(true)}
      onKeyDown={onKeyDown}
      onMouseDown={onMouseDown}
      onDoubleClick={onDoubleClick}
    >
      <div className={css('canvas')} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const start = row.index * columns
          if (view === 'list') return <BucketLine key={row.key} index={start} topPx={row.start} />
          const style = {
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            transform: `translateY(${row.start}px)`
          }
          return (
            <div key={row.key} role="presentation" className={css('gridRow')} style={style}>
              {items.slice(start, start + columns).map((item, column) => (
                <BucketTile key={item.id} index={start + column} />
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** The element's inner width in pixels, followed as it changes. */
function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [widthPx, setWidthPx] = useState(0)
  useLayoutEffect(() => {
    const { current } = element
    if (!current) return
    const observer = new ResizeObserver(() => setWidthPx(current.clientWidth))
    observer.observe(current)
    setWidthPx(current.clientWidth)
    return () => observer.disconnect()
  }, [element])
  return widthPx
}

function indexOf({ target }: MouseEvent): number | null {
  const item = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null
  return item === null ? null : Number(item.dataset['index'])
}
