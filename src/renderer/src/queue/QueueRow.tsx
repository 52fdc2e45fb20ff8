import { Ellipsis } from 'lucide-react'
import { memo, useSyncExternalStore } from 'react'
import type { FrameView } from '../../../shared/model/frame.ts'
import type { Settings } from '../../../shared/model/settings.ts'
import { formatBytes } from '../../../shared/units.ts'
import { frameProgress, uploadSentence, uploadTone } from '../../../shared/words/stateWords.ts'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import { Thumb } from '../ui/Thumb.tsx'
import { useNow } from '../ui/useNow.ts'
import { useStore } from '../ui/useStore.ts'
import { frameAttemptNote } from './attemptNote.ts'
import styles from './QueueRow.module.css'
import { rowSentence, rowTone } from './rowSentence.ts'

const css = classNames(styles)

export const ROW_HEIGHT_PX: Readonly<Record<Settings['density'], number>> = { comfortable: 56, compact: 32 }
const THUMB_HEIGHT_PX: Readonly<Record<Settings['density'], number>> = { comfortable: 40, compact: 24 }

type QueueRowProps = {
  readonly index: number
  readonly topPx: number
  readonly total: number
  readonly density: Settings['density']
}

export function rowId(index: number): string {
  return `queue-row-${index}`
}

/** One frame. It reads its own place in the store, so a tick of its progress redraws it alone. */
export const QueueRow = memo(function QueueRow({ index, topPx, total, density }: QueueRowProps) {
  const { queue, selection } = useServices()
  const frame = useSyncExternalStore(queue.subscribe, () => queue.frameAt(index))
  const isFocused = useStore(selection, (state) => state.focusIndex === index)
  const isChosen = useStore(selection, () => frame !== null && selection.isChosen(frame.id))
  return (
    <div
      id={rowId(index)}
      role="option"
      aria-selected={isChosen}
      aria-setsize={total}
      aria-posinset={index + 1}
      tabIndex={-1}
      data-index={index}
      className={css('row', density === 'compact' && 'compact', isChosen && 'chosen', isFocused && 'focused')}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      {frame ? <RowContent frame={frame} density={density} /> : <LoadingContent />}
    </div>
  )
})

function RowContent({ frame, density }: { readonly frame: FrameView; readonly density: Settings['density'] }) {
  const { queue } = useServices()
  const isCounting = frame.status === 'settling' || frame.uploads.some(({ status }) => status === 'retrying')
  const nowMs = useNow(isCounting ? 1000 : null)
  const progress = frameProgress(frame)
  const attempt = frameAttemptNote(frame)
  return (
    <>
      <div style={{ height: THUMB_HEIGHT_PX[density] }}>
        <Thumb previewUrl={frame.previewUrl} kind={frame.kind} />
      </div>
      <div className={css('words')}>
        <span className={css('name')} title={frame.path}>
          {frame.name}
          {frame.folder !== '' && <span className={css('folder')}> in {frame.folder}</span>}
        </span>
        <span className={css('sentence', rowTone(frame))}>
          {rowSentence(frame, nowMs, queue.settlingSinceMs(frame.id))}
          {attempt !== null && <span className={css('attempt')}> · {attempt}</span>}
        </span>
      </div>
      <div className={css('outputs')}>
        {frame.uploads.map((upload) => (
          <span key={upload.id} className={css('output', uploadTone(upload))} title={uploadSentence(upload, nowMs)}>
            {upload.outputId}
          </span>
        ))}
      </div>
      <span className={css('size')}>{formatBytes(frame.sizeBytes)}</span>
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

function LoadingContent() {
  return (
    <>
      <div className={css('loading')} style={{ height: 24 }} />
      <div className={css('loading')} style={{ width: '40%' }} />
    </>
  )
}
