import { AppError } from '../../shared/errors.ts'
import { Casualty, DarkroomProcess, type ProcessOptions } from './DarkroomProcess.ts'
import type { Outcome, OutcomeOf, Task } from './tasks.ts'

export type LaneOptions = ProcessOptions & {
  /** Processes at most, started as they are needed. */
  readonly processes: number
  /** Tasks that one process works on at the same time. */
  readonly tasksEach: number
  /** A running task that is aborted is worth its process: rendering is, a glance at a header is not. */
  readonly killsAborted: boolean
}

type Job = {
  readonly task: Task
  readonly signal: AbortSignal
  readonly settled: PromiseWithResolvers<Outcome>
  /** Was in a process that died. Tried once more, alone, so that it can harm nobody and nobody can harm it. */
  isSuspect: boolean
}

/** An idle process gives its memory back after this long. */
const IDLE_MS = 30_000

/** What decoders leave behind (WebAssembly's memory never shrinks): a process fatter than this part is replaced. */
const FAT_SHARE = 0.35
const WEIGH_MS = 100

/** Tasks in the order they came, over a few processes. */
export class Lane {
  readonly #options: LaneOptions
  readonly #queue: Job[] = []
  readonly #processes = new Set<DarkroomProcess>()
  readonly #idleTimers = new Map<DarkroomProcess, NodeJS.Timeout>()
  /** Those that run a suspect and take nothing else. */
  readonly #quarantined = new Set<DarkroomProcess>()
  /** When each was last weighed, ms: a look costs as much as a small task. */
  readonly #weighedMs = new WeakMap<DarkroomProcess, number>()
  #isClosed = false

  constructor(options: LaneOptions) {
    this.#options = options
  }

  /**
   * @throws AppError from the task, `engine-stopped` once closed; `signal.reason`; Casualty for a task that took too
   * long or brought down two processes.
   */
  async run<T extends Task>(task: T, signal: AbortSignal): Promise<OutcomeOf<T>> {
    signal.throwIfAborted()
    if (this.#isClosed) throw closedError()
    const job: Job = { task, signal, settled: Promise.withResolvers(), isSuspect: false }
    const drop = () => this.#dropQueued(job)
    signal.addEventListener('abort', drop)
    this.#queue.push(job)
    this.#dispatch()
    try {
      return (await job.settled.promise) as OutcomeOf<T> // a process answers what it was asked
    } finally {
      signal.removeEventListener('abort', drop)
    }
  }

  /** Ends all processes; what they were doing and what still waits rejects with `engine-stopped`. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const job of this.#queue.splice(0)) job.settled.reject(closedError())
    const all = [...this.#processes]
    for (const worker of all) worker.stop()
    await Promise.all(all.map(({ ended }) => ended))
  }

  #dropQueued(job: Job): void {
    const at = this.#queue.indexOf(job)
    if (at === -1) return
    this.#queue.splice(at, 1)
    job.settled.reject(job.signal.reason)
  }

  #dispatch(): void {
    for (let job = this.#queue[0]; job !== undefined; job = this.#queue[0]) {
      const worker = this.#processFor(job)
      if (worker === null) return
      this.#queue.shift()
      void this.#perform(job, worker)
    }
  }

  /** An idle process, else a new one while there is room for it, else the least busy; null if all have enough to do. */
  #processFor({ isSuspect }: Job): DarkroomProcess | null {
    const capacity = isSuspect ? 1 : this.#options.tasksEach
    const [best] = [...this.#processes]
      .filter((worker) => worker.isUsable && worker.load < capacity && !this.#quarantined.has(worker))
      .sort((one, other) => one.load - other.load)
    const hasRoom = !this.#isClosed && this.#processes.size < this.#options.processes
    if (hasRoom && (best === undefined || best.load > 0)) return this.#start()
    return best ?? null
  }

  #start(): DarkroomProcess {
    const worker = new DarkroomProcess(this.#options)
    this.#processes.add(worker)
    void worker.ended.then(() => {
      this.#processes.delete(worker)
      this.#quarantined.delete(worker)
      this.#dispatch()
    })
    return worker
  }

  async #perform(job: Job, worker: DarkroomProcess): Promise<void> {
    clearTimeout(this.#idleTimers.get(worker))
    this.#idleTimers.delete(worker)
    if (job.isSuspect) this.#quarantined.add(worker)
    const leave = () => (this.#options.killsAborted ? worker.stop() : job.settled.reject(job.signal.reason))
    job.signal.addEventListener('abort', leave)
    try {
      job.settled.resolve(await worker.ask(job.task))
    } catch (error) {
      this.#settleFailure(job, error)
    } finally {
      job.signal.removeEventListener('abort', leave)
      this.#release(worker)
    }
  }

  #settleFailure(job: Job, error: unknown): void {
    if (job.signal.aborted) job.settled.reject(job.signal.reason)
    else if (this.#isClosed) job.settled.reject(closedError())
    else if (error instanceof Casualty && mayTryAgain(job, error)) {
      job.isSuspect = !error.isBystander
      this.#queue.unshift(job)
    } else job.settled.reject(error)
  }

  #release(worker: DarkroomProcess): void {
    if (worker.load === 0 && worker.isUsable) {
      this.#quarantined.delete(worker)
      if (this.#isFat(worker)) worker.stop()
      else this.#idleTimers.set(worker, setTimeout(() => worker.stop(), IDLE_MS).unref())
    }
    this.#dispatch()
  }

  #isFat(worker: DarkroomProcess): boolean {
    const nowMs = performance.now()
    if (nowMs - (this.#weighedMs.get(worker) ?? 0) < WEIGH_MS) return false
    this.#weighedMs.set(worker, nowMs)
    return worker.rssBytes > this.#options.memoryLimitBytes * FAT_SHARE
  }
}

/** Waiting a second time would cost a core the whole limit again; a crash or too much memory may have been chance. */
function mayTryAgain(job: Job, { fate, isBystander }: Casualty): boolean {
  return isBystander || (!job.isSuspect && fate !== 'too-slow')
}

function closedError(): AppError {
  return new AppError('engine-stopped', 'The darkroom is closed')
}
