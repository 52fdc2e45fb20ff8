import type { Clock } from '../files/Clock.ts'
import { AccountLine } from './AccountLine.ts'
import { MOST_REQUESTS } from './Concurrency.ts'

export type LinesOptions = {
  readonly clock: Clock
  readonly onRoom: () => void
  /** An account has asked to be left alone for so long. */
  readonly onRest: (accountId: string, ms: number) => void
}

/** The line of each account, found out for each by itself. */
export class Lines {
  readonly #options: LinesOptions
  readonly #lines = new Map<string, AccountLine>()
  #ceiling = MOST_REQUESTS

  constructor(options: LinesOptions) {
    this.#options = options
  }

  of(accountId: string): AccountLine {
    const known = this.#lines.get(accountId)
    if (known) return known
    const { onRest, ...options } = this.#options
    const line = new AccountLine({ ...options, onRest: (ms) => onRest(accountId, ms) })
    line.setCeiling(this.#ceiling)
    this.#lines.set(accountId, line)
    return line
  }

  /** Accounts that have asked to be left alone for a while. */
  get resting(): ReadonlyArray<string> {
    return [...this.#lines].flatMap(([accountId, line]) => (line.isResting ? [accountId] : []))
  }

  /** Requests with a body at once, at most, for each account. */
  setCeiling(ceiling: number): void {
    this.#ceiling = ceiling
    for (const line of this.#lines.values()) line.setCeiling(ceiling)
  }

  /** The network may be another. */
  renew(): void {
    for (const line of this.#lines.values()) line.renew()
  }

  close(): void {
    for (const line of this.#lines.values()) line.close()
  }
}
