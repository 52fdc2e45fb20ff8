import { KiB } from '../../shared/units.ts'

/** Where it starts, and where it ends (r2-facts §12: "start with 4 in flight, halve on 429/503, and only then grow"). */
const FIRST = 4
export const MOST_REQUESTS = 32

/**
 * Up to here it grows unless that makes things worse, as long as a request takes no longer than `QUICK_MS`: so many quick
 * requests cost nothing, and what each adds is lost in the noise of a busy computer.
 */
const FREELY = 16
const QUICK_MS = 500
const NO_WORSE = 0.9

/** A round is at least so long, or a fast line would be judged by the noise of a few ms. */
const SHORTEST_ROUND_MS = 50

/** A trial that has not helped in so many rounds is taken back; BBR leaves its start after three. */
const MOST_FRUITLESS = 2

/** Rounds between two trials once the line has shown what it can take. */
const REST_ROUNDS = 8

/** A number that was refused is not tried again for so long. */
const REFUSAL_MS = 30_000

/**
 * What a request costs beside its bytes, in bytes: with many small objects the number of requests is the work, with
 * large ones their bytes are.
 */
const REQUEST_BYTES = 256 * KiB

type Trial = { readonly limit: number; readonly perMs: number; fruitless: number }

/**
 * How many requests with a body one account is given at once. Found out as TCP finds its window: it grows while
 * throughput grows, doubling at first (BBR's start-up: a doubling has to bring a quarter more), by a quarter later, and
 * halves when the server or the line refuses; what was already under way at a halving says nothing new, so a burst of
 * failures is one halving (NewReno). Where too little is asked for to fill the line, nothing is learned from it.
 *
 * Pure: it is told what happened and when.
 *
 * @see https://queue.acm.org/detail.cfm?id=3022184 BBR
 * @see https://www.rfc-editor.org/rfc/rfc6582 NewReno
 * @see https://github.com/Netflix/concurrency-limits adaptive limits for requests
 */
export class Concurrency {
  #limit = FIRST
  #ceiling = MOST_REQUESTS
  #inFlight = 0
  /** Counts the changes of the limit: what was started under an earlier one is not measured by this one. */
  #era = 0
  #refusedEra = 0
  #refusedLimit = Number.POSITIVE_INFINITY
  #refusedAtMs = Number.NEGATIVE_INFINITY
  /** Null until something that was started under this limit has come back. */
  #round: { readonly sinceMs: number; requests: number; bytes: number } | null = null
  #wasFull = false
  #trial: Trial | null = null
  #growth = 2
  #restRounds = 0

  get limit(): number {
    return Math.min(this.#limit, this.#ceiling)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** What has been started before a halving says nothing about what is allowed after it. */
  get era(): number {
    return this.#era
  }

  get hasRoom(): boolean {
    return this.#inFlight < this.limit
  }

  /** The most that makes sense at all, at least 1: as where a bandwidth limit would be cut into slivers. */
  setCeiling(ceiling: number): void {
    this.#ceiling = Math.max(1, Math.min(MOST_REQUESTS, Math.floor(ceiling)))
  }

  /** The line may be another now: what it can take is found out again, from where it stands. */
  renew(): void {
    this.#growth = 2
    this.#restRounds = 0
    this.#refusedLimit = Number.POSITIVE_INFINITY
    this.#setLimit(this.#limit, null)
  }

  /** A request goes out. @returns the era it belongs to, for the other calls. */
  start(): number {
    this.#inFlight += 1
    if (this.#inFlight >= this.limit) this.#wasFull = true
    return this.#era
  }

  /** It has ended, however it did; before the call that says how. */
  end(): void {
    this.#inFlight -= 1
  }

  /** The store has answered. @param bytes Of its body that the store has now. */
  acknowledge(era: number, bytes: number, nowMs: number): void {
    if (this.#round === null) {
      if (era === this.#era) this.#round = { sinceMs: nowMs, requests: 0, bytes: 0 }
      return
    }
    this.#round.requests += 1
    this.#round.bytes += bytes
    const lastedMs = nowMs - this.#round.sinceMs
    if (this.#round.requests >= this.limit && lastedMs >= SHORTEST_ROUND_MS) this.#endRound(lastedMs, nowMs)
  }

  /** The server had too much (429, 503), or the request was lost on the way. */
  refuse(era: number, nowMs: number): void {
    if (era < this.#refusedEra) return
    this.#refusedLimit = this.limit
    this.#refusedAtMs = nowMs
    this.#growth = 1.25
    this.#setLimit(Math.max(1, Math.floor(this.limit / 2)), null)
    this.#refusedEra = this.#era
  }

  #endRound(lastedMs: number, nowMs: number): void {
    const { requests, bytes } = this.#round ?? { requests: 0, bytes: 0 }
    const perMs = (bytes + requests * REQUEST_BYTES) / lastedMs
    const requestMs = (lastedMs * this.limit) / requests // Little's law
    const wasFull = this.#wasFull
    this.#round = { sinceMs: nowMs, requests: 0, bytes: 0 }
    this.#wasFull = this.#inFlight >= this.limit
    if (!wasFull) return
    if (this.#trial) this.#judge(this.#trial, perMs, requestMs, nowMs)
    else if (this.#restRounds > 0) this.#restRounds -= 1
    else this.#try(perMs, nowMs)
  }

  #judge(trial: Trial, perMs: number, requestMs: number, nowMs: number): void {
    const isFree = this.#limit <= FREELY && requestMs <= QUICK_MS
    const needed = isFree ? NO_WORSE : 1 + (this.#limit / trial.limit - 1) / 4
    if (perMs >= trial.perMs * needed) {
      this.#trial = null
      this.#try(perMs, nowMs)
      return
    }
    trial.fruitless += 1
    if (trial.fruitless < MOST_FRUITLESS) return
    this.#growth = 1.25
    this.#restRounds = REST_ROUNDS
    this.#setLimit(trial.limit, null)
  }

  #try(perMs: number, nowMs: number): void {
    const isRemembered = nowMs - this.#refusedAtMs < REFUSAL_MS
    const most = Math.min(this.#ceiling, isRemembered ? Math.max(1, this.#refusedLimit - 1) : MOST_REQUESTS)
    const limit = Math.min(most, Math.ceil(this.#limit * this.#growth))
    if (limit > this.#limit) this.#setLimit(limit, { limit: this.#limit, perMs, fruitless: 0 })
  }

  #setLimit(limit: number, trial: Trial | null): void {
    this.#limit = limit
    this.#trial = trial
    this.#era += 1
    this.#round = null
    this.#wasFull = this.#inFlight >= limit
  }
}
