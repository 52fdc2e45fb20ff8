import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  Copy,
  Info,
  LoaderCircle,
  type LucideIcon
} from 'lucide-react'
import type { FrameView, UploadView } from '../../../shared/model/frame.ts'
import { formatBytes } from '../../../shared/units.ts'
import { problemWords } from '../../../shared/words/problemWords.ts'
import { type Tone, uploadSentence, uploadTone } from '../../../shared/words/stateWords.ts'
import { ConflictNote } from '../conflicts/ConflictNote.tsx'
import { isInConflict } from '../conflicts/conflictsOf.ts'
import type { LinkSource } from '../links/LinkActions.ts'
import { LinkPanel } from '../links/LinkPanel.tsx'
import { useUsualLink } from '../links/useUsualLink.ts'
import { attemptNote } from '../queue/attemptNote.ts'
import { rowSentence, rowTone } from '../queue/rowSentence.ts'
import { useServices } from '../services.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { ProblemNote } from '../ui/ProblemNote.tsx'
import { Thumb } from '../ui/Thumb.tsx'
import { useNow } from '../ui/useNow.ts'
import { useStore } from '../ui/useStore.ts'
import { frameFacts, proofSentence } from './frameFacts.ts'
import styles from './Inspector.module.css'
import { useFrameDetail } from './useFrameDetail.ts'

const css = classNames(styles)

const toneIcons: Readonly<Record<Tone, LucideIcon>> = {
  quiet: CircleDashed,
  active: LoaderCircle,
  good: CircleCheck,
  warn: CircleHelp,
  bad: CircleAlert
}

/** One frame: picture, outputs, links, facts, proof, and what is wrong where something is. */
export function FrameInspector({ frame }: { readonly frame: FrameView }) {
  const { app, queue, workspace, linkActions } = useServices()
  const usual = useUsualLink(frame.collectionId)
  const detail = useFrameDetail(frame)
  const rules = useStore(app, (state) => state.collections.find(({ id }) => id === frame.collectionId)?.rules ?? null)
  const isCounting = frame.status === 'settling' || frame.uploads.some(({ status }) => status === 'retrying')
  const nowMs = useNow(isCounting ? 1000 : null)
  const isAsking = isInConflict(frame)
  const arrived = frame.uploads.filter(({ status }) => status === 'done')
  // A question has a place of its own, and what is being sent again is no problem any more.
  const isTroubled = ({ status }: UploadView) => status === 'failed' || status === 'retrying'
  const troubled = frame.uploads.find((upload) => isTroubled(upload) && upload.problem !== null) ?? null
  const problem = frame.problem ?? troubled?.problem ?? null
  const select = { ids: [frame.id] }
  return (
    <div className={css('inspector')}>
      {/* A question shows the picture itself, beside the one it asks about. */}
      {!isAsking && (
        <div className={css('preview')}>
          <Thumb previewUrl={frame.previewUrl} thumbhash={frame.thumbhash} kind={frame.kind} isWhole alt={frame.name} />
        </div>
      )}
      <div>
        <h2 className={css('name')}>{frame.name}</h2>
        <p className={css('small')}>
          {formatBytes(frame.sizeBytes)} ·{' '}
          <span className={css(rowTone(frame))}>{rowSentence(frame, nowMs, queue.settlingSinceMs(frame.id))}</span>
        </p>
      </div>
      {isAsking && <ConflictNote key={frame.id} frame={frame} />}
      {problem !== null && (
        <ProblemNote
          problem={problem}
          subject={troubled?.key ?? frame.name}
          onCopy={(text) => void linkActions.copyText(text, 'Technical text')}
        >
          <ProblemButtons
            frame={frame}
            action={problemWords(problem, null).action}
            onAccounts={() => workspace.go({ kind: 'accounts' })}
          />
        </ProblemNote>
      )}
      <ul className={css('outputs')} aria-label="Outputs">
        {frame.uploads.map((upload) => (
          <Output key={upload.id} frame={frame} upload={upload} nowMs={nowMs} />
        ))}
      </ul>
      {arrived.length > 0 && (
        <section className={css('section')} aria-label="Links">
          <LinkPanel
            key={`${frame.id} ${usual}`}
            source={{ kind: 'frames', select, outputId: null }}
            label={arrived.length === 1 ? 'Copy link' : 'Copy links'}
            usual={usual}
            outputs={arrived.map(({ outputId }) => outputId)}
          />
        </section>
      )}
      {frame.notes.length > 0 && (
        <ul className={css('notes')} aria-label="Notes">
          {frame.notes.map((note) => (
            <li key={note} className={css('note', 'quiet')}>
              <Info size={14} aria-hidden />
              {note}
            </li>
          ))}
        </ul>
      )}
      {detail && (
        <section className={css('section')} aria-label="Facts">
          <dl className={css('facts')}>
            {frameFacts(detail, rules?.outputs ?? []).map(({ label, value, spoken, isDigest = false }) => (
              <div key={label} style={{ display: 'contents' }}>
                <dt>{label}</dt>
                <dd className={css(isDigest && 'digest')}>
                  {spoken === undefined ? (
                    value
                  ) : (
                    <span role="img" aria-label={spoken}>
                      {value}
                    </span>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  )
}

type OutputProps = { readonly frame: FrameView; readonly upload: UploadView; readonly nowMs: number }

function Output({ frame, upload, nowMs }: OutputProps) {
  const { linkActions } = useServices()
  const tone = uploadTone(upload)
  const attempt = attemptNote(upload)
  const Icon = toneIcons[tone]
  const { outputId, widthPx, heightPx, sizeBytes, proof } = upload
  const size = [
    ...(widthPx !== null && heightPx !== null ? [`${widthPx} × ${heightPx}`] : []),
    ...(sizeBytes === null ? [] : [formatBytes(sizeBytes)])
  ].join(' · ')
  const source: LinkSource = { kind: 'frames', select: { ids: [frame.id] }, outputId }
  return (
    <li className={css('output')}>
      <Icon size={16} aria-hidden className={css(tone)} />
      <span>
        <span className={css('outputName')}>{outputId}</span> <span className={css('small')}>{size}</span>
      </span>
      {upload.status === 'done' ? (
        <IconButton
          isSmall
          label={`Copy the link of ${outputId}`}
          icon={Copy}
          onPress={() => void linkActions.copy(source, null, 'plain')}
        />
      ) : (
        <span />
      )}
      <span
        className={css('outputState', proof === null ? tone : 'quiet')}
        title={proof === null ? '' : `SHA-256 ${proof.sha256}`}
      >
        {proof === null ? uploadSentence(upload, nowMs) : proofSentence(proof)}
        {attempt !== null && ` · ${attempt}`}
      </span>
      {upload.key !== null && <span className={css('outputState', 'key')}>{upload.key}</span>}
      {upload.restart !== null && (
        <span className={css('outputState', 'quiet')} title={upload.restart.detail}>
          {`Began again from the first byte: ${problemWords(upload.restart, null).short}`}
        </span>
      )}
    </li>
  )
}

type ProblemButtonsProps = {
  readonly frame: FrameView
  readonly action: ReturnType<typeof problemWords>['action']
  readonly onAccounts: () => void
}

function ProblemButtons({ frame, action, onAccounts }: ProblemButtonsProps) {
  const { queueActions, workspace } = useServices()
  const select = { ids: [frame.id] }
  const retry = <Button onPress={() => void queueActions.retry(select)}>Try again</Button>
  switch (action) {
    case 'open-accounts':
      return <Button onPress={onAccounts}>Open accounts</Button>
    case 'open-settings': {
      const dialog = { kind: 'collection-settings', collectionId: frame.collectionId } as const
      return <Button onPress={() => workspace.openDialog(dialog)}>Collection settings…</Button>
    }
    case 'show-file':
      return (
        <>
          <Button onPress={() => void queueActions.showFile(frame.path)}>Show the file</Button>
          {retry}
        </>
      )
    case 'resolve': // the question itself stands elsewhere; this is a name that could not be found
    case 'retry':
      return retry
    case 'none':
      return null
  }
}
