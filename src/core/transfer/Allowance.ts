import type { Bandwidth } from '../../shared/model/transfer.ts'
import { KiB } from '../../shared/units.ts'
import type { Clock } from '../files/Clock.ts'
import type { BandwidthLimiter } from './BandwidthLimiter.ts'
import { limitAt, untilNextMinuteMs } from './timetable.ts'

export type AllowanceOptions = {
  readonly clock: Clock
  readonly limiter: BandwidthLimiter
  /** @param bytesPerSecond Null: no limit. 0: nothing is to be sent. */
  readonly onChange: (bytesPerSecond: number | null) => void
}

/** Slower than that, a request takes so long that servers and connections give up on it. */
const LEAST_PER_REQUEST = 32 * KiB

/** How fast everything together may go, as the timetable has it from minute to minute. */
export class Allowance {
  readonly #options: AllowanceOptions
  #bandwidth: Bandwidth = { bytesPerSecond: null, timetable: [] }
  #bytesPerSecond: number | null = null
  #stopTimer = (): void => {}

  constructor(options: AllowanceOptions) {
    this.#options = options
  }

  get bytesPerSecond(): number | null {
    return this.#bytesPerSecond
  }

  /** Requests with a body among which the allowance is still worth dividing. */
  get mostRequests(): number {
    return this.#bytesPerSecond === null ? Number.POSITIVE_INFINITY : this.#bytesPerSecond / LEAST_PER_REQUEST
  }

  set(bandwidth: Bandwidth): void {
    this.#bandwidth = bandwidth
    this.look()
  }

  /** What holds now: at each full minute, and when the computer was asleep over one. */
  look(): void {
    const { clock, limiter, onChange } = this.#options
    this.#stopTimer()
    const nowMs = clock.now()
    if (this.#bandwidth.timetable.length > 0)
      this.#stopTimer = clock.setTimer(untilNextMinuteMs(nowMs), () => this.look())
    const bytesPerSecond = limitAt(this.#bandwidth, new Date(nowMs))
    if (bytesPerSecond === this.#bytesPerSecond) return
    this.#bytesPerSecond = bytesPerSecond
    limiter.setRate(bytesPerSecond)
    onChange(bytesPerSecond)
  }

  close(): void {
    this.#stopTimer()
  }
}
