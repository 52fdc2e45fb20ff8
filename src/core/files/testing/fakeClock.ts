import type { Clock } from '../Clock.ts'

/** A clock that stands still until it is turned. */
export function createFakeClock(startMs = 1_800_000_000_000): Clock & { turn(ms: number): void } {
  let nowMs = startMs
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>()
  return {
    now: () => nowMs,
    setTimer: (delayMs, run) => {
      const timer = { dueMs: nowMs + delayMs, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    turn: (ms) => {
      nowMs += ms
      for (const timer of [...timers].sort((a, b) => a.dueMs - b.dueMs)) {
        if (timer.dueMs <= nowMs && timers.delete(timer)) timer.run()
      }
    }
  }
}
