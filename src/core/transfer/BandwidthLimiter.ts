import { KiB } from '../../shared/units.ts'
import type { Pacer } from '../store/Pacer.ts'

/** So much may go out at once after a silence: a slice, or where that is more what goes in a few turns of the timer. */
const LEAST_BURST_BYTES = 64 * KiB
const BURST_SECONDS = 0.02

type Waiter = { readonly bytes: number; readonly go: () => void }

/**
 * A token bucket for all bodies of all accounts together, first come, first served. The rate may be changed at any time
 * and holds at once, also for what is waiting.
 *
 * It goes by the real time and not by a `Clock`: what it paces is a real line.
 *
 * @see https://en.wikipedia.org/wiki/Token_bucket
 */
export class BandwidthLimiter implements Pacer {
  #bytesPerSecond: number | null = null
  /** Below zero, a slice larger than what was left has gone out on credit. */
  #tokens = 0
  #filledAtMs = performance.now()
  #timer: NodeJS.Timeout | null = null
  readonly #waiting: Waiter[] = []

  get isLimiting(): boolean {
    return this.#bytesPerSecond !== null
  }

  get bytesPerSecond(): number | null {
    return this.#bytesPerSecond
  }

  /** @param bytesPerSecond Null: no limit. 0: nothing goes out until it is changed again. */
  setRate(bytesPerSecond: number | null): void {
    if (bytesPerSecond === this.#bytesPerSecond) return
    this.#fill()
    if (this.#bytesPerSecond === null) this.#tokens = 0
    this.#bytesPerSecond = bytesPerSecond
    this.#serve()
  }

  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#bytesPerSecond === null) return
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        bytes,
        go: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        }
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(signal.reason)
        this.#serve()
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(waiter)
      this.#serve()
    })
  }

  #serve(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#fill()
    while (this.#waiting[0] && (this.#bytesPerSecond === null || this.#tokens > 0)) {
      const next = this.#waiting.shift()
      this.#tokens -= next?.bytes ?? 0
      next?.go()
    }
    if (this.#waiting.length === 0 || !this.#bytesPerSecond) return
    this.#timer = setTimeout(() => this.#serve(), Math.ceil(((1 - this.#tokens) / this.#bytesPerSecond) * 1_000))
  }

  #fill(): void {
    const nowMs = performance.now()
    const rate = this.#bytesPerSecond ?? 0
    const earned = ((nowMs - this.#filledAtMs) / 1_000) * rate
    this.#filledAtMs = nowMs
    this.#tokens = Math.min(Math.max(LEAST_BURST_BYTES, rate * BURST_SECONDS), this.#tokens + earned)
  }
}
