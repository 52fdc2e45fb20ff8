import { Pause, Play } from 'lucide-react'
import { useMemo } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { Totals } from '../../../shared/model/frame.ts'
import { formatBytes, formatDuration } from '../../../shared/units.ts'
import { countOf, formatCount, holdSentences } from '../../../shared/words/stateWords.ts'
import { useServices } from '../services.ts'
import { formatHour, nextAllowedMs } from '../settings/timetable.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { useNow } from '../ui/useNow.ts'
import { useStore } from '../ui/useStore.ts'
import type { AppInfo } from './AppStore.ts'
import { Sparkline } from './Sparkline.tsx'
import styles from './TransferStrip.module.css'

const css = classNames(styles)

/** How all of it is going, at the foot of the window: always there, never in the way. */
export function TransferStrip() {
  const { app, workspace, queueActions } = useServices()
  const totals = useStore(app, (state) => state.totals.get(null) ?? null)
  const trace = useStore(app, (state) => state.trace)
  const engine = useStore(app, (state) => state.engine)
  const frames = totals === null ? 0 : totals.frames - totals.cancelled
  const share = totals === null || totals.totalBytes === 0 ? 0 : totals.doneBytes / totals.totalBytes
  const isAllDone = totals !== null && frames > 0 && totals.done === frames
  const isAtRest = totals !== null && totals.waiting + totals.working === 0
  const isHeld = totals?.hold === 'paused'
  return (
    <section className={css('strip')} aria-label="Transfer">
      <div className={css('figures')}>
        <Headline totals={totals} engine={engine} isAllDone={isAllDone} />
        <span className={css('small')}>
          {totals !== null && frames > 0
            ? `${formatCount(totals.done)} of ${countOf(frames, 'frame')} · ${formatBytes(totals.doneBytes)} of ${formatBytes(totals.totalBytes)}`
            : 'Nothing in the queue'}
        </span>
      </div>
      <Sparkline values={trace} className={css('trace')} />
      <div
        role="progressbar"
        aria-label="Sent and proved"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(share * 100)}
        className={css('bar')}
      >
        <div className={css('barDone', isAtRest && 'atRest')} style={{ transform: `scaleX(${share})` }} />
      </div>
      <div className={css('end')}>
        {totals !== null && totals.needsYou > 0 && (
          <AriaButton
            className={css('needsYou')}
            onPress={() => workspace.go({ kind: 'queue', collectionId: null, filter: 'needs-you' })}
          >
            {`${formatCount(totals.needsYou)} ${totals.needsYou === 1 ? 'needs' : 'need'} you`}
          </AriaButton>
        )}
        <Button
          icon={isHeld ? Play : Pause}
          isDisabled={engine !== 'running' || (isAtRest && !isHeld)}
          onPress={() => void queueActions.hold(!isHeld)}
        >
          {isHeld ? 'Continue' : 'Pause'}
        </Button>
      </div>
    </section>
  )
}

type HeadlineProps = { readonly totals: Totals | null; readonly engine: AppInfo['engine']; readonly isAllDone: boolean }

function Headline({ totals, engine, isAllDone }: HeadlineProps) {
  const { app } = useServices()
  const isAnyAway = useStore(app, ({ collections }) => collections.some(({ state }) => state === 'not-connected'))
  if (engine === 'stopped')
    return <span className={css('held')}>The engine has stopped and is being started again</span>
  if (engine === 'starting' || totals === null) return <span className={css('dim')}>Starting</span>
  if (totals.hold === 'timetable') return <HeldByTimetable />
  if (totals.hold !== null) return <span className={css('held')}>{holdSentences[totals.hold]}</span>
  if (isAllDone) return <span className={css('speed')}>All in the bucket, proved</span>
  if (totals.waiting + totals.working === 0) {
    return <span className={css('dim')}>{totals.needsYou > 0 ? 'Done, as far as it goes' : 'At rest'}</span>
  }
  if (totals.working === 0 && isAnyAway) return <span className={css('held')}>Waiting for what is not connected</span>
  return (
    <span className={css('speed')}>
      {totals.bytesPerSecond > 0 ? `${formatBytes(Math.round(totals.bytesPerSecond))}/s` : 'At work'}
      <span className={css('dim')}>
        {totals.limitBytesPerSecond !== null && `, limited to ${formatBytes(totals.limitBytesPerSecond)}/s`}
        {totals.secondsLeft !== null && ` · ${formatDuration(totals.secondsLeft)} left`}
      </span>
    </span>
  )
}

/** With the hour at which it goes on, where the timetable has one. */
function HeldByTimetable() {
  const { app } = useServices()
  const bandwidth = useStore(app, (state) => state.settings?.transfer.bandwidth ?? null)
  const nowMs = useNow(60_000)
  const untilMs = useMemo(() => (bandwidth === null ? null : nextAllowedMs(bandwidth, nowMs)), [bandwidth, nowMs])
  // Where it says "now", the engine is about to notice.
  const isKnown = untilMs !== null && untilMs > nowMs
  return (
    <span className={css('held')}>
      {isKnown ? `Held by your timetable until ${formatHour(untilMs, nowMs)}` : holdSentences.timetable}
    </span>
  )
}
