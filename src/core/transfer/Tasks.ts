import { StopReason } from './StopReason.ts'

/** `settle`, which only waits for a file to stand still, takes nobody's turn. */
export type TaskKind = 'prepare' | 'render' | 'send' | 'settle'

export type TaskSubject = {
  readonly kind: TaskKind
  readonly frameId: string
  readonly collectionId: string
  /** Where it sends to; null for what sends nothing. */
  readonly accountId: string | null
  /** Requests with a body that it has at once, at most. */
  readonly requests: number
}

type Task = TaskSubject & { readonly stop: AbortController; readonly done: Promise<void> }

/** What is under way. */
export class Tasks {
  readonly #tasks = new Set<Task>()

  get size(): number {
    return this.#tasks.size
  }

  count(kind: TaskKind): number {
    let count = 0
    for (const task of this.#tasks) if (task.kind === kind) count += 1
    return count
  }

  has(frameId: string): boolean {
    return [...this.#tasks].some((task) => task.frameId === frameId)
  }

  /** Frames of which a task was stopped and has not ended yet: another one of the same frame would work against it. */
  get endingFrames(): ReadonlyArray<string> {
    return [...this.#tasks].flatMap(({ frameId, stop }) => (stop.signal.aborted ? [frameId] : []))
  }

  /** Requests that the tasks of each account have at once, at most. */
  get requestsByAccount(): Map<string, number> {
    const requests = new Map<string, number>()
    for (const task of this.#tasks) {
      if (task.accountId !== null) requests.set(task.accountId, (requests.get(task.accountId) ?? 0) + task.requests)
    }
    return requests
  }

  /** Collections of which something is being sent. */
  get sendingCollections(): Set<string> {
    return new Set([...this.#tasks].flatMap((task) => (task.kind === 'send' ? [task.collectionId] : [])))
  }

  /** @param act Never rejects. @param onEnd Called when the task is no longer among those under way. */
  run(subject: TaskSubject, act: (signal: AbortSignal) => Promise<void>, onEnd: () => void): void {
    const stop = new AbortController()
    const done = act(stop.signal).finally(() => {
      this.#tasks.delete(task)
      onEnd()
    })
    const task: Task = { ...subject, stop, done }
    this.#tasks.add(task)
  }

  /** Stops those that are meant; they end by themselves. */
  stop(kind: StopReason['kind'], isMeant: (task: TaskSubject) => boolean = () => true): void {
    for (const task of this.#tasks) if (isMeant(task)) task.stop.abort(new StopReason(kind))
  }

  /** Resolves when nothing is under way any more. */
  async ended(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all([...this.#tasks].map(({ done }) => done))
  }
}
