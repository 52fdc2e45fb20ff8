import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from './Clock.ts'
import { PROBE_NAME } from './ignore.ts'

/** An event takes milliseconds; a computer that has other things to do is given this long. */
const PATIENCE_MS = 10_000

/** `impossible`: nothing can be written there, so nothing was learnt. */
export type ProbeOutcome = 'heard' | 'silent' | 'impossible'

/** Finds out whether changes in a folder are announced, by making one: a hidden, empty file that is removed again. */
export class Probe {
  readonly #path: string
  readonly #clock: Clock
  #hear: () => void = () => {}

  constructor(root: string, clock: Clock) {
    this.#path = join(root, PROBE_NAME)
    this.#clock = clock
  }

  /** To be called when anything is heard: every event shows that events arrive. */
  hear(): void {
    this.#hear()
  }

  /** One at a time. */
  async run(signal: AbortSignal): Promise<ProbeOutcome> {
    const { promise, resolve } = Promise.withResolvers<ProbeOutcome>()
    const giveUp = (): void => resolve('impossible')
    this.#hear = () => resolve('heard')
    // What a crash has left would make no event; and a link in its place is not to be written through.
    await unlink(this.#path).catch(() => {})
    try {
      await (await open(this.#path, 'wx')).close()
    } catch {
      return 'impossible'
    }
    const stopTimer = this.#clock.setTimer(PATIENCE_MS, () => resolve('silent'))
    signal.addEventListener('abort', giveUp)
    if (signal.aborted) giveUp()
    try {
      return await promise
    } finally {
      stopTimer()
      signal.removeEventListener('abort', giveUp)
      await unlink(this.#path).catch(() => {}) // the volume is gone, and it with it
    }
  }
}
