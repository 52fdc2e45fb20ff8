/** Time, as a port: tests turn it by hand. */
export interface Clock {
  /** Unix time in whole ms. Never runs backwards while the process lives. */
  now(): number
  /** Calls `run` once, `delayMs` from now. @returns a function that calls it off. */
  setTimer(delayMs: number, run: () => void): () => void
}

/** Beyond this the computer slept, or its clock was put right. */
const DRIFT_MS = 1_000

/**
 * Follows the computer's clock forwards, as after a sleep, during which Linux stops `performance.now()`. When that
 * clock is put back, time here runs on: what waits for a moment must not wait for an hour more.
 */
function createSystemClock(): Clock {
  let offsetMs = Date.now() - performance.now()
  return {
    now: () => {
      const driftMs = Date.now() - performance.now() - offsetMs
      if (driftMs > DRIFT_MS) offsetMs += driftMs
      return Math.round(offsetMs + performance.now())
    },
    setTimer: (delayMs, run) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    }
  }
}

export const systemClock: Clock = createSystemClock()
