import type { Totals } from '../../shared/model/frame.ts'
import { formatDuration } from '../../shared/units.ts'
import { countOf } from '../../shared/words/stateWords.ts'
import type { EngineState } from '../engine/EngineProcess.ts'

const holdWords = {
  paused: 'Paused',
  offline: 'Held: no network',
  account: 'Held: an account needs you',
  'disk-full': 'Held: this disk is full',
  timetable: 'Held: your timetable sends nothing at this hour',
  resting: 'Held: the bucket asked for a pause'
} as const satisfies Record<NonNullable<Totals['hold']>, string>

/** How everything is going, in the one line that a tray has. @param totals Of all collections; null before the first. */
export function statusSentence(totals: Totals | null, engine: EngineState): string {
  if (engine !== 'running') return engine === 'starting' ? 'Starting' : 'Starting again'
  if (!totals || totals.frames === 0) return 'Nothing to send'
  const open = totals.waiting + totals.working
  if (open > 0 && totals.hold) return `${holdWords[totals.hold]}, ${countOf(open, 'frame')} to go`
  if (open > 0) {
    const left = totals.secondsLeft === null ? '' : `, ${formatDuration(totals.secondsLeft)} left`
    return `Sending, ${countOf(open, 'frame')} to go${left}`
  }
  if (totals.needsYou > 0) return `${countOf(totals.needsYou, 'frame needs', 'frames need')} you`
  return 'All in the bucket'
}
