import { type ChildProcess, spawn } from 'node:child_process'
import { AppError } from '../../shared/errors.ts'
import { endWithChildren } from './endWithChildren.ts'
import { readRssBytes } from './readRssBytes.ts'
import type { Message, Outcome, Request, Task } from './tasks.ts'

/** Why a process ended before it had answered. */
export type Fate = 'crashed' | 'too-slow' | 'too-much-memory' | 'stopped'

/** What a task rejects with when its process ended under it. */
export class Casualty extends Error {
  override readonly name = 'Casualty'
  readonly fate: Fate
  /** Not the task that was too slow, but one that happened to be in the same process. */
  readonly isBystander: boolean

  constructor(fate: Fate, isBystander: boolean, detail: string) {
    super(detail)
    this.fate = fate
    this.isBystander = isBystander
  }
}

export type ProcessOptions = {
  readonly entry: string
  readonly timeLimitMs: number
  readonly memoryLimitBytes: number
}

type Open = {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** Memory grows by 600 MB a second at worst (photo-facts §9): this often, the limit is overrun by a tenth of that. */
const MEMORY_WATCH_MS = 100

/** Loading sharp takes a fifth of a second; a loaded machine is given all this. */
const START_LIMIT_MS = 30_000

/** What is kept of the last words, for the log. */
const LAST_WORDS_LENGTH = 2_000

/** Only what perl, libvips and the system need: the engine's environment may hold an account's secret. */
const ENVIRONMENT = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'windir', 'USERPROFILE']

/** One darkroom process, watched: it answers, or it is killed. */
export class DarkroomProcess {
  readonly #child: ChildProcess
  readonly #options: ProcessOptions
  readonly #open = new Map<number, Open>()
  /** Asked and not sent yet: what is asked in one turn, or before the process is ready, goes as one message. */
  #outbox: Request[] = []
  readonly #watch: NodeJS.Timeout
  readonly #startTimer: NodeJS.Timeout
  #isReady = false
  #isUsable = true
  #nextId = 0
  #fate: Fate = 'crashed'
  #slowId: number | null = null
  #lastWords = ''
  #reportedRssBytes = 0
  /** Settles when the process is gone and all its tasks are settled. */
  readonly ended: Promise<void>

  constructor(options: ProcessOptions) {
    this.#options = options
    this.#child = spawn(process.execPath, [options.entry, String(options.memoryLimitBytes)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      windowsHide: true,
      detached: process.platform !== 'win32', // leads a group, so that what it starts can be ended with it
      env: environment()
    })
    this.#child.on('message', (messages: ReadonlyArray<Message>) => {
      for (const message of messages) this.#receive(message)
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_LENGTH)
    })
    this.#startTimer = setTimeout(() => this.#kill('crashed'), START_LIMIT_MS)
    this.#watch = setInterval(() => this.#watchMemory(), MEMORY_WATCH_MS)
    this.ended = new Promise((resolve) => {
      // 'error' is a process that never started, or a message it could not take any more; then 'exit' follows.
      this.#child.on('error', (error) => {
        this.#lastWords += error.message
        if (this.#child.pid === undefined) this.#bury(resolve)
      })
      this.#child.once('exit', (code, signal) => {
        this.#lastWords += `\nexit ${code ?? signal}`
        this.#bury(resolve)
      })
    })
  }

  /** Neither ended nor about to. */
  get isUsable(): boolean {
    return this.#isUsable
  }

  /** Tasks it has not answered yet. */
  get load(): number {
    return this.#open.size
  }

  get rssBytes(): number {
    return (this.#child.pid === undefined ? null : readRssBytes(this.#child.pid)) ?? this.#reportedRssBytes
  }

  /** @throws AppError from the task; Casualty if the process ends first. */
  ask(task: Task): Promise<Outcome> {
    const id = this.#nextId++
    const outcome = new Promise<Outcome>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#slowId = id
        this.#kill('too-slow')
      }, this.#options.timeLimitMs)
      this.#open.set(id, { resolve, reject, timer })
    })
    this.#outbox.push({ id, task })
    if (this.#isReady && this.#outbox.length === 1) setImmediate(() => this.#post())
    return outcome
  }

  /** Ends it at once, whatever it is doing; what it was doing rejects with a Casualty. */
  stop(): void {
    this.#kill('stopped')
  }

  #kill(fate: Fate): void {
    if (!this.#isUsable) return
    this.#isUsable = false
    this.#fate = fate
    if (this.#child.pid !== undefined) endWithChildren(this.#child.pid)
  }

  /** A message costs more than what is in it: as many requests as there are travel in one. */
  #post(): void {
    if (this.#outbox.length === 0 || !this.#isUsable) return
    this.#child.send(this.#outbox)
    this.#outbox = []
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case 'ready':
        this.#isReady = true
        clearTimeout(this.#startTimer)
        for (const { id } of this.#outbox) this.#open.get(id)?.timer.refresh() // the time to start is not the task's
        this.#post()
        return
      case 'memory':
        this.#reportedRssBytes = message.rssBytes
        return
      case 'done':
        this.#close(message.id)?.resolve(message.outcome)
        return
      case 'failed':
        this.#close(message.id)?.reject(new AppError(message.code, message.message))
        return
    }
  }

  #close(id: number): Open | undefined {
    const open = this.#open.get(id)
    this.#open.delete(id)
    clearTimeout(open?.timer)
    return open
  }

  #watchMemory(): void {
    if (this.#open.size > 0 && this.rssBytes > this.#options.memoryLimitBytes) this.#kill('too-much-memory')
  }

  #bury(resolve: () => void): void {
    this.#isUsable = false
    clearInterval(this.#watch)
    clearTimeout(this.#startTimer)
    for (const id of [...this.#open.keys()]) {
      const isBystander = this.#slowId !== null && this.#slowId !== id
      this.#close(id)?.reject(new Casualty(this.#fate, isBystander, this.#lastWords.trim()))
    }
    resolve()
  }
}

function environment(): NodeJS.ProcessEnv {
  const kept = ENVIRONMENT.map((name) => [name, process.env[name]]).filter(([, value]) => value !== undefined)
  return {
    ...Object.fromEntries(kept),
    // Both as measured: the same rate with a quarter to a third less memory (photo-facts §5.4).
    UV_THREADPOOL_SIZE: '2',
    MALLOC_ARENA_MAX: '2'
  }
}
