import { stat, unlink } from 'node:fs/promises'
import { AppError, type ErrorCode, isAbort, type Problem, toProblem } from '../../shared/errors.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import type { Clock } from '../files/Clock.ts'
import { toFrameFile } from '../files/FrameFile.ts'
import { readFrame } from '../files/readFrame.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import type { BufferPool } from './BufferPool.ts'
import { type Destination, prepareFrame } from './prepareFrame.ts'
import { Reachability } from './Reachability.ts'
import { renderFrame } from './renderFrame.ts'
import { MAX_ATTEMPTS, retryDelayMs } from './retryDelay.ts'
import type { Slots } from './Slots.ts'
import { StopReason } from './StopReason.ts'
import { sendUpload } from './sendUpload.ts'
import { isUnderWay, transition, type UploadEvent } from './UploadState.ts'

export type DispatcherPorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly darkroom: Darkroom
  readonly pool: BufferPool
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
  readonly onProgress: (upload: Upload, sentBytes: number) => void
  /** Whether something holds the queue may be different now. */
  readonly onHoldChanged: () => void
}

/** How many at once. Reading, rendering and sending overlap; bodies are bounded by the pool's bytes as well. */
export type DispatcherLimits = { readonly prepare: number; readonly render: number; readonly send: number }

/** Renditions on disk that wait for the line: beyond it the darkroom waits too. */
const MOST_SPOOLED = 64

/** How long a source that changed while it was read must stand still before it is taken again. */
const SETTLE_MS = 2_000

/** What a person has to mend in the account before anything can go on; until then the queue waits and nothing fails. */
const ACCOUNT_CODES: ReadonlySet<ErrorCode> = new Set([
  'secret-missing',
  'secret-wrong',
  'account-unknown',
  'not-entitled'
])

type Task = { readonly frameId: string; readonly stop: AbortController; readonly done: Promise<void> }

/**
 * Gives frames and uploads their turns: prepare, render, send. What is next stands in the catalog, so a crash at any
 * moment is a start like any other.
 */
export class Dispatcher {
  readonly #ports: DispatcherPorts
  readonly #limits: DispatcherLimits
  readonly #tasks = new Set<Task>()
  readonly #running = { prepare: 0, render: 0, send: 0 }
  readonly #reachability: Reachability
  /** Accounts that wait for a person, with the reason. */
  readonly #refused = new Map<string, Problem>()
  #isStarted = false
  #isHeld = false
  #isDiskFull = false
  #isWoken = false
  #stopTimer = (): void => {}

  constructor(ports: DispatcherPorts, limits: DispatcherLimits) {
    this.#ports = ports
    this.#limits = limits
    this.#reachability = new Reachability({
      clock: ports.clock,
      random: ports.random,
      probe: async (accountId) => {
        const store = await ports.storeOf(accountId)
        await store.head('.silverdrop-probe', AbortSignal.timeout(10_000))
      },
      onLost: () => ports.onHoldChanged(),
      onFound: (accountId) => {
        ports.uploads.makeDue(accountId)
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
  get hold(): 'paused' | 'offline' | 'no-secret' | 'disk-full' | null {
    if (this.#isHeld) return 'paused'
    if (this.#isDiskFull) return 'disk-full'
    if (this.#refused.size > 0) return 'no-secret'
    return this.#reachability.lostAccounts.length > 0 ? 'offline' : null
  }

  /** What an account answered that a person has to mend, or null. */
  get refusal(): Problem | null {
    return this.#refused.values().next().value ?? null
  }

  get isBusy(): boolean {
    return this.#tasks.size > 0
  }

  /** The strip's pause. What is under way stops; parts that were acknowledged are kept. */
  setHeld(isHeld: boolean): void {
    this.#isHeld = isHeld
    if (isHeld) this.#stopAll('hold')
    this.#ports.onHoldChanged()
    this.wake()
  }

  /** Accounts have new secrets or addresses: what waited for that tries again. */
  accountsChanged(): void {
    this.#refused.clear()
    this.#ports.onHoldChanged()
    this.#reachability.probeAll()
    this.wake()
  }

  networkChanged(): void {
    this.#reachability.probeAll()
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
    this.#reachability.close()
    this.#stopAll('close')
    await Promise.all([...this.#tasks].map(({ done }) => done))
  }

  #stopAll(kind: StopReason['kind']): void {
    for (const { stop } of this.#tasks) stop.abort(new StopReason(kind))
  }

  #fill(): void {
    if (!this.#isStarted || this.#isHeld || this.#isDiskFull) return
    const { frames, uploads, session, clock } = this.#ports
    for (const frame of frames.takeToPrepare(session, this.#limits.prepare - this.#running.prepare)) {
      this.#run('prepare', frame.id, (signal) => this.#prepare(frame, signal))
    }
    while (this.#running.render < this.#limits.render && uploads.countSpooled() < MOST_SPOOLED) {
      const [first] = uploads.takeToRender(session, clock.now(), 1)
      if (!first) break
      this.#run('render', first.frameId, (signal) => this.#render(first, signal))
    }
    const held = [...this.#refused.keys(), ...this.#reachability.lostAccounts]
    for (const upload of uploads.takeToSend(session, clock.now(), held, this.#limits.send - this.#running.send)) {
      this.#run('send', upload.frameId, (signal) => this.#send(upload, signal))
    }
    this.#stopTimer()
    const dueMs = uploads.nextDueMs(clock.now())
    if (dueMs !== null) this.#stopTimer = clock.setTimer(Math.min(dueMs - clock.now(), 60_000), () => this.wake())
  }

  #run(kind: keyof DispatcherLimits, frameId: string, act: (signal: AbortSignal) => Promise<void>): void {
    const stop = new AbortController()
    this.#running[kind] += 1
    const done = act(stop.signal)
      .catch((error: unknown) => {
        // Whatever a task does not handle itself is our own bug; the frame says so instead of hanging.
        if (!isAbort(error)) this.#ports.frames.setStatus(frameId, 'failed', toProblem(error))
      })
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

  async #prepare(frame: Frame, signal: AbortSignal): Promise<void> {
    const { frames, destinationOf } = this.#ports
    try {
      await prepareFrame(frame, destinationOf(frame.collectionId), this.#ports, signal)
    } catch (error) {
      if (signal.aborted) {
        if (isStop(signal, 'hold') || isStop(signal, 'close')) frames.restart(frame.id)
        return
      }
      if (hasCode(error, 'file-changed')) return this.#retake(frame, signal)
      frames.setStatus(frame.id, 'failed', toProblem(error))
    }
  }

  async #render(first: Upload, signal: AbortSignal): Promise<void> {
    const { frames, uploads } = this.#ports
    const frame = requireFrame(frames.find(first.frameId), first)
    // The siblings that wait for the darkroom too: one decode makes them all.
    const waiting = uploads.ofFrame(frame.id).filter((upload) => upload.id === first.id || waitsForRender(upload))
    const rendering = waiting.map((upload) => this.#advance(upload, { kind: 'render-started' }))
    try {
      await requireUnchanged(frame)
      await renderFrame(
        frame,
        rendering,
        { ...this.#ports, onChange: () => this.#ports.onFrameChanged(frame.id) },
        signal
      )
      await requireUnchanged(frame)
    } catch (error) {
      if (signal.aborted) return this.#afterStop(rendering, signal)
      if (hasCode(error, 'file-changed')) return this.#retake(frame, signal)
      for (const upload of rendering) this.#afterFailure(upload.id, error)
    }
  }

  async #send(upload: Upload, signal: AbortSignal): Promise<void> {
    const { frames, uploads, destinationOf, storeOf, clock } = this.#ports
    const frame = requireFrame(frames.find(upload.frameId), upload)
    try {
      const { collection } = destinationOf(frame.collectionId)
      const store = await storeOf(upload.accountId)
      signal.throwIfAborted()
      const ports = { ...this.#ports, store, nowMs: clock.now, onChange: () => this.#ports.onFrameChanged(frame.id) }
      const sent = await sendUpload({ upload, frame, rules: collection.rules }, ports, signal)
      if (sent.state.kind === 'done' && sent.spoolPath !== null) {
        uploads.dropSpool(sent.id)
        await unlink(sent.spoolPath).catch(() => {}) // the next start sweeps the spool
      }
    } catch (error) {
      if (signal.aborted) return this.#afterStop([upload], signal)
      if (upload.output.kind === 'original' && hasCode(error, 'file-changed')) return this.#retake(frame, signal)
      this.#afterFailure(upload.id, error)
    }
  }

  /** By command the catalog says already what is to be; a hold puts the upload back into the queue. */
  #afterStop(stopped: ReadonlyArray<Upload>, signal: AbortSignal): void {
    if (!isStop(signal, 'hold') && !isStop(signal, 'close')) return
    for (const { id } of stopped) {
      const upload = this.#ports.uploads.find(id)
      if (upload) this.#advance(upload, { kind: 'recovered' })
    }
  }

  #afterFailure(uploadId: string, error: unknown): void {
    const { uploads, clock, random } = this.#ports
    const upload = uploads.find(uploadId)
    if (!upload) return // the frame began anew meanwhile
    const problem = toProblem(error)
    if (ACCOUNT_CODES.has(problem.code)) {
      this.#refused.set(upload.accountId, problem)
      if (isUnderWay(upload.state)) this.#advance(upload, { kind: 'recovered' })
      else this.#requeue(upload)
      this.#ports.onHoldChanged()
      return
    }
    if (upload.spoolPath !== null && problem.code === 'file-missing') {
      uploads.dropSpool(upload.id)
      this.#advance({ ...upload, spoolPath: null }, { kind: 'recovered' })
      return
    }
    if (problem.code === 'disk-full') this.#waitForDisk()
    if (problem.code === 'network') this.#reachability.suspect(upload.accountId)
    const isOutage = problem.code === 'network' || problem.code === 'disk-full'
    const attempt = 'attempt' in upload.state ? upload.state.attempt + 1 : 1
    const canRetry = error instanceof AppError && error.isRetryable && (isOutage || attempt <= MAX_ATTEMPTS)
    if (!canRetry) {
      this.#advance(upload, { kind: 'gave-up', problem })
      return
    }
    if (!isUnderWay(upload.state)) {
      this.#requeue(upload)
      return
    }
    const delayMs = retryDelayMs(Math.min(attempt, MAX_ATTEMPTS), error.retryAfterMs, random)
    this.#advance(upload, { kind: 'interrupted', retryAtMs: Math.round(clock.now() + delayMs), problem })
  }

  /** Failed before it began, so its state is still that of one that waits. */
  #requeue(upload: Upload): void {
    this.#ports.uploads.saveState(upload, upload.state)
  }

  /** The source is another now: everything made of it is dropped, and it is taken again when it stands still. */
  async #retake(frame: Frame, signal: AbortSignal): Promise<void> {
    const { frames, clock } = this.#ports
    for (const task of this.#tasks) {
      if (task.frameId === frame.id && task.stop.signal !== signal) task.stop.abort(new StopReason('changed'))
    }
    for (;;) {
      const before = await stat(frame.path, { bigint: true }).catch(() => null)
      frames.setStatus(frame.id, before ? 'settling' : 'failed', before ? null : missing(frame))
      this.#ports.onFrameChanged(frame.id)
      if (!before) return
      await pause(clock, SETTLE_MS, signal)
      if (isStop(signal, 'command')) return
      const after = await stat(frame.path, { bigint: true }).catch(() => null)
      const isStill = after !== null && after.size === before.size && after.mtimeNs === before.mtimeNs
      if (after && (isStill || signal.aborted)) {
        frames.renew(frame.id, toFrameFile(frame.path, frame.relativePath, after))
        return
      }
    }
  }

  /** Looks again after a while; whoever frees space in between loses nothing by waiting. */
  #waitForDisk(): void {
    if (this.#isDiskFull) return
    this.#isDiskFull = true
    this.#ports.onHoldChanged()
    this.#ports.clock.setTimer(10_000, () => {
      this.#isDiskFull = false
      this.#ports.onHoldChanged()
      this.wake()
    })
  }

  #advance(upload: Upload, event: UploadEvent): Upload {
    const next = this.#ports.uploads.saveState(upload, transition(upload.state, event))
    this.#ports.onFrameChanged(upload.frameId)
    return next
  }
}

function waitsForRender(upload: Upload): boolean {
  const isDue = upload.state.kind === 'waiting' || upload.state.kind === 'retrying'
  return isDue && upload.output.kind === 'rendition' && upload.spoolPath === null
}

function requireFrame(frame: Frame | null, upload: Upload): Frame {
  if (!frame) throw new AppError('internal', `Upload ${upload.id} has lost its frame`)
  return frame
}

async function requireUnchanged(frame: Frame): Promise<void> {
  const reader = await readFrame(frame)
  await reader.close()
}

function missing(frame: Frame): Problem {
  return { code: 'file-missing', detail: `${frame.path} went away while it was read` }
}

function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof AppError && error.code === code
}

function isStop(signal: AbortSignal, kind: StopReason['kind']): boolean {
  return signal.aborted && signal.reason instanceof StopReason && signal.reason.kind === kind
}

/** Ends early when aborted, without throwing. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const end = () => {
      stopTimer()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const stopTimer = clock.setTimer(ms, end)
    signal.addEventListener('abort', end, { once: true })
  })
}
