import { unlink } from 'node:fs/promises'
import { AppError, type ErrorCode, isAbort, type Problem, toProblem } from '../../shared/errors.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import type { Clock } from '../files/Clock.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import type { BufferPool } from './BufferPool.ts'
import type { Digester } from './Digester.ts'
import { type HoldKind, Holds } from './Holds.ts'
import { type Destination, prepareFrame } from './prepareFrame.ts'
import { renderFrame } from './renderFrame.ts'
import { retakeFrame } from './retakeFrame.ts'
import type { Slots } from './Slots.ts'
import { isStop, StopReason } from './StopReason.ts'
import { sendUpload } from './sendUpload.ts'
import { setBack } from './setBack.ts'
import { isUnderWay } from './UploadState.ts'

export type DispatcherPorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly darkroom: Darkroom
  readonly pool: BufferPool
  readonly digester: Digester
  readonly lines: Slots
  readonly clock: Clock
  readonly random: () => number
  /** This engine's run: it works on the collections that it has claimed. */
  readonly session: string
  /** @throws AppError where the collection's account is gone. */
  readonly destinationOf: (collectionId: string) => Destination
  /** @throws AppError `secret-missing` and what opening throws. */
  readonly storeOf: (accountId: string) => Promise<ObjectStore>
  readonly spoolPath: string
  readonly previewPathOf: (frameId: string) => string
  readonly onFrameChanged: (frameId: string) => void
  /** Bytes of the upload that the store has acknowledged, in all. */
  readonly onProgress: (upload: Upload, sentBytes: number, frame: Frame) => void
  /** Whether something holds the queue may be different now. */
  readonly onHoldChanged: () => void
}

/** How many at once. Reading, rendering and sending overlap; bodies are bounded by the pool's bytes as well. */
export type DispatcherLimits = { readonly prepare: number; readonly render: number; readonly send: number }

/** Renditions on disk that wait for the line: beyond it the darkroom waits too. */
const MOST_SPOOLED = 64

const PROBE_LIMIT_MS = 10_000
const BUSY_MS = 1_000

/** What a task does; `settle`, which only waits for a file to stand still, takes nobody's turn. */
type Kind = keyof DispatcherLimits | 'settle'
type Task = { readonly frameId: string; readonly stop: AbortController; readonly done: Promise<void> }

/**
 * Gives frames and uploads their turns: prepare, render, send. What is next stands in the catalog, so a crash at any
 * moment is a start like any other.
 */
export class Dispatcher {
  readonly #ports: DispatcherPorts
  readonly #limits: DispatcherLimits
  readonly #holds: Holds
  readonly #tasks = new Set<Task>()
  readonly #running: Record<Kind, number> = { prepare: 0, render: 0, send: 0, settle: 0 }
  #isStarted = false
  #isWoken = false
  #stopTimer = (): void => {}

  constructor(ports: DispatcherPorts, limits: DispatcherLimits) {
    this.#ports = ports
    this.#limits = limits
    this.#holds = new Holds({
      clock: ports.clock,
      random: ports.random,
      probe: (accountId) => this.#probe(accountId),
      onFound: (accountId) => ports.uploads.makeDue(accountId),
      onChanged: () => {
        ports.onHoldChanged()
        this.wake()
      }
    })
  }

  start(): void {
    this.#isStarted = true
    this.wake()
  }

  /** Something may have become due. */
  wake(): void {
    if (this.#isWoken) return
    this.#isWoken = true
    setImmediate(() => {
      this.#isWoken = false
      this.#fill()
    })
  }

  /** Why what waits does not move, or null. */
  get hold(): HoldKind | null {
    return this.#holds.kind
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
    if (isHeld) this.#stopAll('hold')
    this.#holds.setPaused(isHeld)
  }

  /** Accounts have new secrets or addresses: what waited for that tries again. */
  accountsChanged(): void {
    this.#holds.accountsChanged()
  }

  networkChanged(): void {
    this.#holds.networkChanged()
  }

  /** Stops what is under way for these frames; the caller has changed, or is about to change, their state. */
  stopFrames(frameIds: Iterable<string>, kind: 'command' | 'changed' = 'command'): void {
    const ids = new Set(frameIds)
    for (const task of this.#tasks) if (ids.has(task.frameId)) task.stop.abort(new StopReason(kind))
  }

  /** Resolves when nothing is under way any more. What was stopped goes on at the next start. */
  async close(): Promise<void> {
    this.#isStarted = false
    this.#stopTimer()
    this.#holds.close()
    this.#stopAll('close')
    while (this.#tasks.size > 0) await Promise.all([...this.#tasks].map(({ done }) => done))
  }

  #stopAll(kind: StopReason['kind']): void {
    for (const { stop } of this.#tasks) stop.abort(new StopReason(kind))
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
    if (!this.#isStarted || this.#holds.isPaused || this.#holds.isDiskFull) return
    try {
      const { frames, renditions, uploads } = this.#ports.uploads.together(() => this.#take())
      for (const frame of frames) this.#run('prepare', frame.id, (signal) => this.#prepare(frame, signal))
      for (const group of renditions) this.#run('render', group.frameId, (signal) => this.#render(group, signal))
      for (const upload of uploads) this.#run('send', upload.frameId, (signal) => this.#send(upload, signal))
      this.#awaitRetry()
    } catch (error) {
      if (hasCode(error, 'disk-full')) this.#holds.waitForDisk()
      else if (hasCode(error, 'already-running'))
        this.#wakeIn(BUSY_MS) // another process has kept the catalog locked
      else throw error
    }
  }

  /** What the free turns are given to. From now on the catalog says that someone works on it. */
  #take(): {
    frames: ReadonlyArray<Frame>
    renditions: ReadonlyArray<FrameRenditions>
    uploads: ReadonlyArray<Upload>
  } {
    const { frames, uploads, session, clock } = this.#ports
    // Where a task was stopped and has not ended yet, another one of the same frame would work against it.
    const ending = [...this.#tasks].flatMap(({ frameId, stop }) => (stop.signal.aborted ? [frameId] : []))
    const renditions: FrameRenditions[] = []
    for (let free = this.#freeTurns('render'); free > 0 && uploads.countSpooled() < MOST_SPOOLED; free -= 1) {
      const taken = uploads.takeToRender(session, clock.now(), ending)
      if (!taken[0]) break
      renditions.push({ frameId: taken[0].frameId, uploads: taken })
    }
    const toPrepare = this.#freeTurns('prepare')
    const toSend = this.#freeTurns('send')
    const held = { accounts: this.#holds.accounts, frames: ending }
    return {
      frames: toPrepare > 0 ? frames.takeToPrepare(session, ending, toPrepare) : [],
      renditions,
      uploads: toSend > 0 ? uploads.takeToSend(session, clock.now(), held, toSend) : []
    }
  }

  #freeTurns(kind: keyof DispatcherLimits): number {
    return this.#limits[kind] - this.#running[kind]
  }

  /** Wakes for the next retry; while no turn is free, the next one that ends does. */
  #awaitRetry(): void {
    this.#stopTimer()
    if (this.#freeTurns('send') <= 0 && this.#freeTurns('render') <= 0) return
    const nowMs = this.#ports.clock.now()
    const dueMs = this.#ports.uploads.nextDueMs(nowMs)
    if (dueMs !== null) this.#wakeIn(Math.min(dueMs - nowMs, 60_000))
  }

  #wakeIn(delayMs: number): void {
    this.#stopTimer()
    this.#stopTimer = this.#ports.clock.setTimer(delayMs, () => this.wake())
  }

  #run(kind: Kind, frameId: string, act: (signal: AbortSignal) => Promise<void>): void {
    const stop = new AbortController()
    this.#running[kind] += 1
    const done = act(stop.signal)
      .catch((error: unknown) => this.#noteFault(frameId, error))
      .finally(() => {
        this.#tasks.delete(task)
        this.#running[kind] -= 1
        this.#ports.onFrameChanged(frameId)
        this.wake()
      })
    const task: Task = { frameId, stop, done }
    this.#tasks.add(task)
    this.#ports.onFrameChanged(frameId)
  }

  /** Whatever a task does not handle itself is our own bug, or a catalog that cannot be written. */
  #noteFault(frameId: string, error: unknown): void {
    if (isAbort(error)) return
    try {
      this.#ports.frames.setStatus(frameId, 'failed', toProblem(error))
    } catch {
      this.#holds.waitForDisk() // the next start finds the frame where it was
    }
  }

  async #prepare(frame: Frame, signal: AbortSignal): Promise<void> {
    const { frames, destinationOf } = this.#ports
    try {
      await prepareFrame(frame, destinationOf(frame.collectionId), this.#ports, signal)
    } catch (error) {
      if (signal.aborted) {
        if (isStop(signal, 'hold') || isStop(signal, 'close')) frames.restart(frame.id)
      } else if (hasCode(error, 'file-changed')) this.#retake(frame)
      else frames.setStatus(frame.id, 'failed', toProblem(error))
    }
  }

  async #render({ frameId, uploads }: FrameRenditions, signal: AbortSignal): Promise<void> {
    const { onFrameChanged } = this.#ports
    const frame = this.#frameOf(frameId)
    try {
      await renderFrame(frame, uploads, { ...this.#ports, onChange: () => onFrameChanged(frameId) }, signal)
    } catch (error) {
      this.#afterFailure(frame, uploads, error, signal)
    }
  }

  async #send(upload: Upload, signal: AbortSignal): Promise<void> {
    const { destinationOf, storeOf, clock, onFrameChanged, onProgress } = this.#ports
    const frame = this.#frameOf(upload.frameId)
    try {
      const { rules } = destinationOf(frame.collectionId).collection
      const store = await storeOf(upload.accountId)
      signal.throwIfAborted()
      const ports = {
        ...this.#ports,
        store,
        nowMs: clock.now,
        onChange: () => onFrameChanged(frame.id),
        onProgress: (of: Upload, sentBytes: number) => onProgress(of, sentBytes, frame)
      }
      const { state } = await sendUpload({ upload, frame, rules }, ports, signal)
      this.#holds.accept(upload.accountId)
      const isOver = state.kind === 'done' || state.kind === 'skipped'
      if (isOver && upload.spoolPath !== null) await unlink(upload.spoolPath).catch(() => {}) // the next start sweeps the spool
    } catch (error) {
      this.#afterFailure(frame, [upload], error, signal)
    }
  }

  /** What was stopped goes back into the queue, unless a command has said otherwise; what failed is set back. */
  #afterFailure(frame: Frame, uploads: ReadonlyArray<Upload>, error: unknown, signal: AbortSignal): void {
    const isSource = uploads.some(({ output, spoolPath }) => output.kind === 'original' || spoolPath === null)
    if (!signal.aborted && isSource && hasCode(error, 'file-changed')) {
      this.#retake(frame)
      return
    }
    for (const { id } of uploads) {
      const upload = this.#ports.uploads.find(id)
      if (!upload || !isUnderWay(upload.state)) continue
      if (signal.aborted) this.#ports.uploads.requeue(upload)
      else setBack(upload, error, { ...this.#ports, holds: this.#holds })
    }
  }

  #retake(frame: Frame): void {
    this.stopFrames([frame.id], 'changed')
    this.#run('settle', frame.id, (signal) => retakeFrame(frame, this.#ports, signal))
  }

  #frameOf(frameId: string): Frame {
    const frame = this.#ports.frames.find(frameId)
    if (!frame) throw new AppError('internal', `Frame ${frameId} is gone, and its uploads are not`)
    return frame
  }
}

type FrameRenditions = { readonly frameId: string; readonly uploads: ReadonlyArray<Upload> }

function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof AppError && error.code === code
}
