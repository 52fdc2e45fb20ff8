/** Samples are this far apart. */
const STEP_MS = 500

/** Speed is the mean of so long: long enough to stay readable, short enough to be true. */
const SPEED_MS = 5_000

/** The two spans that must agree before time left is told. */
const SHORT_MS = 10_000
const LONG_MS = 30_000

type Sample = { readonly atMs: number; readonly sentBytes: number; readonly doneBytes: number }

/**
 * Speed and time left, from what was sent on the line and from how far the work has come. These differ: a rendition
 * costs line time without bringing the originals' bytes further.
 */
export class Throughput {
  readonly #samples: Sample[] = []
  #sentBytes = 0

  /** Bytes that the store has acknowledged. */
  addSent(bytes: number): void {
    this.#sentBytes += Math.max(0, bytes)
  }

  /** To be called about twice a second. @param doneBytes How far the work is, in source bytes; may fall when it is cancelled. */
  sample(nowMs: number, doneBytes: number): void {
    const last = this.#samples.at(-1)
    if (last && nowMs - last.atMs < STEP_MS * 0.8) return
    this.#samples.push({ atMs: nowMs, sentBytes: this.#sentBytes, doneBytes })
    while (this.#samples[0] && nowMs - this.#samples[0].atMs > LONG_MS + STEP_MS) this.#samples.shift()
  }

  /** Nothing is under way: what comes next is measured from its own start. */
  reset(): void {
    this.#samples.length = 0
  }

  /** Bytes a second on the line, over the last five seconds. */
  get bytesPerSecond(): number {
    return this.#rate('sentBytes', SPEED_MS)?.perSecond ?? 0
  }

  /**
   * @param leftBytes Source bytes still to do.
   * @returns seconds, or null until the last ten and the last thirty seconds agree to within a third.
   */
  secondsLeft(leftBytes: number): number | null {
    const short = this.#rate('doneBytes', SHORT_MS)
    const long = this.#rate('doneBytes', LONG_MS)
    if (!short || !long || short.spanMs < SHORT_MS * 0.8 || long.perSecond <= 0) return null
    if (Math.abs(short.perSecond - long.perSecond) > long.perSecond / 3) return null
    return leftBytes / long.perSecond
  }

  #rate(field: 'sentBytes' | 'doneBytes', spanMs: number): { perSecond: number; spanMs: number } | null {
    const last = this.#samples.at(-1)
    const first = this.#samples.find(({ atMs }) => last && last.atMs - atMs <= spanMs)
    if (!last || !first || last === first) return null
    const elapsedMs = last.atMs - first.atMs
    return { perSecond: ((last[field] - first[field]) / elapsedMs) * 1_000, spanMs: elapsedMs }
  }
}
