/** What one pass over a folder looks at; each takes in those before it. */
export const passKinds = ['named', 'changed', 'everything'] as const
export type PassKind = (typeof passKinds)[number]

/** Runs passes one after the other. What is asked for while one runs becomes one pass after it. */
export class PassQueue {
  readonly #pass: (kind: PassKind) => Promise<void>
  #asked: PassKind | null = null
  #waiters: Array<() => void> = []
  #work: Promise<void> | null = null
  #isClosed = false

  /** @param pass Must not reject. */
  constructor(pass: (kind: PassKind) => Promise<void>) {
    this.#pass = pass
  }

  get isBusy(): boolean {
    return this.#work !== null
  }

  /** Resolves when a pass of this kind, or of one that takes it in, that began after this call is over. */
  ask(kind: PassKind): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    if (this.#asked === null || passKinds.indexOf(kind) > passKinds.indexOf(this.#asked)) this.#asked = kind
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiters.push(resolve)
    this.#work ??= this.#run()
    return promise
  }

  /** Resolves when nothing is under way; what was asked for and has not begun is not done. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#asked = null
    await this.#work
    for (const resolve of this.#waiters.splice(0)) resolve()
  }

  async #run(): Promise<void> {
    while (this.#asked !== null) {
      const kind = this.#asked
      const waiters = this.#waiters
      this.#asked = null
      this.#waiters = []
      await this.#pass(kind)
      for (const resolve of waiters) resolve()
    }
    this.#work = null
  }
}
