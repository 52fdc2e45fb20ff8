import type { Hours } from '../../../shared/model/selection.ts'

/** Hours of the week while they are typed. */
export type HoursDraft = {
  /** Of the line on the page, not stored. */
  readonly id: number
  readonly days: ReadonlySet<number>
  readonly from: string
  readonly to: string
}

/** What is wrong with each field; null where nothing is. */
export type HoursErrors = { readonly days: string | null; readonly from: string | null; readonly to: string | null }

export const WORKDAYS = [1, 2, 3, 4, 5]
const END_OF_DAY = 1440
const TIME_WORDS = 'A time like 22:00'

export function toHoursDraft({ days, fromMinute, toMinute }: Hours, id: number): HoursDraft {
  return { id, days: new Set(days), from: formatTime(fromMinute), to: formatTime(toMinute) }
}

/** As they would be stored, with null where a field cannot be read: not every pair of them is one that may be stored. */
export function readHours({ days, from, to }: HoursDraft) {
  return { days: [...days].sort((a, b) => a - b), fromMinute: readTime(from), toMinute: readTime(to) }
}

export function hoursErrors({ days, from, to }: HoursDraft): HoursErrors {
  const fromMinute = readTime(from)
  return {
    days: days.size === 0 ? 'Choose at least one day' : null,
    from: fromMinute === null || fromMinute === END_OF_DAY ? TIME_WORDS : null,
    to: readTime(to) === null ? TIME_WORDS : null
  }
}

/** For a line that is added. */
export function freeLineId(lines: ReadonlyArray<{ readonly id: number }>): number {
  return Math.max(-1, ...lines.map(({ id }) => id)) + 1
}

/** Minutes after midnight; `24:00` is the end of the day. Null if it is no time. */
export function readTime(text: string): number | null {
  const [, hour, minute = '00'] = /^(\d{1,2})(?:[:.](\d{2}))?$/.exec(text.trim()) ?? []
  if (hour === undefined || Number(minute) > 59) return null
  const minutes = Number(hour) * 60 + Number(minute)
  return minutes <= END_OF_DAY ? minutes : null
}

export function formatTime(minute: number): string {
  const digits = (value: number) => String(value).padStart(2, '0')
  return `${digits(Math.floor(minute / 60))}:${digits(minute % 60)}`
}
