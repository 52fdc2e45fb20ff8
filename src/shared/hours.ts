import type { Hours } from './model/selection.ts'

const DAYS = 7
const MINUTES_A_DAY = 1_440

/** Hours over midnight belong to the day on which they begin. */
export function isOverMidnight({ fromMinute, toMinute }: Pick<Hours, 'fromMinute' | 'toMinute'>): boolean {
  return toMinute <= fromMinute
}

/** Hours belong to the day on which they begin, and where they do not end later than they begin, run on into the next. */
export function hoursHold(hours: Hours, at: Date): boolean {
  const { days, fromMinute, toMinute } = hours
  const minute = at.getHours() * 60 + at.getMinutes()
  const today = at.getDay()
  const yesterday = (today + DAYS - 1) % DAYS
  const endsNextDay = isOverMidnight(hours)
  const lastMinute = endsNextDay ? MINUTES_A_DAY : toMinute
  if (days.includes(today) && minute >= fromMinute && minute < lastMinute) return true
  return endsNextDay && days.includes(yesterday) && minute < toMinute
}
