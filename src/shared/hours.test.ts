import { describe, expect, it } from 'vitest'
import { hoursHold, isOverMidnight } from './hours.ts'

const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, 22 + day, hour, minute) // 22 November 2026 is a Sunday
const hours = (days: number[], fromHour: number, toHour: number) => ({
  days,
  fromMinute: fromHour * 60,
  toMinute: toHour * 60
})

describe('hoursHold', () => {
  it('holds from the first minute to the one before the last', () => {
    const office = hours([1], 9, 18)
    expect([at(1, 8, 59), at(1, 9), at(1, 17, 59), at(1, 18)].map((moment) => hoursHold(office, moment))).toEqual([
      false,
      true,
      true,
      false
    ])
    expect(hoursHold(office, at(2, 12))).toBe(false)
  })

  it('runs on into the morning of the next day where it goes over midnight', () => {
    const night = hours([6], 22, 6) // Saturday
    expect(isOverMidnight(night)).toBe(true)
    const moments = [at(6, 5), at(6, 22), at(6, 23, 59), at(7, 0), at(7, 5, 59), at(7, 6), at(7, 23)]
    expect(moments.map((moment) => hoursHold(night, moment))).toEqual([false, true, true, true, true, false, false])
  })

  it('is the whole day from midnight to 24:00, and a day and a night from an hour to itself', () => {
    expect(hoursHold(hours([3], 0, 24), at(3, 23, 59))).toBe(true)
    expect(hoursHold(hours([3], 0, 24), at(4, 0))).toBe(false)
    expect(hoursHold(hours([3], 9, 9), at(4, 8, 59))).toBe(true)
  })
})
