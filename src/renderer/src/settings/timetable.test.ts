import { describe, expect, it } from 'vitest'
import type { TimetableEntry } from '../../../shared/model/transfer.ts'
import { entryInForce, formatHour, nextAllowedMs, weekOrder } from './timetable.ts'

const MINUTE_MS = 60_000
const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, 22 + day, hour, minute) // 22 November 2026 is a Sunday
const entry = (change: Partial<TimetableEntry>): TimetableEntry => ({
  days: [1, 2, 3, 4, 5],
  fromMinute: 9 * 60,
  toMinute: 18 * 60,
  bytesPerSecond: 0,
  ...change
})

describe('entryInForce', () => {
  it('holds from its first minute to the one before its last', () => {
    const office = [entry({})]
    expect(entryInForce(office, at(1, 8, 59))).toBeNull()
    expect(entryInForce(office, at(1, 9))).toBe(0)
    expect(entryInForce(office, at(1, 17, 59))).toBe(0)
    expect(entryInForce(office, at(1, 18))).toBeNull()
    expect(entryInForce(office, at(0, 12))).toBeNull()
  })

  it('belongs to the day on which it begins where it goes over midnight', () => {
    const night = [entry({ days: [6], fromMinute: 22 * 60, toMinute: 6 * 60 })]
    expect(entryInForce(night, at(6, 23))).toBe(0)
    expect(entryInForce(night, at(7, 5, 59))).toBe(0)
    expect(entryInForce(night, at(7, 6))).toBeNull()
    expect(entryInForce(night, at(6, 5))).toBeNull()
  })

  it('takes the first of several that hold', () => {
    const lunch = entry({ fromMinute: 12 * 60, toMinute: 13 * 60, bytesPerSecond: null })
    expect(entryInForce([lunch, entry({})], at(2, 12, 30))).toBe(0)
    expect(entryInForce([entry({}), lunch], at(2, 12, 30))).toBe(0)
    expect(entryInForce([lunch, entry({})], at(2, 14))).toBe(1)
  })
})

describe('nextAllowedMs', () => {
  const allowed = (timetable: ReadonlyArray<TimetableEntry>, now: Date) =>
    nextAllowedMs({ bytesPerSecond: null, timetable: [...timetable] }, now.getTime())

  it('is the end of the hours in which nothing is sent', () => {
    expect(allowed([entry({})], at(1, 9, 30))).toBe(at(1, 18).getTime())
  })

  it('looks through entries that follow one another', () => {
    const evening = entry({ fromMinute: 18 * 60, toMinute: 22 * 60 })
    expect(allowed([entry({}), evening], at(5, 17))).toBe(at(5, 22).getTime())
  })

  it('is now, to the minute, where something may be sent', () => {
    const now = at(0, 12).getTime()
    expect(nextAllowedMs({ bytesPerSecond: null, timetable: [] }, now + 31_000)).toBe(now)
  })

  it('is never where every hour of the week is closed', () => {
    const always = entry({ days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, toMinute: 1440 })
    expect(allowed([always], at(3, 12))).toBeNull()
  })
})

describe('formatHour', () => {
  it('names the day only where the hour alone would mislead', () => {
    const now = at(1, 20).getTime()
    expect(formatHour(at(2, 6).getTime(), now)).toBe('06:00')
    expect(formatHour(at(4, 6).getTime(), now)).toBe('Thu 06:00')
    expect(formatHour(now + 24 * 60 * MINUTE_MS, now)).toBe('Tue 20:00')
  })
})

describe('weekOrder', () => {
  it('begins as the calendars of the language do', () => {
    expect(weekOrder('de-DE')).toEqual([1, 2, 3, 4, 5, 6, 0])
    expect(weekOrder('en-US')).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
})
