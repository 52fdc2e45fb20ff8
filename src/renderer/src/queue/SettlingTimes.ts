import type { FrameView } from '../../../shared/model/frame.ts'

/** When frames that are being written were first seen so by this window. */
export class SettlingTimes {
  readonly #sinceMs = new Map<string, number>()

  note(frames: ReadonlyArray<FrameView>): void {
    for (const { id, status } of frames) {
      if (status !== 'settling') this.#sinceMs.delete(id)
      else if (!this.#sinceMs.has(id)) this.#sinceMs.set(id, Date.now())
    }
  }

  /** Null for a frame that is not being written. */
  sinceMs(id: string): number | null {
    return this.#sinceMs.get(id) ?? null
  }
}
