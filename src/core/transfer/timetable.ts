import type { Hours } from '../../shared/model/selection.ts'
import type { Bandwidth } from '../../shared/model/transfer.ts'

const MINUTES_A_DAY = 1_440

/**
 * What the person allows at a moment, in this computer's local time: so an entry from 2:30 to 3:30 has no hour on the
 * day on which the clocks go forward past it, and two on the day on which they go back.
 *
 * @returns bytes a second; null: no limit, 0: nothing is to be sent.
 */
export function limitAt({ bytesPerSecond, timetable }: Bandwidth, at: Date): number | null {
  const entry = timetable.find((one) => hoursHold(one, at))
  return entry ? entry.bytesPerSecond : bytesPerSecond
}

/** How long until the timetable may say something else: to the next full minute, in which every entry begins and ends. */
export function untilNextMinuteMs(nowMs: number): number {
  return 60_000 - (nowMs % 60_000)
}

/** Hours belong to the day on which they begin, and where they do not end later than they begin, run on into the next. */
export function hoursHold({ days, fromMinute, toMinute }: Hours, at: Date): boolean {
  const minute = at.getHours() * 60 + at.getMinutes()
  const today = at.getDay()
  const yesterday = (today + 6) % 7
  const endsNextDay = toMinute <= fromMinute
  const lastMinute = endsNextDay ? MINUTES_A_DAY : toMinute
  if (days.includes(today) && minute >= fromMinute && minute < lastMinute) return true
  return endsNextDay && days.includes(yesterday) && minute < toMinute
}
