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

/** Longest pause between two probes: a network that returns is noticed within that. */
const LONGEST_PAUSE_MS = 15_000

/**
 * Whether accounts can be reached. One broken connection is not an outage: a suspicion is believed only after a probe
 * fails, and the account is then probed until it answers, so that a thousand uploads need not each find out.
 */
export class Reachability {
  readonly #options: ReachabilityOptions
  /** Accounts being probed; `isLost` once a probe has failed. */
  readonly #suspects = new Map<string, { isLost: boolean; failures: number; stopTimer: () => void }>()

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
    this.#suspects.set(accountId, { isLost: false, failures: 0, stopTimer: () => {} })
    void this.#probe(accountId)
  }

  /** The system says that the network changed: do not wait for the next turn. */
  probeAll(): void {
    for (const [accountId, suspect] of this.#suspects) {
      if (!suspect.isLost) continue
      suspect.stopTimer()
      void this.#probe(accountId)
    }
  }

  close(): void {
    for (const { stopTimer } of this.#suspects.values()) stopTimer()
    this.#suspects.clear()
  }

  async #probe(accountId: string): Promise<void> {
    const { probe, clock, random, onFound, onLost } = this.#options
    const isReached = await probe(accountId).then(
      () => true,
      () => false
    )
    const suspect = this.#suspects.get(accountId)
    if (!suspect) return // closed meanwhile
    if (isReached) {
      this.#suspects.delete(accountId)
      onFound(accountId)
      return
    }
    suspect.failures += 1
    const wasLost = suspect.isLost
    suspect.isLost = true
    const pauseMs = Math.min(LONGEST_PAUSE_MS, 500 + retryDelayMs(suspect.failures, null, random))
    suspect.stopTimer = clock.setTimer(pauseMs, () => void this.#probe(accountId))
    if (!wasLost) onLost(accountId)
  }
}
