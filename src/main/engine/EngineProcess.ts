import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { z } from 'zod'
import type { EngineNotice } from '../../core/EngineNotice.ts'
import { AppError, errorPolicy, type Problem, problemSchema } from '../../shared/errors.ts'
import { type EventName, type EventPayload, engineCalls, events } from '../../shared/ipc/contract.ts'
import { type EngineConfig, type FromEngine, privateCalls, type ToEngine } from '../../shared/ipc/engine.ts'
import type { BoundedLog } from './BoundedLog.ts'

const questions = { ...engineCalls, ...privateCalls } as const
export type QuestionName = keyof typeof questions
type QuestionInput<N extends QuestionName> = z.infer<(typeof questions)[N]['input']>
type QuestionOutput<N extends QuestionName> = z.infer<(typeof questions)[N]['output']>

export type EngineState = 'starting' | 'running' | 'stopped'

export type EngineOptions = {
  readonly nodePath: string
  /** The file that Node runs. */
  readonly entry: string
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  readonly log: BoundedLog
  /** What the engine is told each time before it is asked anything. */
  readonly configure: () => Promise<EngineConfig>
  readonly onEvent: <N extends EventName>(name: N, payload: EventPayload<N>) => void
  readonly onState: (state: EngineState) => void
  /**
   * The engine cannot start. Where `isOver`, nothing but `start` tries it again; otherwise it is tried after pauses, and
   * this is not told again until an engine has run.
   */
  readonly onRefused: (problem: Problem, isOver: boolean) => void
  /** The engine runs, and the person should know of something that it found. */
  readonly onNoted: (problem: Problem) => void
  /** Whether replies and events are held to the contract too: a check for us, which costs time with long lists. */
  readonly checksReplies: boolean
  /** How long to wait before the 1st, 2nd, … start after a failure; the last goes for all that follow. */
  readonly pausesMs?: ReadonlyArray<number>
}

type OpenQuestion = {
  readonly name: QuestionName
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

const PAUSES_MS = [200, 1_000, 3_000, 10_000, 30_000]
/** Alive for this long, an engine counts as healthy, and its next death as the first. */
const HEALTHY_AFTER_MS = 60_000
/** An engine that mends a damaged catalog of 100,000 frames needs 11 s of a processor, and must not be killed over it. */
const READY_WITHIN_MS = 300_000
/** From the order to end until it is killed. */
const LEAVE_WITHIN_MS = 2_000

/**
 * The engine as main sees it: a child process that is started again whenever it ends, because its catalog lets it go on
 * where it was. One that says that it cannot start is started again only if that can pass by itself. Questions wait while it starts; when it dies each open one is answered with `engine-stopped`.
 */
export class EngineProcess {
  readonly #options: EngineOptions
  readonly #open = new Map<number, OpenQuestion>()
  /** Questions asked while the engine was starting. */
  #waiting: ToEngine[] = []
  #child: ChildProcess | null = null
  #state: EngineState = 'stopped'
  #lastId = 0
  #failures = 0
  /** Why the last engine that was started would not run; null if it does, or has said nothing yet. */
  #refusal: Problem | null = null
  /** What the person has been told since an engine ran. */
  #toldRefusal: Problem['code'] | null = null
  #timer: NodeJS.Timeout | null = null
  /** What a running engine was told last, or will be. */
  #lastConfig: Promise<unknown> = Promise.resolve()
  /** What the engine said and what has not been passed on yet, oldest first. */
  #heard: Array<FromEngine | EngineNotice> = []

  constructor(options: EngineOptions) {
    this.#options = options
  }

  get state(): EngineState {
    return this.#state
  }

  /** Of the running process, for the log and the tests. */
  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** Does nothing while an engine runs or starts. */
  start(): void {
    if (this.#child) return
    this.#clearTimer()
    this.#refusal = null
    const { nodePath, entry, home, env, log } = this.#options
    this.#change('starting')
    const child = spawn(nodePath, [entry, '--home', home], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      windowsHide: true,
      env
    })
    this.#child = child
    const startedAtMs = Date.now()
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => log.write('engine', line))
    }
    this.#timer = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS)
    child.on('message', (message) => this.#hear(message as FromEngine | EngineNotice)) // our own program, of our own version
    child.once('disconnect', () => {
      if (this.#child === child) child.kill() // it can no longer hear us
    })
    child.once('error', (error) => this.#gone(child, startedAtMs, error.message))
    child.once('exit', (code, signal) => this.#gone(child, startedAtMs, signal ?? `exit ${code}`))
  }

  /** @throws AppError as the engine answered, or `engine-stopped`. */
  ask<N extends QuestionName>(name: N, input: QuestionInput<N>): Promise<QuestionOutput<N>> {
    return this.#ask(name, input) as Promise<QuestionOutput<N>> // the table ties name and output together
  }

  /**
   * Tells a running engine what has changed; one that starts is told by itself. What is told is put together one after
   * the other: a vault that is slow to open must not let the older of two be told last.
   */
  async reconfigure(): Promise<void> {
    if (this.#state === 'stopped') return
    const config = this.#lastConfig.catch(() => {}).then(() => this.#options.configure())
    this.#lastConfig = config
    await this.ask('engine:configure', await config)
  }

  /** Lets the engine finish for at most `limitMs`, then ends it. It is not started again. */
  async stop(limitMs: number): Promise<void> {
    this.#clearTimer()
    const child = this.#child
    if (!child) {
      this.#change('stopped')
      return
    }
    if (this.#state === 'running') {
      const limit = Promise.withResolvers<void>()
      const timer = setTimeout(limit.resolve, limitMs)
      await Promise.race([this.ask('engine:drain', {}).catch(() => {}), limit.promise])
      clearTimeout(timer)
    }
    this.#child = null // what ends from here on is not a failure
    this.#failOpen('stopped by us')
    this.#change('stopped')
    if (child.exitCode !== null || child.signalCode !== null) return
    const left = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const killer = setTimeout(() => child.kill('SIGKILL'), LEAVE_WITHIN_MS)
    if (child.connected) child.disconnect() // an engine that nobody listens to closes its catalog and ends
    await left
    clearTimeout(killer)
  }

  #ask(name: QuestionName, input: unknown, isFirst = false): Promise<unknown> {
    if (this.#state === 'stopped') return Promise.reject(new AppError('engine-stopped', `${name}: no engine`))
    this.#lastId += 1
    const message: ToEngine = { kind: 'call', id: this.#lastId, name, input }
    return new Promise((resolve, reject) => {
      this.#open.set(message.id, { name, resolve, reject })
      if (this.#state === 'running' || isFirst) this.#send(message)
      else this.#waiting.push(message)
    })
  }

  #send(message: ToEngine): void {
    // A closed channel is not told here: the exit that follows answers for all open questions.
    this.#child?.send(message, () => {})
  }

  /**
   * Passes one message on in each turn of the event loop. Node hands out all that arrived together before whoever awaits
   * the first of them goes on: an event would overtake the reply before it, and the window take old rows for new ones.
   */
  #hear(message: FromEngine | EngineNotice): void {
    this.#heard.push(message)
    if (this.#heard.length === 1) setImmediate(() => this.#passNext())
  }

  #passNext(): void {
    const [message] = this.#heard
    if (message === undefined) return // passed on when the engine left
    this.#receive(message)
    this.#heard.shift()
    if (this.#heard.length > 0) setImmediate(() => this.#passNext())
  }

  #passAll(): void {
    for (const message of this.#heard.splice(0)) this.#receive(message)
  }

  #receive(message: FromEngine | EngineNotice): void {
    switch (message.kind) {
      case 'ready':
        this.#toldRefusal = null
        void this.#greet()
        return
      case 'refused':
        this.#refuse(message.problem)
        return
      case 'noted':
        this.#options.onNoted(message.problem)
        return
      case 'reply':
        this.#settle(message)
        return
      case 'event':
        this.#pass(message.name, message.payload)
    }
  }

  #refuse(problem: Problem): void {
    this.#refusal = problem
    this.#options.log.write('main', `The engine does not start: ${problem.code} ${problem.detail}`)
    const isOver = this.#isRefusalOver
    if (isOver || this.#toldRefusal !== problem.code) this.#options.onRefused(problem, isOver)
    this.#toldRefusal = problem.code
    this.#child?.disconnect() // it waits for that, so that what it said is heard before it is gone
  }

  /** What only a person can change is not tried for ever. */
  get #isRefusalOver(): boolean {
    return this.#refusal !== null && !errorPolicy[this.#refusal.code].retryable
  }

  async #greet(): Promise<void> {
    this.#clearTimer()
    const child = this.#child
    try {
      await this.#ask('engine:configure', await this.#options.configure(), true)
    } catch (error) {
      // An engine without accounts still answers, and says with each question what it lacks.
      this.#options.log.write('main', `The engine was not configured: ${String(error)}`)
    }
    if (this.#child !== child || this.#state !== 'starting') return
    this.#change('running')
    for (const message of this.#waiting.splice(0)) this.#send(message)
  }

  #settle(reply: Extract<FromEngine, { kind: 'reply' }>): void {
    const question = this.#open.get(reply.id)
    if (!question) return
    this.#open.delete(reply.id)
    const { name, resolve, reject } = question
    if (!reply.ok) {
      const problem = problemSchema.safeParse(reply.error)
      reject(problem.success ? new AppError(problem.data.code, problem.data.detail) : badReply(name, problem.error))
      return
    }
    if (!this.#options.checksReplies) {
      resolve(reply.value)
      return
    }
    const value = questions[name].output.safeParse(reply.value)
    if (value.success) resolve(value.data)
    else reject(badReply(name, value.error))
  }

  #pass(name: string, payload: unknown): void {
    const { log, checksReplies, onEvent } = this.#options
    const fault = !isEventName(name) || (checksReplies && !events[name].safeParse(payload).success)
    if (fault) log.write('main', `The engine announced ${name} in a way that is not in the contract`)
    else onEvent(name, payload as EventPayload<typeof name>) // held to the contract above, or by the engine's own types
  }

  #gone(child: ChildProcess, startedAtMs: number, how: string): void {
    if (this.#child !== child) return
    this.#passAll()
    this.#clearTimer()
    this.#child = null
    this.#failures = Date.now() - startedAtMs > HEALTHY_AFTER_MS ? 1 : this.#failures + 1
    this.#options.log.write('main', `The engine left: ${how}`)
    this.#failOpen(how)
    this.#change('stopped')
    if (this.#isRefusalOver) return
    const pauses = this.#options.pausesMs ?? PAUSES_MS
    this.#timer = setTimeout(() => this.start(), pauses[Math.min(this.#failures, pauses.length) - 1])
  }

  #failOpen(how: string): void {
    const open = [...this.#open.values()]
    this.#open.clear()
    this.#waiting = []
    for (const { name, reject } of open) reject(new AppError('engine-stopped', `${name}: ${how}`))
  }

  #change(state: EngineState): void {
    if (this.#state === state) return
    this.#state = state
    this.#options.onState(state)
  }

  #clearTimer(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }
}

function badReply(name: QuestionName, cause: Error): AppError {
  return new AppError('internal', `The engine's reply to ${name} is not as the contract says`, { cause })
}

function isEventName(name: string): name is EventName {
  return Object.hasOwn(events, name)
}
