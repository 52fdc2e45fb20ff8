import type { ReactNode } from 'react'
import type { FrameView } from '../../../shared/model/frame.ts'
import { formatBytes } from '../../../shared/units.ts'
import { formatCapture } from '../inspector/frameFacts.ts'
import { useFrameDetail } from '../inspector/useFrameDetail.ts'
import { formatMoment } from '../links/linksSentence.ts'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import { Thumb } from '../ui/Thumb.tsx'
import { useStore } from '../ui/useStore.ts'
import styles from './Conflict.module.css'
import { type Conflict, conflictReason, conflictsOf, reasonWords } from './conflictsOf.ts'
import { useObjectPreview } from './useObjectPreview.ts'

const css = classNames(styles)

/** What a frame would be sent to, beside what stands there, for each of its outputs in question. */
export function ConflictSides({ frame }: { readonly frame: FrameView }) {
  const { app } = useServices()
  const accountId = useStore(
    app,
    (state) => state.collections.find(({ id }) => id === frame.collectionId)?.accountId ?? null
  )
  const takenAt = useFrameDetail(frame)?.capturedAt ?? null
  const conflicts = conflictsOf(frame)
  return (
    <div className={css('conflicts')}>
      <p>{reasonWords[conflictReason(frame)]}</p>
      {conflicts.map((conflict) => (
        <section key={conflict.upload.id} aria-label={`Both sides of ${conflict.upload.outputId}`}>
          <p className={css('key')}>{conflict.key}</p>
          <div className={css('sides')}>
            <Ours frame={frame} conflict={conflict} takenAt={takenAt} isOnly={conflicts.length === 1} />
            <Theirs frame={frame} conflict={conflict} accountId={accountId} />
          </div>
        </section>
      ))}
    </div>
  )
}

type OursProps = {
  readonly frame: FrameView
  readonly conflict: Conflict
  readonly takenAt: string | null
  readonly isOnly: boolean
}

function Ours({ frame, conflict: { upload }, takenAt, isOnly }: OursProps) {
  const { outputId, sizeBytes, widthPx, heightPx } = upload
  return (
    <Side
      title={isOnly && outputId === 'original' ? 'On this computer' : `On this computer: ${outputId}`}
      previewUrl={frame.previewUrl}
      kind={frame.kind}
    >
      <dt>Size</dt>
      <dd>{sizeBytes === null ? 'not made yet' : formatBytes(sizeBytes)}</dd>
      {widthPx !== null && heightPx !== null && (
        <>
          <dt>Pixels</dt>
          <dd>{`${widthPx} × ${heightPx}`}</dd>
        </>
      )}
      {takenAt !== null && (
        <>
          <dt>Taken</dt>
          <dd>{formatCapture(takenAt)}</dd>
        </>
      )}
    </Side>
  )
}

type TheirsProps = { readonly frame: FrameView; readonly conflict: Conflict; readonly accountId: string | null }

function Theirs({ frame, conflict: { key, occupant }, accountId }: TheirsProps) {
  const { etag, sizeBytes, modifiedAtMs } = occupant
  const previewUrl = useObjectPreview({ accountId, key, etag, sizeBytes })
  return (
    <Side title="In the bucket" previewUrl={previewUrl} kind={frame.kind}>
      <dt>Size</dt>
      <dd>{formatBytes(sizeBytes)}</dd>
      <dt>Put there</dt>
      <dd>{formatMoment(modifiedAtMs)}</dd>
    </Side>
  )
}

type SideProps = {
  readonly title: string
  readonly previewUrl: string | null
  readonly kind: FrameView['kind']
  /** Lines of a description list. */
  readonly children: ReactNode
}

function Side({ title, previewUrl, kind, children }: SideProps) {
  return (
    <figure className={css('side')} aria-label={title}>
      <div className={css('picture')}>
        <Thumb previewUrl={previewUrl} kind={kind} isWhole alt={title} />
      </div>
      <figcaption className={css('caption')}>{title}</figcaption>
      <dl className={css('facts')}>{children}</dl>
    </figure>
  )
}
