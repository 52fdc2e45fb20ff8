/** State that is replaced, never changed in place, with listeners. Plain TypeScript: tested without React. */
export class Store<S extends object> {
  #state: S
  readonly #listeners = new Set<() => void>()

  constructor(initial: S) {
    this.#state = initial
  }

  get state(): S {
    return this.#state
  }

  /** @returns a function that stops listening. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Listeners hear of it only if something is different. */
  protected update(change: Partial<S>): void {
    const next = { ...this.#state, ...change }
    const keys = Object.keys(change) as Array<keyof S>
    if (keys.every((key) => Object.is(next[key], this.#state[key]))) return
    this.#state = next
    for (const listener of [...this.#listeners]) listener()
  }
}
