import { CircleDashed, LoaderCircle, type LucideIcon, ShieldCheck, TriangleAlert } from 'lucide-react'
import { ProgressBar } from 'react-aria-components'
import type { Receipt } from '../../../shared/model/receipt.ts'
import { formatBytes } from '../../../shared/units.ts'
import { receiptSentence, receiptTone } from '../../../shared/words/receiptWords.ts'
import { countOf, formatCount, type Tone } from '../../../shared/words/stateWords.ts'
import { formatMoment } from '../links/linksSentence.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { ProblemNote } from '../ui/ProblemNote.tsx'
import { useStore } from '../ui/useStore.ts'
import { LackList } from './LackList.tsx'
import styles from './Receipt.module.css'
import type { ProvingProgress } from './ReceiptStore.ts'

const css = classNames(styles)

const toneIcons: Readonly<Record<Tone, LucideIcon>> = {
  quiet: CircleDashed,
  active: LoaderCircle,
  good: ShieldCheck,
  warn: TriangleAlert,
  bad: TriangleAlert
}

/** Whether a collection is proved to be in its bucket, and what lacks where it is not. */
export function ReceiptDialog() {
  const { receipts } = useServices()
  const collectionId = useStore(receipts, (state) => state.shownId)
  return collectionId === null ? null : <ShownReceipt collectionId={collectionId} />
}

function ShownReceipt({ collectionId }: { readonly collectionId: string }) {
  const { app, receipts, linkActions } = useServices()
  const name = useStore(app, (state) => state.collections.find(({ id }) => id === collectionId)?.name ?? '')
  const entry = useStore(receipts, () => receipts.shown)
  if (entry === null) return null
  const { receipt, work, progress, problem, failed } = entry
  // While every object is looked at again, too: what was known before is in question, and must not look safe.
  const isOld = work === 'proving' || failed !== null
  const canSave = receipt !== null && work === null && !isOld
  return (
    <Dialog
      isWide
      title={`Receipt of ${receipt?.collectionName ?? name}`}
      onClose={receipts.close}
      foot={
        <>
          <Button isDisabled={!canSave} onPress={() => void receipts.save(collectionId, 'json')}>
            Save as JSON…
          </Button>
          <Button isDisabled={!canSave} onPress={() => void receipts.save(collectionId, 'csv')}>
            Save as CSV…
          </Button>
          <span className={css('space')} />
          {/* One button, so that the keyboard's focus stays where it is. */}
          <Button
            isDisabled={work === 'making'}
            onPress={() => void (work === 'proving' ? receipts.stop(collectionId) : receipts.prove(collectionId))}
          >
            {work === 'proving' ? 'Stop looking' : 'Look at every object again'}
          </Button>
          <Button onPress={receipts.close}>Close</Button>
        </>
      }
    >
      {problem !== null && (
        <ProblemNote
          problem={problem}
          subject={name}
          onCopy={(text) => void linkActions.copyText(text, 'Technical text')}
        >
          <Button onPress={() => void receipts.again(collectionId)}>Try again</Button>
        </ProblemNote>
      )}
      {work === 'making' && receipt === null && <p role="status">Comparing the disk with what was proved</p>}
      {work === 'proving' && <Proving progress={progress} />}
      {receipt !== null && (isOld ? <OldVerdict receipt={receipt} /> : <Verdict receipt={receipt} />)}
      {receipt !== null && receipt.lacks.length > 0 && <LackList receipt={receipt} />}
    </Dialog>
  )
}

function Verdict({ receipt }: { readonly receipt: Receipt }) {
  const { accountName, bucket, provedBytes, objects, madeAtMs, reproved } = receipt
  const tone = receiptTone(receipt)
  const Icon = toneIcons[tone]
  return (
    <div className={css('verdict')}>
      <Icon size={24} aria-hidden className={css('icon', tone)} />
      <div>
        <p role="status" className={css('sentence', tone)}>
          {receiptSentence(receipt)}
        </p>
        <p className={css('small')}>
          {`${formatBytes(provedBytes)} proved, ${countOf(objects, 'object')} · ${bucket} (${accountName}) · ${formatMoment(madeAtMs)}`}
        </p>
        <p className={css('small')}>
          {reproved === null
            ? 'As recorded when they arrived. Whether they are still there is known after looking again.'
            : `${countOf(reproved.objects, 'object')} looked at again, ${formatMoment(reproved.atMs)}`}
        </p>
      </div>
    </div>
  )
}

/** Says what was, without its colour and its promise. */
function OldVerdict({ receipt: { frames, proved, madeAtMs, reproved } }: { readonly receipt: Receipt }) {
  const seenAtMs = reproved?.atMs ?? madeAtMs
  return (
    <div className={css('verdict')}>
      <CircleDashed size={24} aria-hidden className={css('icon', 'quiet')} />
      <div>
        <p role="status" className={css('sentence', 'quiet')}>
          Out of date: whether the card may be formatted is not known now.
        </p>
        <p className={css('small')}>
          {`${formatMoment(seenAtMs)}: ${formatCount(proved)} of ${countOf(frames, 'frame')} proved`}
        </p>
      </div>
    </div>
  )
}

function Proving({ progress: { looked, objects } }: { readonly progress: ProvingProgress }) {
  const words =
    objects === 0 ? 'Looking at every object' : `${formatCount(looked)} of ${countOf(objects, 'object')} looked at`
  return (
    <ProgressBar
      aria-label="Looking at every object"
      value={looked}
      maxValue={Math.max(1, objects)}
      valueLabel={words}
      isIndeterminate={objects === 0}
      className={css('progress')}
    >
      {({ percentage = 0 }) => (
        <>
          <span>{words}</span>
          <div className={css('bar')}>
            <div className={css('barDone')} style={{ transform: `scaleX(${percentage / 100})` }} />
          </div>
        </>
      )}
    </ProgressBar>
  )
}
