import { AppError, isAbort, isUnwritable, type Problem, toProblem } from '../../shared/errors.ts'
import type { TransferSettings } from '../../shared/model/transfer.ts'
import type { Frame } from '../catalog/records.ts'
import { Allowance } from './Allowance.ts'
import type { BandwidthLimiter } from './BandwidthLimiter.ts'
import { FrameWork, type WorkPorts } from './FrameWork.ts'
import { type HoldKind, Holds } from './Holds.ts'
import { Lines } from './Lines.ts'
import { retakeFrame } from './retakeFrame.ts'
import { type TaskSubject, Tasks } from './Tasks.ts'
import { type DispatcherLimits, type Turns, takeTurns } from './takeTurns.ts'
import { isUnderWay } from './UploadState.ts'

export type { DispatcherLimits } from './takeTurns.ts'

export type DispatcherPorts = WorkPorts & {
  /** This engine's run: it works on the collections that it has claimed. */
  readonly session: string
  /** Paces the bodies of all stores that `storeOf` gives. */
  readonly limiter: BandwidthLimiter
  /** Collections whose folders are not there now. */
  readonly awayCollections: () => ReadonlyArray<string>
  /** Whether something holds the queue may be different now. */
  readonly onHoldChanged: () => void
}

const PROBE_LIMIT_MS = 10_000
const BUSY_MS = 1_000

/**
 * What would wait so long for its account is stopped, since the memory that it holds may be all that others wait for, and
 * the person is told.
 */
const LONG_REST_MS = 10_000

/** With so much under way, turns are given out in the transaction that keeps what others have come to meanwhile. */
const ENOUGH_TASKS = 8

/** Turns, and the frames that were put back into the queue with them. */
type Taken = Turns & { readonly putBack: ReadonlyArray<string> }

/**
 * Gives frames and uploads their turns: prepare, render, send. What is next stands in the catalog, so a crash at any
 * moment is a start like any other.
 */
export class Dispatcher {
  readonly #ports: DispatcherPorts
  readonly #limits: DispatcherLimits
  readonly #holds: Holds
  readonly #lines: Lines
  readonly #allowance: Allowance
  readonly #work: FrameWork
  readonly #tasks = new Tasks()
  #partBytes: number | null = null
  #toldHold: HoldKind | null = null
  /** Frames of which a task has ended without being able to write down how, each with its collection. */
  readonly #unwritten = new Map<string, string>()
  #isStarted = false
  #isWoken = false
  #stopTimer = (): void => {}

  constructor(ports: DispatcherPorts, limits: DispatcherLimits) {
    const { clock, random, limiter } = ports
    this.#ports = ports
    this.#limits = limits
    this.#holds = new Holds({
      clock,
      random,
      probe: (accountId) => this.#probe(accountId),
      onFound: (accountId) => this.#makeDue(accountId),
      onChanged: () => {
        this.#tellHold()
        this.wake()
      }
    })
    this.#lines = new Lines({
      clock,
      onRoom: () => this.wake(),
      onRest: (accountId, ms) => {
        if (ms < LONG_REST_MS) return
        this.#tasks.stop('hold', (task) => task.accountId === accountId)
        this.#holds.rest(accountId, ms)
      }
    })
    this.#allowance = new Allowance({ clock, limiter, onChange: (bytesPerSecond) => this.#allow(bytesPerSecond) })
    this.#work = new FrameWork(ports, {
      holds: this.#holds,
      lines: this.#lines,
      partBytes: () => this.#partBytes,
      onSourceChanged: (frame) => this.#retake(frame)
    })
  }

  start(): void {
    this.#isStarted = true
    this.wake()
  }

  /** What the person has set for all that is sent. Holds at once, also for what is under way. */
  configure({ order, renditionsFirst, partBytes, bufferBytes, bandwidth }: TransferSettings): void {
    const { frames, uploads, pool } = this.#ports
    frames.setOrder({ order, renditionsFirst })
    uploads.setOrder({ order, renditionsFirst })
    this.#partBytes = partBytes
    pool.resize(bufferBytes)
    this.#allowance.set(bandwidth)
    this.wake()
  }

  /** Something may have become due. */
  wake(): void {
    if (this.#isWoken) return
    this.#isWoken = true
    if (this.#tasks.size < ENOUGH_TASKS) setImmediate(() => this.#fill())
    else this.#fillWithOthers()
  }

  /** Why what waits does not move, or null. */
  get hold(): HoldKind | null {
    const { kind } = this.#holds
    return kind === 'resting' && this.#tasks.count('send') > 0 ? null : kind // another account takes something
  }

  /** What the person allows at this hour, all accounts together; null: no limit. */
  get limitBytesPerSecond(): number | null {
    return this.#allowance.bytesPerSecond
  }

  /** What an account (null: any) answered that a person has to mend, or null. */
  refusalOf(accountId: string | null): Problem | null {
    return this.#holds.refusalOf(accountId)
  }

  get isBusy(): boolean {
    return this.#tasks.size > 0
  }

  /** The strip's pause. What is under way stops; parts that were acknowledged are kept. */
  setHeld(isHeld: boolean): void {
    if (isHeld) this.#tasks.stop('hold')
    this.#holds.setPaused(isHeld)
  }

  /** Accounts have new secrets or addresses: what waited for that tries again. */
  accountsChanged(): void {
    this.#holds.accountsChanged()
  }

  /** Another network, or a network again: what waits for one tries at once. */
  networkChanged(): void {
    this.#makeDue(null)
    this.#lines.renew()
    this.#holds.networkChanged()
    this.wake()
  }

  /** The system says that there is no network; that is believed once accounts in use do not answer. */
  networkLost(): void {
    for (const accountId of this.#tasks.requestsByAccount.keys()) this.#holds.suspect(accountId)
  }

  /** The computer falls asleep: what is under way stops as for a pause, while there is time to write that down. */
  suspend(): void {
    this.#holds.fallAsleep()
    this.#tasks.stop('hold')
  }

  /** It is awake. Connections from before are dead, whether or not it said that it would sleep. */
  resume(): void {
    this.#tasks.stop('hold', ({ kind }) => kind === 'send')
    this.#holds.wakeUp()
    this.#allowance.look()
    this.networkChanged()
  }

  /** Stops what is under way for these frames; the caller has changed, or is about to change, their state. */
  stopFrames(frameIds: Iterable<string>, kind: 'command' | 'changed' = 'command'): void {
    const ids = new Set(frameIds)
    this.#tasks.stop(kind, ({ frameId }) => ids.has(frameId))
  }

  /** Another engine works on the collection now: what is under way here ends, and the catalog is left to that one. */
  stopCollection(collectionId: string): void {
    this.#tasks.stop('elsewhere', (task) => task.collectionId === collectionId)
    for (const [frameId, of] of this.#unwritten) if (of === collectionId) this.#unwritten.delete(frameId)
  }

  /** Resolves when nothing is under way any more. What was stopped goes on at the next start. */
  async close(): Promise<void> {
    this.#isStarted = false
    this.#stopTimer()
    this.#holds.close()
    this.#lines.close()
    this.#allowance.close()
    this.#tasks.stop('close')
    await this.#tasks.ended()
    this.#ports.uploads.commits.flush() // the last turns that were asked for, which nobody gets: the catalog is closed next
  }

  #allow(bytesPerSecond: number | null): void {
    const isNothing = bytesPerSecond === 0
    if (isNothing) this.#tasks.stop('hold', ({ kind }) => kind === 'send')
    this.#lines.setCeiling(this.#allowance.mostRequests)
    this.#lines.renew()
    this.#holds.setClosed(isNothing)
  }

  /** Rejects only where no answer can be had: a refusal is one. */
  async #probe(accountId: string): Promise<void> {
    try {
      const store = await this.#ports.storeOf(accountId)
      await store.head('.silverdrop-probe', AbortSignal.timeout(PROBE_LIMIT_MS))
    } catch (error) {
      if (!(error instanceof AppError) || error.isRetryable) throw error
    }
  }

  #fill(): void {
    try {
      this.#begin(this.#take())
    } catch (error) {
      this.#noteUnwritable(error)
    }
  }

  #fillWithOthers(): void {
    const { commits } = this.#ports.uploads
    const take = () => this.#take()
    const begin = (taken: Taken | null) => this.#begin(taken)
    commits.run(take, begin).catch((error: unknown) => {
      this.#isWoken = false // also where the transaction could not even begin
      this.#noteUnwritable(error)
    })
  }

  /** @returns null where nothing may be begun now. */
  #take(): Taken | null {
    this.#isWoken = false
    if (!this.#isStarted || !this.#holds.allowsWork) return null
    const putBack = this.#putBackUnwritten()
    const { clock, awayCollections } = this.#ports
    const own = { lines: this.#lines, holds: this.#holds, tasks: this.#tasks, limits: this.#limits }
    return { putBack, ...takeTurns({ ...this.#ports, ...own, away: awayCollections(), nowMs: clock.now() }) }
  }

  /** What was taken is in the catalog now. */
  #begin(taken: Taken | null): void {
    if (!taken) return
    const { putBack, prepare, render, send } = taken
    for (const frameId of putBack) this.#unwritten.delete(frameId)
    for (const frame of prepare) this.#run(subject('prepare', frame), (signal) => this.#work.prepare(frame, signal))
    for (const turn of render) this.#run(subject('render', turn.frame), (signal) => this.#work.render(turn, signal))
    for (const turn of send) {
      const { accountId } = turn.upload
      const { requests } = turn
      this.#run({ ...subject('send', turn.frame), accountId, requests }, (signal) => this.#work.send(turn, signal))
    }
    this.#awaitRetry()
    // Whether a resting account holds the queue depends on what is sent to others: known when the turns are given out.
    if (this.hold !== this.#toldHold) this.#tellHold()
  }

  #noteUnwritable(error: unknown): void {
    if (!isUnwritable(error)) throw error
    if (!this.#isStarted) return // the next start finds what is left
    this.#waitToWrite(error)
  }

  #tellHold(): void {
    this.#toldHold = this.hold
    this.#ports.onHoldChanged()
  }

  /** Wakes for the next retry. */
  #awaitRetry(): void {
    this.#stopTimer()
    const nowMs = this.#ports.clock.now()
    const dueMs = this.#ports.uploads.nextDueMs(nowMs)
    if (dueMs !== null) this.#wakeIn(Math.min(dueMs - nowMs, 60_000))
  }

  #wakeIn(delayMs: number): void {
    this.#stopTimer()
    this.#stopTimer = this.#ports.clock.setTimer(delayMs, () => this.wake())
  }

  #run(task: TaskSubject, act: (signal: AbortSignal) => Promise<void>): void {
    const { frameId } = task
    const { onFrameChanged } = this.#ports
    this.#tasks.run(
      task,
      (signal) => act(signal).catch((error: unknown) => this.#noteFault(task, error)),
      () => {
        onFrameChanged(frameId)
        this.wake()
      }
    )
    onFrameChanged(frameId)
  }

  /** Whatever a task does not handle itself is our own bug, or a catalog that cannot be written. */
  #noteFault({ frameId, collectionId }: TaskSubject, error: unknown): void {
    if (isAbort(error)) return
    try {
      if (isUnwritable(error)) throw error
      this.#ports.frames.setStatus(frameId, 'failed', toProblem(error))
    } catch (unwritten) {
      this.#unwritten.set(frameId, collectionId)
      this.#waitToWrite(unwritten)
    }
  }

  /** Back into the queue with what no task works on and the catalog still calls under way. */
  #putBackUnwritten(): ReadonlyArray<string> {
    const { frames, uploads } = this.#ports
    const idle = [...this.#unwritten.keys()].filter((frameId) => !this.#tasks.has(frameId))
    uploads.together(() => {
      for (const frameId of idle) {
        const left = uploads.ofFrame(frameId)
        if (left.length === 0) frames.restart(frameId)
        for (const upload of left) if (isUnderWay(upload.state)) uploads.requeue(upload)
      }
    })
    return idle
  }

  /** @param accountId Null: of all. What cannot be written now goes at its own time. */
  #makeDue(accountId: string | null): void {
    try {
      this.#ports.uploads.makeDue(accountId)
    } catch (error) {
      if (!isUnwritable(error)) throw error
      this.#waitToWrite(error)
    }
  }

  #waitToWrite(error: unknown): void {
    const isLocked = error instanceof AppError && error.code === 'already-running' // by another process
    if (isLocked) this.#wakeIn(BUSY_MS)
    else this.#holds.waitForDisk()
  }

  #retake(frame: Frame): void {
    this.stopFrames([frame.id], 'changed')
    this.#run(subject('settle', frame), (signal) => retakeFrame(frame, this.#ports, signal))
  }
}

function subject(kind: TaskSubject['kind'], { id, collectionId }: Frame): TaskSubject {
  return { kind, frameId: id, collectionId, accountId: null, requests: 0 }
}
