import { ChevronDown, ChevronRight, CloudDownload, Ellipsis } from 'lucide-react'
import { memo, useSyncExternalStore } from 'react'
import type { FrameView } from '../../../shared/model/frame.ts'
import type { Settings } from '../../../shared/model/settings.ts'
import { formatBytes } from '../../../shared/units.ts'
import { frameProgress, uploadSentence, uploadTone } from '../../../shared/words/stateWords.ts'
import { useServices } from '../services.ts'
import { quietWords } from '../settings/hoursWords.ts'
import { classNames } from '../ui/classNames.ts'
import { Thumb } from '../ui/Thumb.tsx'
import { useNow } from '../ui/useNow.ts'
import { useStore } from '../ui/useStore.ts'
import { frameAttemptNote } from './attemptNote.ts'
import type { QueueItem } from './QueueItem.ts'
import styles from './QueueRow.module.css'
import { isInCloud, rowTone } from './rowSentence.ts'
import { kindChips, shotFace, shotSentence } from './shotFace.ts'

const css = classNames(styles)

export const ROW_HEIGHT_PX: Readonly<Record<Settings['density'], number>> = { comfortable: 56, compact: 32 }
const THUMB_HEIGHT_PX: Readonly<Record<Settings['density'], number>> = { comfortable: 40, compact: 24 }

type QueueRowProps = {
  readonly index: number
  readonly topPx: number
  /** Of items. */
  readonly total: number
  readonly density: Settings['density']
}

export function rowId(index: number): string {
  return `queue-row-${index}`
}

/** One frame, or a shot. It reads its own place in the store, so a tick of its progress redraws it alone. */
export const QueueRow = memo(function QueueRow({ index, topPx, total, density }: QueueRowProps) {
  const { queue, selection } = useServices()
  const shot = useSyncExternalStore(queue.subscribe, () => queue.itemAt(index))
  const member = useSyncExternalStore(queue.subscribe, () => queue.memberAt(index))
  const isOpen = useSyncExternalStore(queue.subscribe, () => shot !== null && queue.isOpen(shot.id))
  const position = useSyncExternalStore(queue.subscribe, () => queue.placeAt(index))
  const isTree = useStore(queue, (state) => state.grouping === 'shot')
  const isFocused = useStore(selection, (state) => state.focusIndex === index)
  const isChosen = useStore(selection, () => selection.isRowChosen(index))
  const frame = member === null ? null : (shot?.frames[member] ?? null)
  const item: QueueItem | null = frame === null ? shot : { id: frame.id, frames: [frame] }
  const opens = member === null && shot !== null && shot.frames.length > 1
  const place = { 'aria-setsize': total, 'aria-posinset': position + 1 }
  const within = { 'aria-setsize': shot?.frames.length ?? 1, 'aria-posinset': (member ?? 0) + 1 }
  const inTree = {
    role: 'treeitem',
    'aria-level': member === null ? 1 : 2,
    ...(member === null ? place : within),
    ...(opens ? { 'aria-expanded': isOpen } : {})
  }
  const semantics = { 'aria-selected': isChosen, ...(isTree ? inTree : { role: 'option', ...place }) }
  return (
    <div
      {...semantics}
      id={rowId(index)}
      tabIndex={-1}
      data-index={index}
      className={css(
        'row',
        density === 'compact' && 'compact',
        isTree && 'inTree',
        member !== null && 'member',
        isChosen && 'chosen',
        isFocused && 'focused'
      )}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      {isTree && <Triangle isOpen={opens ? isOpen : null} />}
      {item ? <RowContent item={item} density={density} /> : <LoadingContent />}
    </div>
  )
})

/** For the mouse; the keyboard has the arrows. `isOpen` null: nothing to open. */
function Triangle({ isOpen }: { readonly isOpen: boolean | null }) {
  if (isOpen === null) return <span />
  const Icon = isOpen ? ChevronDown : ChevronRight
  return (
    <span
      aria-hidden
      title={isOpen ? 'Fold its files away' : 'Show its files'}
      data-triangle
      className={css('triangle')}
    >
      <Icon size={16} />
    </span>
  )
}

type RowContentProps = { readonly item: QueueItem; readonly density: Settings['density'] }

function RowContent({ item, density }: RowContentProps) {
  const { app, queue } = useServices()
  const face = shotFace(item)
  const { collectionId } = face
  const quiet = useStore(app, ({ collections }) => collections.find(({ id }) => id === collectionId)?.rules.quiet)
  const isCounting = face.status === 'settling' || face.uploads.some(({ status }) => status === 'retrying')
  const nowMs = useNow(isCounting ? 1000 : null)
  const progress = frameProgress(face)
  const attempt = frameAttemptNote(face)
  const sentence = shotSentence(item, nowMs, (id) => queue.settlingSinceMs(id), quiet ? quietWords(quiet) : null)
  return (
    <>
      <div style={{ height: THUMB_HEIGHT_PX[density] }}>
        <Thumb previewUrl={face.previewUrl} thumbhash={face.thumbhash} kind={face.kind} />
      </div>
      <div className={css('words')}>
        <span className={css('name')} title={face.path}>
          {face.name}
          {face.folder !== '' && <span className={css('folder')}> in {face.folder}</span>}
        </span>
        <span className={css('sentence', rowTone(face))} title={sentence}>
          {sentence}
          {attempt !== null && <span className={css('attempt')}> · {attempt}</span>}
        </span>
      </div>
      {item.frames.some(isInCloud) ? (
        <span aria-hidden data-fetch className={css('fetch')}>
          <CloudDownload size={14} />
          Fetch and send
        </span>
      ) : (
        <Chips frames={item.frames} nowMs={nowMs} />
      )}
      <span className={css('size')}>{formatBytes(face.sizeBytes)}</span>
      {/* For the mouse; the keyboard has the menu key and Shift+F10. */}
      <span aria-hidden title="Actions" data-more className={css('more')}>
        <Ellipsis size={16} />
      </span>
      {progress !== null && (
        <div aria-hidden className={css('progress')}>
          <div className={css('progressBar')} style={{ transform: `scaleX(${progress})` }} />
        </div>
      )}
    </>
  )
}

/** Of a shot the files it consists of, of a frame what is made of it. */
function Chips({ frames, nowMs }: { readonly frames: QueueItem['frames']; readonly nowMs: number }) {
  const [frame, ...others] = frames
  const chips =
    others.length > 0
      ? kindChips(frames).map(({ word, tone, names }) => ({ id: word, word, tone, tip: names.join('\n') }))
      : outputChips(frame, nowMs)
  return (
    <div className={css('outputs')}>
      {chips.map(({ id, word, tone, tip }) => (
        <span key={id} className={css('output', tone)} title={tip}>
          {word}
        </span>
      ))}
    </div>
  )
}

function outputChips({ uploads }: FrameView, nowMs: number) {
  return uploads.map((upload) => ({
    id: upload.id,
    word: upload.outputId,
    tone: uploadTone(upload),
    tip: uploadSentence(upload, nowMs)
  }))
}

function LoadingContent() {
  return (
    <>
      <div className={css('loading')} style={{ height: 24 }} />
      <div className={css('loading')} style={{ width: '40%' }} />
    </>
  )
}
