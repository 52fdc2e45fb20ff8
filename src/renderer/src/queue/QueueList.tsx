import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from 'react'
import type { FrameView } from '../../../shared/model/frame.ts'
import type { Settings } from '../../../shared/model/settings.ts'
import { isInConflict } from '../conflicts/conflictsOf.ts'
import { type Services, useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import { ContextMenu } from '../ui/Menu.tsx'
import { useStore } from '../ui/useStore.ts'
import { frameMenu } from './frameMenu.ts'
import { moveFocus, stepInTree } from './moveFocus.ts'
import styles from './QueueList.module.css'
import { QueueRow, ROW_HEIGHT_PX, rowId } from './QueueRow.tsx'
import { isInCloud } from './rowSentence.ts'

const css = classNames(styles)

type QueueListProps = {
  /** Of items. */
  readonly total: number
  readonly density: Settings['density']
  readonly label: string
}

/**
 * The frames as a listbox, or the shots as a tree: the list keeps the keyboard's focus, `aria-activedescendant` says in
 * which row.
 */
export function QueueList({ total, density, label }: QueueListProps) {
  const services = useServices()
  const { conflicts, queue, queueActions, selection, workspace } = services
  const scroller = useRef<HTMLDivElement>(null)
  const menuAnchor = useRef<HTMLDivElement>(null)
  const [menuAt, setMenuAt] = useState<{ x: number; y: number } | null>(null)
  // The ring around the row is for the keyboard; a click shows what is chosen.
  const [isByKeyboard, setByKeyboard] = useState(false)
  const focusIndex = useStore(selection, (state) => state.focusIndex)
  const isTree = useStore(queue, (state) => state.grouping === 'shot')
  const rowCount = useStore(queue, () => queue.rowCount)
  const rowHeightPx = ROW_HEIGHT_PX[density]

  const rows = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 8,
    // The row with the focus stays in the page however far away: a screen reader must find it.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range)
      return indexes.includes(focusIndex) || focusIndex >= rowCount
        ? indexes
        : [...indexes, focusIndex].sort((a, b) => a - b)
    }
  })
  const range = rows.range
  const first = range?.startIndex ?? 0
  const last = range?.endIndex ?? 0

  useEffect(() => queue.look(first, last), [queue, first, last])
  useEffect(() => queue.want(focusIndex), [queue, focusIndex])
  useEffect(() => {
    // Rows of another height: what was measured before no longer holds.
    if (rowHeightPx > 0) rows.measure()
  }, [rows, rowHeightPx])

  /** A question is put; anything else is shown at closer sight. */
  function openRow(index: number): void {
    const asking = queue.framesAt(index).find(isInConflict)
    selection.choose(index)
    if (asking) void conflicts.open(queue.state.collectionId, asking.id)
    else workspace.setOpen('inspector', true)
  }

  function openMenu(index: number, x: number, y: number): void {
    if (queue.framesAt(index).length === 0) return
    if (!selection.isRowChosen(index)) selection.choose(index)
    setMenuAt({ x, y })
  }

  function onMouseDown(event: MouseEvent<HTMLElement>): void {
    const index = indexOf(event)
    if (index === null || event.button !== 0) return
    event.preventDefault() // the list keeps the focus, not the row
    scroller.current?.focus()
    setByKeyboard(false)
    const over = (selector: string) => (event.target instanceof Element ? event.target.closest(selector) : null)
    const dots = over('[data-more]')
    if (over('[data-triangle]')) toggleOpen(index)
    else if (over('[data-fetch]')) {
      const ids = queue.framesAt(index).flatMap((frame) => (isInCloud(frame) ? [frame.id] : []))
      if (ids.length > 0) void queueActions.takeAnyway({ ids })
    } else if (dots) {
      const box = dots.getBoundingClientRect()
      openMenu(index, box.left, box.bottom)
    } else if (event.shiftKey) void selection.extendTo(index)
    else if (event.ctrlKey || event.metaKey) void selection.toggle(index)
    else selection.choose(index)
  }

  function onDoubleClick(event: MouseEvent<HTMLElement>): void {
    const index = indexOf(event)
    const isOnTriangle = event.target instanceof Element && event.target.closest('[data-triangle]') !== null
    if (index !== null && !isOnTriangle) openRow(index)
  }

  function toggleOpen(index: number): void {
    const item = queue.itemAt(index)
    if (item) queue.setOpen(item, !queue.isOpen(item.id))
  }

  /** Opens, closes or leaves a shot, as trees do. */
  function walkTree(key: 'ArrowRight' | 'ArrowLeft'): void {
    const item = queue.itemAt(focusIndex)
    if (item === null) return
    const target = stepInTree(key, {
      isMember: queue.memberAt(focusIndex) !== null,
      isOpen: queue.isOpen(item.id),
      opens: item.frames.length > 1
    })
    if (target === 'open' || target === 'close') queue.setOpen(item, target === 'open')
    const row = target === 'down' ? focusIndex + 1 : target === 'up' ? queue.rowOf(item.id) : null
    if (row === null) return
    selection.choose(row)
    rows.scrollToIndex(row, { align: 'auto' })
  }

  function onContextMenu(event: MouseEvent<HTMLElement>): void {
    // A keyboard's menu key comes through here as well, without a place: `onKeyDown` has answered it.
    const index = indexOf(event)
    event.preventDefault()
    if (index !== null) openMenu(index, event.clientX, event.clientY)
  }

  function openMenuAtFocus(): void {
    const box = document.getElementById(rowId(focusIndex))?.getBoundingClientRect()
    if (box) openMenu(focusIndex, box.left + 80, box.bottom)
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    setByKeyboard(true)
    const isCommand = event.ctrlKey || event.metaKey
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeightPx) - 1)
    const target = moveFocus(event.key, focusIndex, rowCount, pageRows)
    const select = selection.toFrameSelection()
    if (target !== null) {
      if (event.shiftKey) void selection.extendTo(target)
      else if (isCommand) selection.focus(target)
      else selection.choose(target)
      rows.scrollToIndex(target, { align: 'auto' })
    } else if (isTree && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) walkTree(event.key)
    else if (isCommand && event.key === 'a') void selection.chooseEverything()
    else if (isCommand && event.key === 'c' && select) {
      void services.linkActions.copy({ kind: 'frames', select, outputId: null }, null, 'plain')
    } else if (event.key === ' ') void selection.toggle(focusIndex)
    else if (event.key === 'Enter') openRow(focusIndex)
    else if (event.key === 'Escape') selection.clear()
    else if (event.key === 'Delete' && select) void services.queueActions.cancel(select)
    else if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) openMenuAtFocus()
    else return
    event.preventDefault()
  }

  const list = {
    role: isTree ? 'tree' : 'listbox',
    'aria-label': label,
    'aria-multiselectable': true,
    'aria-activedescendant': total > 0 ? rowId(focusIndex) : undefined,
    'data-keyboard': isByKeyboard,
    tabIndex: 0,
    onFocus: () => setByKeyboard(true),
    onKeyDown,
    onMouseDown,
    onDoubleClick,
    onContextMenu
  }
  const select = menuAt === null ? null : selection.toFrameSelection()
  return (
    <>
      <div {...list} ref={scroller} className={css('list')}>
        <div className={css('rows')} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => (
            <QueueRow
              key={queue.rowIdAt(row.index) ?? row.index}
              index={row.index}
              topPx={row.start}
              total={total}
              density={density}
            />
          ))}
        </div>
      </div>
      <div ref={menuAnchor} className={css('anchor')} style={{ left: menuAt?.x ?? 0, top: menuAt?.y ?? 0 }} />
      {menuAt !== null && select !== null && (
        <ContextMenu
          key={`${menuAt.x} ${menuAt.y}`}
          anchor={menuAnchor}
          isOpen
          label="Actions"
          entries={frameMenu(services, select, knownFrames(services))}
          onDone={() => {
            setMenuAt(null)
            scroller.current?.focus()
          }}
        />
      )}
    </>
  )
}

/** The row under the pointer; null between rows. */
function indexOf({ target }: MouseEvent): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null
  const index = Number(row?.dataset['index'])
  return row !== null && Number.isInteger(index) ? index : null
}

/** The chosen frames where all of them are known; otherwise null. */
function knownFrames({ selection, queue }: Services): ReadonlyArray<FrameView> | null {
  const { chosen } = selection.state
  if (chosen.kind === 'everything') return null
  const frames = [...chosen.ids].flatMap((id) => queue.frameById(id) ?? [])
  return frames.length === chosen.ids.size ? frames : null
}
