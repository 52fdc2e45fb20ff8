import type { Totals } from '../../shared/model/frame.ts'

/**
 * How far the work that is under way has come. Totals count everything a person ever queued; a bar should begin at
 * nothing when work begins, so what was done before is taken off both sides.
 */
export class WorkProgress {
  #bytesBefore: number | null = null

  /** @returns 0 to 1, or null while nothing is to be done. */
  measure({ waiting, working, totalBytes, doneBytes }: Totals): number | null {
    if (waiting + working === 0) {
      this.#bytesBefore = null
      return null
    }
    this.#bytesBefore = Math.min(this.#bytesBefore ?? doneBytes, doneBytes)
    const allBytes = totalBytes - this.#bytesBefore
    return allBytes > 0 ? Math.min(1, (doneBytes - this.#bytesBefore) / allBytes) : 0
  }
}
