import { vi } from 'vitest'

/** Waits until what is expected holds; gives up only after so long that no busy machine fails by it. */
export function eventually(expectation: () => void): Promise<void> {
  return vi.waitFor(expectation, { timeout: 15_000, interval: 2 })
}
