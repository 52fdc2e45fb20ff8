import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { type Volume, volumeOf } from './Volume.ts'

/** What is remembered of the volume that a watched folder lay on. */
export type VolumeMemory = {
  /** Null: nothing yet. */
  recall(): string | null
  remember(id: string): void
  /** Whether any frame of the folder was ever taken; until then it may be any folder. */
  hasFrames(): boolean
}

/**
 * Sees to it that a folder is the one that was meant: an empty mount point is no empty card, and another card at the
 * same place is another card. One whose id is another, and in which a known frame is found unchanged, is the same.
 */
export class VolumeGuard {
  readonly #path: string
  readonly #memory: VolumeMemory
  /** On what the folder lay when it was last accepted. */
  #volume: Volume | null = null
  /** The number its device has while it is connected. */
  #device: bigint | null = null
  /** Of a volume that was found in its place. */
  #strangerId: string | null = null

  constructor(path: string, memory: VolumeMemory) {
    this.#path = path
    this.#memory = memory
  }

  get volume(): Volume | null {
    return this.#volume
  }

  /**
   * To be called when a scan is over, before anything is made of it.
   *
   * @param scanned What the folder lay on when the scan began.
   * @param hasKnown The scan has met a frame that is known.
   * @throws AppError `folder-missing` if the folder lies on something else now.
   */
  async accept(scanned: Volume, hasKnown: boolean): Promise<Volume> {
    const now = await volumeOf(this.#path)
    const { dev } = await stat(this.#path, { bigint: true })
    if (now.id !== scanned.id) throw new AppError('folder-missing', `${this.#path}: went away while it was scanned`)
    const before = this.#memory.recall()
    if (before !== null && before !== now.id && !hasKnown && this.#memory.hasFrames()) {
      this.#strangerId = now.id
      throw new AppError(
        'folder-missing',
        `${this.#path}: another disk or card is there (${now.id}; it was ${before}), and nothing on it is known. ` +
          'To watch this one, choose the folder again.'
      )
    }
    if (before !== now.id) this.#memory.remember(now.id)
    this.#strangerId = null
    this.#volume = now
    this.#device = dev
    return now
  }

  /** Whether the folder that was accepted is no longer there. Costs a single look, so it may be asked often. */
  async isGone(): Promise<boolean> {
    const stats = await stat(this.#path, { bigint: true }).catch(() => null)
    return stats?.dev !== this.#device
  }

  /** Whether something is there that is not known to be another's. */
  async isBack(): Promise<boolean> {
    const volume = await volumeOf(this.#path).catch(() => null)
    return volume !== null && volume.id !== this.#strangerId
  }
}
