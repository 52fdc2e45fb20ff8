import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { Clock } from '../files/Clock.ts'
import { Concurrency } from './Concurrency.ts'

export type AccountLineOptions = {
  readonly clock: Clock
  /** Requests may go out again, or more of them than before. */
  readonly onRoom: () => void
  /** Nothing goes out for so long from now on. */
  readonly onRest: (ms: number) => void
}

/** 429, 503, other 5xx (r2-facts §12: so R2 says that a bucket has too much at once), and what was lost on the way. */
const TROUBLE: ReadonlySet<ErrorCode> = new Set(['rate-limited', 'server-error', 'timeout', 'network'])

/** A server that asks for more is asked again after that all the same: it may have meant one request. */
export const LONGEST_REST_MS = 5 * 60_000

/** Called when it is its turn; it has been counted as under way already. @param era See `Concurrency.start`. */
type Enter = (era: number) => void

/**
 * The requests to one account: so many with a body at once as it has shown to take, none while it has asked to be left
 * alone. Collections take turns, so a small one is not behind all the parts of a large one.
 */
export class AccountLine {
  readonly #options: AccountLineOptions
  readonly #concurrency = new Concurrency()
  /** By collection, in the order of their turns. */
  readonly #waiting = new Map<string, Enter[]>()
  readonly #untilRested = new Set<() => void>()
  #restsUntilMs = 0
  #stopTimer: (() => void) | null = null

  constructor(options: AccountLineOptions) {
    this.#options = options
  }

  /** Requests with a body at once, at most. */
  get limit(): number {
    return this.#concurrency.limit
  }

  get inFlight(): number {
    return this.#concurrency.inFlight
  }

  /** The server has asked for a pause (`Retry-After`) that is not over. */
  get isResting(): boolean {
    return this.#stopTimer !== null
  }

  /**
   * Sends a body when it is its turn.
   *
   * @param bytes Its size.
   * @throws `signal.reason` when aborted while waiting, and what `act` throws.
   */
  async send<T>(collectionId: string, bytes: number, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const { clock } = this.#options
    const era = await this.#enter(collectionId, signal)
    try {
      const answer = await act()
      this.#concurrency.end()
      this.#concurrency.acknowledge(era, bytes, clock.now())
      return answer
    } catch (error) {
      this.#concurrency.end()
      if (isTrouble(error)) this.#note(error, era)
      else if (error instanceof AppError) this.#concurrency.acknowledge(era, 0, clock.now()) // a refusal is an answer
      throw error
    } finally {
      this.#serve()
    }
  }

  /** Asks what has no body: at once, unless the account rests. @throws as `send`. */
  async ask<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    if (this.isResting) await this.#rested(signal)
    const era = this.#concurrency.era
    try {
      return await act()
    } catch (error) {
      if (isTrouble(error)) this.#note(error, era)
      throw error
    }
  }

  setCeiling(ceiling: number): void {
    this.#concurrency.setCeiling(ceiling)
    this.#serve()
  }

  /** The line may be another now: what it can take is found out again. */
  renew(): void {
    this.#concurrency.renew()
  }

  /** Ends the timer. What waits ends with its own signal. */
  close(): void {
    this.#stopTimer?.()
    this.#stopTimer = null
  }

  #note(error: AppError, era: number): void {
    this.#concurrency.refuse(era, this.#options.clock.now())
    if (error.retryAfterMs !== null) this.#rest(Math.min(error.retryAfterMs, LONGEST_REST_MS))
  }

  #rest(ms: number): void {
    const { clock, onRoom, onRest } = this.#options
    const untilMs = clock.now() + ms
    if (ms <= 0 || (this.isResting && untilMs <= this.#restsUntilMs)) return
    this.#restsUntilMs = untilMs
    this.#stopTimer?.()
    this.#stopTimer = clock.setTimer(ms, () => {
      this.#stopTimer = null
      for (const go of this.#untilRested) go()
      this.#untilRested.clear()
      this.#serve()
      onRoom()
    })
    onRest(ms)
  }

  #rested(signal: AbortSignal): Promise<void> {
    return waitFor<void>(signal, (go) => {
      this.#untilRested.add(go)
      return () => this.#untilRested.delete(go)
    })
  }

  async #enter(collectionId: string, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted()
    if (!this.isResting && this.#waiting.size === 0 && this.#concurrency.hasRoom) return this.#concurrency.start()
    return waitFor<number>(signal, (enter) => {
      const queue = this.#waiting.get(collectionId) ?? []
      queue.push(enter)
      this.#waiting.set(collectionId, queue)
      return () => {
        queue.splice(queue.indexOf(enter), 1)
        if (queue.length === 0) this.#waiting.delete(collectionId)
      }
    })
  }

  #serve(): void {
    while (!this.isResting && this.#concurrency.hasRoom) {
      const [next] = this.#waiting
      if (!next) return
      const [collectionId, queue] = next
      this.#waiting.delete(collectionId)
      const enter = queue.shift()
      if (queue.length > 0) this.#waiting.set(collectionId, queue) // behind the others
      enter?.(this.#concurrency.start())
    }
  }
}

/** @param begin Starts waiting with what is to be called. @returns what ends the waiting when the signal is aborted. */
function waitFor<T>(signal: AbortSignal, begin: (go: (value: T) => void) => () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const go = (value: T) => {
      signal.removeEventListener('abort', giveUp)
      resolve(value)
    }
    const giveUp = () => {
      leave()
      reject(signal.reason)
    }
    const leave = begin(go)
    signal.addEventListener('abort', giveUp, { once: true })
  })
}

function isTrouble(error: unknown): error is AppError {
  return error instanceof AppError && TROUBLE.has(error.code)
}
