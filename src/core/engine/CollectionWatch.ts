import { type Problem, toProblem } from '../../shared/errors.ts'
import type { Collection } from '../../shared/model/collection.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogSettling } from '../catalog/CatalogSettling.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { CatalogVolumes } from '../catalog/CatalogVolumes.ts'
import type { Clock } from '../files/Clock.ts'
import { deafnessSentence } from '../files/Deafness.ts'
import type { FileProblem, FrameFile } from '../files/FrameFile.ts'
import { type WatchedFolder, type WatchState, watchFolder } from '../files/watchFolder.ts'
import { defaultIgnoreRules } from '../shots/ignoreRules.ts'
import { framesThatMissedIt } from './framesThatMissedIt.ts'

export type CollectionWatchPorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly settling: CatalogSettling
  readonly volumes: CatalogVolumes
  readonly clock: Clock
  readonly settleMs: number
  readonly rescanMs: number
  readonly take: (files: ReadonlyArray<FrameFile>) => void
  readonly refuse: (refused: ReadonlyArray<FileProblem>) => void
  /** Rows of files that are being written are new or look different. */
  readonly onShown: (frameIds: ReadonlyArray<string>) => void
  /**
   * The folder is known to be there, and to be the one that was meant: after the first look into it, and after each absence
   * and doubt. Called before anything that was found in it is taken.
   */
  readonly onThere: () => void
  /** The folder is there again, and these frames failed because it was away. Told again where that fails. */
  readonly onReturned: (frameIds: ReadonlyArray<string>) => Promise<void>
  readonly onChange: () => void
}

/** More files that are being written than a person looks at are not shown: a card has thousands. */
const MOST_SHOWN = 200

/** Bursts of writing change their sizes far more often than anyone can see. */
const SHOW_MS = 250

/** How long to wait after the catalog could not be written. */
const RETRY_MS = 30_000

/** Frames fail while their folder is away; while that is only a doubt they wait. */
type Return = 'after-absence' | 'after-doubt'

/** A watched collection and its folder: what is being written there is shown, and what is whole is taken. */
export class CollectionWatch {
  readonly #id: string
  readonly #ports: CollectionWatchPorts
  readonly #folder: WatchedFolder
  #state: WatchState | null = null
  #problem: Problem | null = null
  #note: string | null = null
  /** By path, since when a file is being written, Unix ms. */
  #shown: ReadonlyMap<string, number> = new Map()
  #stopShowTimer: (() => void) | null = null
  #stopRetryTimer: (() => void) | null = null
  /** The folder did not answer, and it is being found out whether it is there. */
  #isDoubted = false
  /** The last look into the folder has found that it is the one that was meant. */
  #isRecognised = false
  /** A return of the folder of which the catalog could not be told. */
  #untold: Return | null = null
  #isClosed = false

  constructor({ id, rules }: Collection, rootPath: string, ports: CollectionWatchPorts) {
    const { frames, settling, volumes, clock, settleMs, rescanMs, take, refuse, onChange } = ports
    this.#id = id
    this.#ports = ports
    this.#folder = watchFolder(rootPath, {
      ignore: rules.sentFolder === undefined ? defaultIgnoreRules : [...defaultIgnoreRules, `${rules.sentFolder}/`],
      settleMs,
      rescanMs,
      clock,
      volume: {
        recall: () => volumes.recall(id),
        remember: (volume) => volumes.remember(id, volume),
        hasFrames: () => volumes.hasFrames(id)
      },
      isKnown: (file) => frames.has(id, file),
      onSettled: (files) =>
        this.#keep(() => {
          settling.adopt(id, files)
          take(files)
        }),
      onSettling: () => {
        this.#stopShowTimer ??= clock.setTimer(SHOW_MS, () => this.#keep(() => this.#show()))
      },
      onProblem: (fault) =>
        this.#keep(() => {
          settling.giveUp(id, [fault.path])
          refuse([fault])
        }),
      onState: (state, problem) => this.#setState(state, problem),
      onHearing: (deafness, everyMs) => {
        this.#note = deafness && deafnessSentence(deafness, everyMs)
        onChange()
      }
    })
  }

  /** Null until the first look into the folder is over. */
  get state(): WatchState | null {
    return this.#state
  }

  get problem(): Problem | null {
    return this.#problem
  }

  /** Why changes are not announced, and what is done instead; null where they are. */
  get note(): string | null {
    return this.#note
  }

  /** Since when a file is being written, Unix ms, as far as was seen; null for one that is not. */
  settlingSinceMs(path: string): number | null {
    return this.#shown.get(path) ?? null
  }

  /** The folder is not there, or nobody knows: nothing can be read of it, and nothing concluded. */
  get isAway(): boolean {
    return this.#state === 'not-connected' || this.#isDoubted
  }

  /** Whether the folder is known to be there, and to be the one that was meant, as far as was seen. */
  get isRecognised(): boolean {
    return this.#isRecognised && !this.#isDoubted
  }

  /** To be asked when something in the folder could not be read. False: nothing of it is to be read until it is back. */
  async isThere(): Promise<boolean> {
    if (this.isAway) return false
    if (await this.#folder.isThere()) return true
    this.#doubt()
    return false
  }

  rescan(): Promise<void> {
    return this.#folder.rescan()
  }

  async close(): Promise<void> {
    try {
      this.#ports.settling.hide(this.#id, this.#shown.keys())
    } catch {
      // The catalog cannot be written: these rows go when the collection is taken the next time.
    }
    await this.abandon()
  }

  /** Ends without a word to the catalog, whose rows are another engine's now. */
  async abandon(): Promise<void> {
    this.#isClosed = true
    this.#stopShowTimer?.()
    this.#stopRetryTimer?.()
    await this.#folder.close()
  }

  /** Where the catalog cannot be written (the disk is full), what was found is found again by a later scan. */
  #keep(act: () => void): void {
    if (this.#isClosed) return
    try {
      act()
    } catch (error) {
      this.#putOff(error)
    }
  }

  #putOff(error: unknown): void {
    if (this.#isClosed) return
    this.#problem = toProblem(error)
    this.#ports.onChange()
    this.#stopRetryTimer ??= this.#ports.clock.setTimer(RETRY_MS, () => {
      this.#stopRetryTimer = null
      if (this.#state === 'watching') this.#retry()
      void this.#folder.rescan()
    })
  }

  #retry(): void {
    const untold = this.#untold
    this.#problem = null
    this.#untold = null
    if (untold) void this.#tellReturn(untold)
    this.#ports.onChange()
  }

  /** A scan tells. Where the folder is not there, it stays away until it is. */
  #doubt(): void {
    if (this.#isDoubted) return
    this.#isDoubted = true
    this.#ports.onChange()
    void this.#folder.rescan().then(() => {
      this.#isDoubted = false
      if (this.#state !== 'watching' || this.#isClosed) return
      if (this.#isRecognised) this.#ports.onThere()
      void this.#tellReturn('after-doubt')
      this.#ports.onChange()
    })
  }

  async #tellReturn(how: Return): Promise<void> {
    try {
      await this.#ports.onReturned(how === 'after-absence' ? framesThatMissedIt(this.#id, this.#ports) : [])
    } catch (error) {
      if (this.#untold !== 'after-absence') this.#untold = how
      this.#putOff(error)
    }
  }

  #show(): void {
    this.#stopShowTimer = null
    const { settling, onShown, onChange } = this.#ports
    const listed = this.#folder.settling(MOST_SHOWN)
    const files = listed.map(({ file }) => file)
    const now = new Map(listed.map(({ file, beganMs }) => [file.path, Math.round(beganMs)]))
    const gone = [...this.#shown.keys()].filter((path) => !now.has(path))
    this.#shown = now
    settling.hide(this.#id, gone)
    const changed = settling.show(this.#id, files)
    if (changed.length > 0) onShown(changed)
    if (gone.length > 0) onChange()
  }

  #setState(state: WatchState, problem: Problem | null): void {
    const isBack = this.#state === 'not-connected' && state === 'watching'
    const wasRecognised = this.#isRecognised
    this.#state = state
    this.#problem = problem
    this.#isRecognised = state === 'watching' && problem === null // with a problem nobody has looked whose folder it is
    if (this.isRecognised && !wasRecognised) this.#ports.onThere()
    if (isBack) void this.#tellReturn('after-absence')
    this.#ports.onChange()
  }
}
