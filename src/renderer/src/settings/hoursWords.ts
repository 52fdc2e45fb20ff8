import type { Hours, QuietRules } from '../../../shared/model/selection.ts'
import { formatTime } from './hoursDraft.ts'

/** The hours that a collection waits for, for its rows: `22:00–06:00`; each span once, whatever its days. */
export function quietWords({ hours }: QuietRules): string {
  return [...new Set(hours.map(spanWords))].join(', ')
}

function spanWords({ fromMinute, toMinute }: Hours): string {
  return `${formatTime(fromMinute)}–${formatTime(toMinute)}`
}
