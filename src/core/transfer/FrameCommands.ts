import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FrameStatus } from '../../shared/model/frame.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { takeNextKey } from './sendUpload.ts'
import { transition, type UploadEvent, type UploadState } from './UploadState.ts'

/** So many frames in one transaction, and then a turn for everything else. */
const BATCH = 500

type Kind = UploadState['kind']

const PAUSABLE: ReadonlySet<Kind> = new Set<Kind>(['waiting', 'retrying', 'rendering', 'sending'])
const CANCELLABLE: ReadonlySet<Kind> = new Set<Kind>([...PAUSABLE, 'paused', 'conflict', 'failed'])
const RENEWABLE: ReadonlySet<Kind> = new Set<Kind>(['failed', 'cancelled', 'retrying'])

export type CommandPorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  /** Ends what is under way for a frame; called in the same turn in which its state changes. */
  readonly stopFrames: (frameIds: Iterable<string>) => void
  readonly inTransaction: <T>(act: () => T) => T
  readonly onFrameChanged: (frameId: string) => void
}

/** What a person may order for frames. Each returns how many it changed; what an order does not fit is left alone. */
export class FrameCommands {
  readonly #ports: CommandPorts

  constructor(ports: CommandPorts) {
    this.#ports = ports
  }

  pause(frameIds: ReadonlyArray<string>): Promise<number> {
    return this.#each(frameIds, (frame, uploads) =>
      uploads.length === 0
        ? this.#setStatus(frame, ['waiting', 'working', 'settling'], 'paused')
        : this.#advanceAll(uploads, PAUSABLE, { kind: 'paused' })
    )
  }

  continue(frameIds: ReadonlyArray<string>): Promise<number> {
    return this.#each(frameIds, (frame, uploads) =>
      uploads.length === 0
        ? this.#restart(frame, ['paused'])
        : this.#advanceAll(uploads, new Set<Kind>(['paused']), { kind: 'continued' })
    )
  }

  /** A frame whose row is damaged, or that never got as far as having uploads, starts from the beginning. */
  retry(frameIds: ReadonlyArray<string>): Promise<number> {
    return this.#each(frameIds, (frame, uploads) =>
      uploads.length === 0 || frame.problem?.code === 'record-damaged'
        ? this.#restart(frame, ['failed', 'cancelled'])
        : this.#advanceAll(uploads, RENEWABLE, { kind: 'renewed' })
    )
  }

  /** What is in the bucket stays there. */
  cancel(frameIds: ReadonlyArray<string>): Promise<number> {
    return this.#each(frameIds, (frame, uploads) =>
      uploads.length === 0
        ? this.#setStatus(frame, ['settling', 'waiting', 'working', 'paused', 'failed'], 'cancelled')
        : this.#advanceAll(uploads, CANCELLABLE, { kind: 'cancelled' })
    )
  }

  /** Answers conflicts. "Replace" overwrites what the person was shown and nothing else. */
  resolve(frameIds: ReadonlyArray<string>, answer: 'replace' | 'keep-both' | 'skip'): Promise<number> {
    const { uploads: catalog } = this.#ports
    return this.#each(frameIds, (_frame, uploads) => {
      let changed = 0
      for (const upload of uploads) {
        if (upload.state.kind !== 'conflict') continue
        const { occupant } = upload.state
        if (answer === 'skip') {
          catalog.saveState(upload, transition(upload.state, { kind: 'met', occupant, isSkipped: true }))
        } else {
          const target =
            answer === 'replace'
              ? catalog.setKey(upload, { ...upload, replaces: occupant.etag })
              : takeNextKey(upload, catalog)
          catalog.saveState(target, transition(target.state, { kind: 'renewed' }))
        }
        changed += 1
      }
      return changed > 0
    })
  }

  async #each(
    frameIds: ReadonlyArray<string>,
    act: (frame: Frame, uploads: ReadonlyArray<Upload>) => boolean
  ): Promise<number> {
    const { frames, uploads, stopFrames, inTransaction, onFrameChanged } = this.#ports
    let changed = 0
    for (let start = 0; start < frameIds.length; start += BATCH) {
      const batch = frameIds.slice(start, start + BATCH)
      const touched = inTransaction(() =>
        batch.filter((id) => {
          const frame = frames.find(id)
          return frame !== null && act(frame, uploads.ofFrame(id))
        })
      )
      stopFrames(touched)
      for (const id of touched) onFrameChanged(id)
      changed += touched.length
      if (start + BATCH < frameIds.length) await nextTurn()
    }
    return changed
  }

  #advanceAll(uploads: ReadonlyArray<Upload>, from: ReadonlySet<Kind>, event: UploadEvent): boolean {
    const fitting = uploads.filter(({ state }) => from.has(state.kind))
    for (const upload of fitting) this.#ports.uploads.saveState(upload, transition(upload.state, event))
    return fitting.length > 0
  }

  #setStatus(frame: Frame, from: ReadonlyArray<FrameStatus>, to: FrameStatus): boolean {
    if (!from.includes(frame.status)) return false
    this.#ports.frames.setStatus(frame.id, to, null)
    return true
  }

  #restart(frame: Frame, from: ReadonlyArray<FrameStatus>): boolean {
    if (!from.includes(frame.status)) return false
    this.#ports.frames.restart(frame.id)
    return true
  }
}
