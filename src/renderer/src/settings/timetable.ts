import { hoursHold } from '../../../shared/hours.ts'
import type { Bandwidth, TimetableEntry } from '../../../shared/model/transfer.ts'

const DAYS = 7
const MINUTE_MS = 60_000
/** One week and the minute after it: whatever the timetable says has come round by then. */
const MOST_MINUTES = DAYS * 24 * 60 + 1

/** `Intl.Locale` as browsers have it and TypeScript's library does not yet. */
type LocaleWithWeek = Intl.Locale & { getWeekInfo?(): { readonly firstDay: number } }

/** Which entry decides at a moment: the first that holds, as an index. Null: none, the limit outside of the timetable does. */
export function entryInForce(timetable: ReadonlyArray<TimetableEntry>, moment: Date): number | null {
  const index = timetable.findIndex((entry) => hoursHold(entry, moment))
  return index === -1 ? null : index
}

/** When something may be sent again, in Unix ms, to the minute; null if the timetable never allows it. */
export function nextAllowedMs({ timetable }: Bandwidth, nowMs: number): number | null {
  const thisMinuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
  for (let minute = 0; minute <= MOST_MINUTES; minute += 1) {
    const ms = thisMinuteMs + minute * MINUTE_MS
    const index = entryInForce(timetable, new Date(ms))
    if (index === null || timetable[index]?.bytesPerSecond !== 0) return ms
  }
  return null
}

/** For example `06:00`; `Mon 06:00` where that is not within a day. */
export function formatHour(ms: number, nowMs: number): string {
  const isFar = ms - nowMs >= 24 * 60 * MINUTE_MS
  return new Date(ms).toLocaleString('en-GB', {
    ...(isFar ? { weekday: 'short' } : {}),
    hour: '2-digit',
    minute: '2-digit'
  })
}

/** The days of a week in the order of a language's calendars; 0 is Sunday, as `Date.getDay` counts. */
export function weekOrder(language: string): ReadonlyArray<number> {
  const locale: LocaleWithWeek = new Intl.Locale(language)
  const firstDay = locale.getWeekInfo?.().firstDay ?? 1 // 1 is Monday, 7 is Sunday
  return Array.from({ length: DAYS }, (_, index) => (firstDay + index) % DAYS)
}
