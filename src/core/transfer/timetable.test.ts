import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { TimetableEntry } from '../../shared/model/transfer.ts'
import { MiB } from '../../shared/units.ts'
import { limitAt, untilNextMinuteMs } from './timetable.ts'

const usual = 2 * MiB
const slow = MiB
const WORKDAYS = [1, 2, 3, 4, 5]
beforeAll(() => {
  vi.stubEnv('TZ', 'Europe/Berlin')
})

afterAll(() => {
  vi.unstubAllEnvs()
})

function entry(days: number[], from: string, to: string, bytesPerSecond: number | null = slow): TimetableEntry {
  const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  return { days, fromMinute: minuteOf(from), toMinute: minuteOf(to), bytesPerSecond }
}

/** @param at In local time. 2026-11-20 is a Friday. */
function at(text: string, ...timetable: TimetableEntry[]): number | null {
  return limitAt({ bytesPerSecond: usual, timetable }, new Date(text))
}

describe('limitAt', () => {
  it('is the usual limit where no entry holds', () => {
    expect(at('2026-11-20T12:00')).toBe(usual)
    expect(limitAt({ bytesPerSecond: null, timetable: [] }, new Date())).toBeNull()
  })

  it('holds from its first minute up to its last, exclusive, on its days', () => {
    const office = entry(WORKDAYS, '09:00', '17:30')
    expect(at('2026-11-20T08:59:59.999', office)).toBe(usual)
    expect(at('2026-11-20T09:00', office)).toBe(slow)
    expect(at('2026-11-20T17:29:59', office)).toBe(slow)
    expect(at('2026-11-20T17:30', office)).toBe(usual)
    expect(at('2026-11-21T12:00', office)).toBe(usual) // Saturday
  })

  it('runs on over midnight, into a day that is not among its days', () => {
    const night = entry([5], '22:00', '06:00', null)
    expect(at('2026-11-20T21:59', night)).toBe(usual)
    expect(at('2026-11-20T22:00', night)).toBeNull()
    expect(at('2026-11-21T05:59', night)).toBeNull()
    expect(at('2026-11-21T06:00', night)).toBe(usual)
    expect(at('2026-11-20T03:00', night)).toBe(usual) // that night began on Thursday
    expect(at('2026-11-22T00:00', entry([6], '23:00', '01:00'))).toBe(slow) // from Saturday into Sunday
  })

  it('lasts a day and a night where it ends when it begins, and to midnight where it says so', () => {
    expect(at('2026-11-21T08:59', entry([5], '09:00', '09:00'))).toBe(slow)
    expect(at('2026-11-21T09:00', entry([5], '09:00', '09:00'))).toBe(usual)
    expect(at('2026-11-20T23:59', entry([5], '09:00', '24:00'))).toBe(slow)
    expect(at('2026-11-21T00:00', entry([5], '09:00', '24:00'))).toBe(usual)
  })

  it('lets the first entry decide that holds, be it "nothing" or "no limit"', () => {
    const nothing = entry([5], '12:00', '13:00', 0)
    const office = entry([5], '09:00', '17:00')
    expect(at('2026-11-20T12:30', nothing, office)).toBe(0)
    expect(at('2026-11-20T12:30', office, nothing)).toBe(slow)
    expect(at('2026-11-20T13:00', nothing, office)).toBe(slow)
  })

  it('goes by the clock on the wall on the days on which that is changed', () => {
    const early = entry([0], '02:30', '03:30')
    // 2026-03-29, 02:00 becomes 03:00: of that hour the second half is left.
    expect(at('2026-03-29T00:59:59Z', early)).toBe(usual) // 01:59
    expect(at('2026-03-29T01:00:00Z', early)).toBe(slow) // 03:00
    expect(at('2026-03-29T01:30:00Z', early)).toBe(usual) // 03:30
    // 2026-10-25, 03:00 becomes 02:00: 02:30 comes twice.
    expect(at('2026-10-25T00:30:00Z', early)).toBe(slow) // 02:30 for the first time
    expect(at('2026-10-25T01:00:00Z', early)).toBe(usual) // 02:00 for the second time
    expect(at('2026-10-25T01:30:00Z', early)).toBe(slow)
  })
})

describe('untilNextMinuteMs', () => {
  it('never waits for nothing, and never longer than a minute', () => {
    expect(untilNextMinuteMs(0)).toBe(60_000)
    expect(untilNextMinuteMs(59_999)).toBe(1)
  })
})
