/** So many at once, first come first served. */
export class Slots {
  #free: number
  readonly #waiters: Array<() => void> = []

  constructor(limit: number) {
    this.#free = limit
  }

  /** Runs `act` when there is room. @throws `signal.reason` when aborted while waiting, and what `act` throws. */
  async run<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(signal)
    try {
      return await act()
    } finally {
      this.#leave()
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        this.#waiters.splice(this.#waiters.indexOf(enter), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiters.push(enter)
    })
  }

  #leave(): void {
    const next = this.#waiters.shift()
    if (next) next()
    else this.#free += 1
  }
}
