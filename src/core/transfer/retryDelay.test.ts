import { describe, expect, it } from 'vitest'
import { MAX_ATTEMPTS, retryDelayMs } from './retryDelay.ts'

describe('retryDelayMs', () => {
  it('doubles its ceiling from a second up to a minute, and spreads below it', () => {
    const ceilings = Array.from({ length: MAX_ATTEMPTS }, (_, index) => retryDelayMs(index + 1, null, () => 1))
    expect(ceilings).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    expect(retryDelayMs(4, null, () => 0.5)).toBe(4_000)
    expect(retryDelayMs(2_000, null, () => 0)).toBe(0)
  })

  it('waits at least as long as the server asks', () => {
    expect(retryDelayMs(1, 90_000, () => 1)).toBe(90_000)
    expect(retryDelayMs(5, 1_000, () => 1)).toBe(16_000)
  })
})
