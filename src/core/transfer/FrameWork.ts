import { unlink } from 'node:fs/promises'
import { AppError, type ErrorCode, isUnwritable, toProblem } from '../../shared/errors.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import type { Clock } from '../files/Clock.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import type { BufferPool } from './BufferPool.ts'
import type { Digester } from './Digester.ts'
import type { Holds } from './Holds.ts'
import type { Lines } from './Lines.ts'
import { type Destination, prepareFrame } from './prepareFrame.ts'
import { renderFrame } from './renderFrame.ts'
import { Slots } from './Slots.ts'
import { isStop } from './StopReason.ts'
import { sendUpload } from './sendUpload.ts'
import { setBack } from './setBack.ts'
import { type Absence, settleAbsence } from './settleAbsence.ts'
import type { RenderTurn, SendTurn } from './takeTurns.ts'
import { isUnderWay } from './UploadState.ts'
import { withLine } from './withLine.ts'

export type WorkPorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly darkroom: Darkroom
  readonly pool: BufferPool
  readonly digester: Digester
  readonly clock: Clock
  readonly random: () => number
  /** @throws AppError where the collection's account is gone. */
  readonly destinationOf: (collectionId: string) => Destination
  /** @throws AppError `secret-missing` and what opening throws. */
  readonly storeOf: (accountId: string) => Promise<ObjectStore>
  readonly spoolPath: string
  readonly previewPathOf: (frameId: string) => string
  /** What can be said of a frame whose file cannot be read. */
  readonly absenceOf: (frame: Frame) => Promise<Absence>
  readonly onFrameChanged: (frameId: string) => void
  /** Bytes of the upload that the store has acknowledged, in all. */
  readonly onProgress: (upload: Upload, sentBytes: number, frame: Frame) => void
}

export type WorkContext = {
  readonly holds: Holds
  readonly lines: Lines
  /** Part size that the person set for new multipart uploads, or null. */
  readonly partBytes: () => number | null
  /** The source is another now: it is taken again when it stands still. */
  readonly onSourceChanged: (frame: Frame) => void
}

/** Sources digested at once before their renditions are made; more would only take turns on the disk. */
const READ_AT_ONCE = 4

/** What one turn does, and what becomes of it when it fails or is stopped. No method rejects for what it can handle. */
export class FrameWork {
  readonly #ports: WorkPorts
  readonly #context: WorkContext
  readonly #reading = new Slots(READ_AT_ONCE)

  constructor(ports: WorkPorts, context: WorkContext) {
    this.#ports = ports
    this.#context = context
  }

  async prepare(frame: Frame, signal: AbortSignal): Promise<void> {
    const { frames, destinationOf } = this.#ports
    try {
      await prepareFrame(frame, destinationOf(frame.collectionId), { ...this.#ports, reading: this.#reading }, signal)
    } catch (error) {
      if (!signal.aborted && (await settleAbsence(frame, [], error, this.#ports, signal))) return
      if (signal.aborted) {
        // A command may have come after the hold: then the catalog says already what is to be.
        const isHeld = isStop(signal, 'hold') || isStop(signal, 'close')
        if (isHeld && frames.statusOf(frame.id) === 'waiting') frames.restart(frame.id)
      } else if (hasCode(error, 'file-changed')) this.#context.onSourceChanged(frame)
      else if (isUnwritable(error))
        throw error // of the catalog: the frame waits for room
      else frames.setStatus(frame.id, 'failed', toProblem(error))
    }
  }

  async render({ frame, uploads }: RenderTurn, signal: AbortSignal): Promise<void> {
    const { onFrameChanged } = this.#ports
    try {
      await renderFrame(frame, uploads, { ...this.#ports, onChange: () => onFrameChanged(frame.id) }, signal)
    } catch (error) {
      await this.#afterFailure(frame, uploads, error, signal)
    }
  }

  async send({ frame, upload }: SendTurn, signal: AbortSignal): Promise<void> {
    const { destinationOf, storeOf, clock, onFrameChanged, onProgress } = this.#ports
    const { lines, holds, partBytes } = this.#context
    let refusal: AppError | null = null
    const onAnswer = (latest: AppError | null): void => {
      refusal = latest
    }
    try {
      const { collection, bucket } = destinationOf(frame.collectionId)
      // The account leads to another bucket now: keys and proofs are of the old one, so the frame begins anew.
      if (bucket !== upload.bucket) return this.#context.onSourceChanged(frame)
      const { rules } = collection
      const store = await storeOf(upload.accountId)
      signal.throwIfAborted()
      const ports = {
        ...this.#ports,
        store: withLine(store, lines.of(upload.accountId), frame.collectionId, onAnswer),
        partBytes,
        nowMs: clock.now,
        onChange: () => onFrameChanged(frame.id),
        onProgress: (of: Upload, sentBytes: number) => onProgress(of, sentBytes, frame)
      }
      const { state } = await sendUpload({ upload, frame, rules }, ports, signal)
      holds.accept(upload.accountId)
      const isOver = state.kind === 'done' || state.kind === 'skipped'
      if (isOver && upload.spoolPath !== null) await unlink(upload.spoolPath).catch(() => {}) // the next start sweeps the spool
    } catch (error) {
      await this.#afterFailure(frame, [upload], error, signal, refusal)
    }
  }

  /**
   * What was stopped goes back into the queue, unless a command has said otherwise; what failed is set back.
   *
   * @param refusal What the account has asked a pause with. Should that have stopped everything, it is a failure still.
   */
  async #afterFailure(
    frame: Frame,
    uploads: ReadonlyArray<Upload>,
    error: unknown,
    signal: AbortSignal,
    refusal: AppError | null = null
  ): Promise<void> {
    if (!signal.aborted && hasCode(error, 'already-running')) throw error // of the catalog, which another process keeps locked
    const isSource = uploads.some(({ output, spoolPath }) => output.kind === 'original' || spoolPath === null)
    if (!signal.aborted && isSource && hasCode(error, 'file-changed')) {
      this.#context.onSourceChanged(frame)
      return
    }
    const ids = uploads.map(({ id }) => id)
    if (!signal.aborted && isSource && (await settleAbsence(frame, ids, error, this.#ports, signal))) return
    if (isStop(signal, 'elsewhere')) return
    const failure = signal.aborted ? refusal : error
    for (const id of ids) {
      const upload = this.#ports.uploads.find(id)
      if (!upload || !isUnderWay(upload.state)) continue
      if (failure === null) this.#ports.uploads.requeue(upload)
      else setBack(upload, failure, { ...this.#ports, holds: this.#context.holds })
    }
  }
}

function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof AppError && error.code === code
}
