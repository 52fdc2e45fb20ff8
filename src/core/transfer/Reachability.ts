import type { Clock } from '../files/Clock.ts'
import { retryDelayMs } from './retryDelay.ts'

export type ReachabilityOptions = {
  /** Asks the account's store anything that costs little. Rejects if it cannot be reached. */
  readonly probe: (accountId: string) => Promise<void>
  readonly onLost: (accountId: string) => void
  readonly onFound: (accountId: string) => void
  readonly clock: Clock
  readonly random: () => number
}

/** `stopTimer` is null while a probe is on its way. */
type Suspect = { isLost: boolean; failures: number; stopTimer: (() => void) | null }

/** Longest pause between two probes: a network that returns is noticed within that. */
const LONGEST_PAUSE_MS = 15_000

/**
 * Whether accounts can be reached. One broken connection is not an outage: a suspicion is believed only after a probe
 * fails, and the account is then probed until it answers, so that a thousand uploads need not each find out.
 */
export class Reachability {
  readonly #options: ReachabilityOptions
  /** Accounts being probed; `isLost` once a probe has failed. */
  readonly #suspects = new Map<string, Suspect>()

  constructor(options: ReachabilityOptions) {
    this.#options = options
  }

  isLost(accountId: string): boolean {
    return this.#suspects.get(accountId)?.isLost ?? false
  }

  get lostAccounts(): ReadonlyArray<string> {
    return [...this.#suspects].filter(([, { isLost }]) => isLost).map(([accountId]) => accountId)
  }

  suspect(accountId: string): void {
    if (this.#suspects.has(accountId)) return
    const suspect: Suspect = { isLost: false, failures: 0, stopTimer: null }
    this.#suspects.set(accountId, suspect)
    void this.#probe(accountId, suspect)
  }

  /** The system says that the network changed: do not wait for the next turn. */
  probeAll(): void {
    for (const [accountId, suspect] of this.#suspects) {
      if (suspect.stopTimer === null) continue
      suspect.stopTimer()
      void this.#probe(accountId, suspect)
    }
  }

  close(): void {
    for (const { stopTimer } of this.#suspects.values()) stopTimer?.()
    this.#suspects.clear()
  }

  async #probe(accountId: string, suspect: Suspect): Promise<void> {
    const { probe, clock, random, onFound, onLost } = this.#options
    suspect.stopTimer = null
    const isReached = await probe(accountId).then(
      () => true,
      () => false
    )
    if (this.#suspects.get(accountId) !== suspect) return // closed meanwhile
    if (isReached) {
      this.#suspects.delete(accountId)
      if (suspect.isLost) onFound(accountId) // else nothing was held, and pauses that were asked for stay
      return
    }
    suspect.failures += 1
    const pauseMs = Math.min(LONGEST_PAUSE_MS, 500 + retryDelayMs(suspect.failures, null, random))
    suspect.stopTimer = clock.setTimer(pauseMs, () => void this.#probe(accountId, suspect))
    if (suspect.isLost) return
    suspect.isLost = true
    onLost(accountId)
  }
}
