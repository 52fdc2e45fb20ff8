import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './Clock.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('systemClock', () => {
  it("follows the computer's clock forwards and does not go back with it", () => {
    const hourMs = 3_600_000
    const realNow = Date.now.bind(Date)
    const beforeMs = systemClock.now()
    expect(Math.abs(beforeMs - realNow())).toBeLessThan(hourMs / 60)
    vi.spyOn(Date, 'now').mockImplementation(() => realNow() + hourMs)
    const afterSleepMs = systemClock.now()
    expect(afterSleepMs - beforeMs).toBeGreaterThanOrEqual(hourMs - 2_000)
    vi.restoreAllMocks()
    expect(systemClock.now()).toBeGreaterThanOrEqual(afterSleepMs)
    expect(Number.isInteger(systemClock.now())).toBe(true)
  })
})
