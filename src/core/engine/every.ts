import type { Clock } from '../files/Clock.ts'

/** Runs `act` again and again, first after one period. @returns a function that ends it. */
export function every(clock: Clock, periodMs: number, act: () => void): () => void {
  let stopTimer = clock.setTimer(periodMs, turn)
  function turn(): void {
    act()
    stopTimer = clock.setTimer(periodMs, turn)
  }
  return () => stopTimer()
}
