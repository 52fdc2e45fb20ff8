import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FrameStatus } from '../../shared/model/frame.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { takeNextKey } from './takeNextKey.ts'
import { isUnderWay, transition, type UploadEvent, type UploadState } from './UploadState.ts'

/** So many frames in one transaction, and then a turn for everything else. */
const BATCH = 500

type Kind = UploadState['kind']

/** What an order did to a frame: nothing, something, or something on which someone may be at work. */
type Touched = 'changed' | 'stopped' | null

const PAUSABLE: ReadonlySet<Kind> = new Set<Kind>(['waiting', 'retrying', 'rendering', 'sending'])
const CANCELLABLE: ReadonlySet<Kind> = new Set<Kind>([...PAUSABLE, 'paused', 'conflict', 'failed'])
const RENEWABLE: ReadonlySet<Kind> = new Set<Kind>(['failed', 'cancelled', 'retrying'])
/** Without uploads: the rules have yet to say whether it goes. */
const JUDGED: ReadonlySet<FrameStatus> = new Set<FrameStatus>(['waiting', 'working'])

export type CommandPorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  /** Ends what is under way for frames; called in the same turn in which their states change. */
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
    return this.#each(frameIds, (frame, uploads) => {
      if (uploads.length > 0) return this.#advanceAll(uploads, new Set<Kind>(['paused']), { kind: 'continued' })
      return frame.status === 'paused' ? this.#restart(frame) : null
    })
  }

  /** A frame whose row is damaged, or that never got as far as having uploads, starts from the beginning. */
  retry(frameIds: ReadonlyArray<string>): Promise<number> {
    return this.#each(frameIds, (frame, uploads) => {
      const startsAnew = uploads.length === 0 && (frame.status === 'failed' || frame.status === 'cancelled')
      if (startsAnew || frame.problem?.code === 'record-damaged' || uploads.some(isDamaged)) return this.#restart(frame)
      return this.#advanceAll(uploads, RENEWABLE, { kind: 'renewed' })
    })
  }

  /** What is in the bucket stays there. What was taken although the rules leave it out is theirs again. */
  cancel(frameIds: ReadonlyArray<string>): Promise<number> {
    const { frames } = this.#ports
    return this.#each(frameIds, (frame, uploads) => {
      const touched = this.#cancel(frame, uploads)
      if (touched) frames.takenAnyway.drop(frame.id)
      return touched
    })
  }

  /**
   * Frames that the rules leave out, those that are being judged, and those whose files lie in the cloud only, go all the
   * same: until they are cancelled, whatever rules come.
   */
  takeAnyway(frameIds: ReadonlyArray<string>): Promise<number> {
    const { frames } = this.#ports
    return this.#each(frameIds, (frame, uploads) => {
      const isElsewhere = uploads.length === 0 && frame.problem?.code === 'file-elsewhere'
      const isJudged = uploads.length === 0 && JUDGED.has(frame.status) && frames.takenAnyway.isOpen(frame.id)
      if (!isElsewhere && !isJudged && frames.leftOut.reasonOf(frame.id) === null) return null
      frames.takenAnyway.put(frame.id)
      return this.#restart(frame)
    })
  }

  /** What rules that hold no more have left out is looked at anew, in the collections that this session has claimed. */
  async judgeAnew(session: string): Promise<number> {
    const { leftOut } = this.#ports.frames
    let judged = 0
    for (;;) {
      const batch = leftOut.outdated(session, BATCH)
      judged += await this.#each(batch, (frame) => this.#restart(frame))
      if (batch.length < BATCH) return judged
      await nextTurn()
    }
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
      return changed > 0 ? 'changed' : null
    })
  }

  async #each(
    frameIds: ReadonlyArray<string>,
    act: (frame: Frame, uploads: ReadonlyArray<Upload>) => Touched
  ): Promise<number> {
    const { frames, uploads, stopFrames, inTransaction, onFrameChanged } = this.#ports
    let changed = 0
    for (let start = 0; start < frameIds.length; start += BATCH) {
      const batch = frameIds.slice(start, start + BATCH)
      const touched = inTransaction(() =>
        batch.flatMap((id) => {
          const frame = frames.find(id)
          const how = frame && act(frame, uploads.ofFrame(id))
          return how ? [{ id, how }] : []
        })
      )
      stopFrames(touched.flatMap(({ id, how }) => (how === 'stopped' ? [id] : [])))
      for (const { id } of touched) onFrameChanged(id)
      changed += touched.length
      if (start + BATCH < frameIds.length) await nextTurn()
    }
    return changed
  }

  #cancel(frame: Frame, uploads: ReadonlyArray<Upload>): Touched {
    const { frames } = this.#ports
    if (uploads.length === 0) {
      return this.#setStatus(frame, ['settling', 'waiting', 'working', 'paused', 'failed'], 'cancelled')
    }
    if (!frames.takenAnyway.has(frame.id) || !uploads.every(({ state }) => CANCELLABLE.has(state.kind))) {
      return this.#advanceAll(uploads, CANCELLABLE, { kind: 'cancelled' })
    }
    frames.forsake(frame.id) // to try it again is to ask the rules
    return 'stopped'
  }

  #advanceAll(uploads: ReadonlyArray<Upload>, from: ReadonlySet<Kind>, event: UploadEvent): Touched {
    // Copies first: an original waits for those that are to come.
    const fitting = uploads.filter(({ state }) => from.has(state.kind)).sort((a, b) => rankOf(a) - rankOf(b))
    for (const upload of fitting) this.#ports.uploads.saveState(upload, transition(upload.state, event))
    if (fitting.length === 0) return null
    return fitting.some(({ state }) => isUnderWay(state)) ? 'stopped' : 'changed'
  }

  #setStatus(frame: Frame, from: ReadonlyArray<FrameStatus>, to: FrameStatus): Touched {
    if (!from.includes(frame.status)) return null
    this.#ports.frames.setStatus(frame.id, to, null)
    return 'stopped'
  }

  #restart(frame: Frame): Touched {
    this.#ports.frames.restart(frame.id)
    return 'stopped'
  }
}

function rankOf({ output }: Upload): number {
  return output.kind === 'original' ? 1 : 0
}

function isDamaged({ state }: Upload): boolean {
  return state.kind === 'failed' && state.problem.code === 'record-damaged'
}
