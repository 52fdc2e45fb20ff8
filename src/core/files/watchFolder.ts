import { resolve } from 'node:path'
import { type Problem, toProblem } from '../../shared/errors.ts'
import { type Clock, systemClock } from './Clock.ts'
import type { Deafness } from './Deafness.ts'
import { type FileProblem, type FrameFile, placeholderProblem } from './FrameFile.ts'
import type { FolderStamps } from './folderStamp.ts'
import { Hearing } from './Hearing.ts'
import type { OpenHints } from './Hints.ts'
import type { IgnoreRules } from './ignore.ts'
import { type PassKind, PassQueue } from './PassQueue.ts'
import { Settling, type SettlingFile } from './Settling.ts'
import { scanInBatches } from './scanInBatches.ts'
import type { ScanEnd } from './scanWorker.ts'
import { volumeOf } from './Volume.ts'
import { VolumeGuard, type VolumeMemory } from './VolumeGuard.ts'
import type { WalkScope } from './walkFolder.ts'

/** How often to look whether the folder is still there, or there again. */
const PRESENCE_MS = 5_000

/** The longest time between two scans where changes are not announced. */
const POLL_MS = 30_000

/** Scanning takes at most this share of the time: a tenth where changes are not announced, a hundredth where they are. */
const REST_AFTER_POLL = 10
const REST_AFTER_SCAN = 100

/** While a whole scan takes less than this, there is no reason to spare any of it. */
const CHEAP_SCAN_MS = 2_000

/** So many periodic scans in a row may leave out folders that look unchanged: then files changed in place are found too. */
const MOST_SPARING_SCANS = 5

/** More hints than this between two scans are a flood in which the system loses some without saying so. */
const FLOOD_HINTS = 1_000

/** Hints that name folders are gathered this long before the folders are read, longer where reading takes long. */
const GATHER_MS = 200
const REST_AFTER_READING = 3

export type WatchState = 'watching' | 'not-connected'

/** Listeners are not called after `close`, and must not throw. */
export type WatchOptions = {
  readonly ignore: IgnoreRules
  /** How long a frame must stand still. Default 2,000 ms. */
  readonly settleMs?: number
  /** Time between two scans, at least. Default 600,000 ms. */
  readonly rescanMs?: number
  readonly volume: VolumeMemory
  /** Frames the caller has, in the state they are in now; only others are announced. */
  readonly isKnown: (file: FrameFile) => boolean
  /** New or changed frames that are whole, as far as one can tell. A frame that changes again is announced again. */
  readonly onSettled: (files: ReadonlyArray<FrameFile>) => void
  /** What is being written now has changed: see `settling`. */
  readonly onSettling: () => void
  readonly onProblem: (problem: FileProblem) => void
  /** `not-connected`, and why: the folder is not there, or another one is. Nothing is concluded from that. */
  readonly onState: (state: WatchState, problem: Problem | null) => void
  /** Whether changes are announced; if not, why, and that the folder is looked through every `everyMs` instead. */
  readonly onHearing: (deafness: Deafness | null, everyMs: number) => void
  readonly clock?: Clock
  /** Listens in place of the system's watchers. */
  readonly openHints?: OpenHints
}

export interface WatchedFolder {
  /** Resolves when a scan of everything that began after this call is over; what it found may still be settling. */
  rescan(): Promise<void>
  /** Whether the folder that was scanned last is there at this moment. */
  isThere(): Promise<boolean>
  /** What is being written now, those first that began first; at most `limit`. */
  settling(limit: number): ReadonlyArray<SettlingFile>
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>
}

/**
 * Watches a folder that may come and go. The scan is the truth, the watcher a hint: a scan runs at the start, again when
 * the watcher listens, from time to time, and whenever the watcher is not sure of itself.
 */
export function watchFolder(root: string, options: WatchOptions): WatchedFolder {
  return new FolderWatch(resolve(root), options)
}

class FolderWatch implements WatchedFolder {
  readonly #path: string
  readonly #options: WatchOptions
  readonly #clock: Clock
  readonly #settleMs: number
  readonly #rescanMs: number
  readonly #stopping = new AbortController()
  readonly #passes = new PassQueue((kind) => this.#pass(kind))
  readonly #settling: Settling
  readonly #hearing: Hearing
  readonly #guard: VolumeGuard
  #state: WatchState | null = null
  #stamps: FolderStamps = new Map()
  /** Folders, below the root, in which something happened that has not been looked at. */
  #marked = new Set<string>()
  /** How long the last scan of everything took, and the last one of named folders. */
  #scanMs = 0
  #readingMs = 0
  #sparingScans = 0
  #isUnsure = false
  /** When the next scan of its own accord is due. */
  #dueMs = Number.POSITIVE_INFINITY
  #problem = ''
  #toldByScan = new Set<string>()
  #stopScanTimer = (): void => {}
  #stopPresenceTimer = (): void => {}
  #stopGathering: (() => void) | null = null

  constructor(path: string, options: WatchOptions) {
    const { settleMs = 2_000, rescanMs = 600_000, clock = systemClock } = options
    this.#path = path
    this.#options = options
    this.#clock = clock
    this.#settleMs = settleMs
    this.#rescanMs = rescanMs
    this.#guard = new VolumeGuard(path, options.volume)
    this.#settling = new Settling({ ...options, settleMs, clock })
    this.#hearing = new Hearing({
      root: path,
      ignore: options.ignore,
      clock,
      settleMs,
      floodHints: FLOOD_HINTS,
      openHints: options.openHints ?? null,
      onPath: (changed, relativePath) => this.#settling.look(changed, relativePath),
      onFolder: (relativePath) => this.#mark(relativePath),
      onUnsure: () => this.#scanSoon(),
      onReady: () => void this.rescan(),
      onChange: () => this.#tellHearing()
    })
    void this.rescan()
    this.#watchPresence()
  }

  rescan(): Promise<void> {
    return this.#passes.ask('everything')
  }

  async isThere(): Promise<boolean> {
    return this.#state === 'watching' && !(await this.#guard.isGone())
  }

  settling(limit: number): ReadonlyArray<SettlingFile> {
    return this.#settling.list(limit)
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    this.#stopScanTimer()
    this.#stopPresenceTimer()
    this.#stopGathering?.()
    await Promise.all([this.#passes.close(), this.#settling.close(), this.#hearing.close()])
  }

  async #pass(asked: PassKind): Promise<void> {
    // After an absence nothing that was known of the folders holds.
    const kind = this.#state === 'watching' ? asked : 'everything'
    if (kind !== 'named') this.#dropSchedule()
    try {
      await this.#scan(kind)
    } catch (error) {
      if (this.#stopping.signal.aborted) return
      const problem = toProblem(error)
      if (problem.code === 'folder-missing' || problem.code === 'folder-unreadable') await this.#disconnect(problem)
      else {
        this.#setState('watching', problem)
        this.#schedule(POLL_MS)
      }
    }
    if (kind !== 'named') this.#schedule(this.#periodMs())
  }

  async #scan(kind: PassKind): Promise<void> {
    const { ignore, isKnown } = this.#options
    const { signal } = this.#stopping
    const startedMs = this.#clock.now()
    const scanned = kind === 'named' ? null : await volumeOf(this.#path)
    const scope = this.#scopeOf(kind)
    const unknown: FrameFile[] = []
    let knownFiles = 0
    const end = await scanInBatches(this.#path, {
      ignore,
      scope,
      signal,
      onFiles: (files) => {
        for (const file of files) {
          if (isKnown(file)) knownFiles += 1
          else unknown.push(file)
        }
      }
    })
    if (scanned) this.#hearing.setShare((await this.#guard.accept(scanned, knownFiles > 0)).share)
    signal.throwIfAborted()
    const tookMs = this.#clock.now() - startedMs
    if (kind === 'named') this.#readingMs = tookMs
    if (kind === 'everything') {
      this.#scanMs = tookMs
      this.#sparingScans = 0
      this.#hearing.listen(knownFiles + unknown.length)
    }
    this.#take(kind, end, unknown)
  }

  #scopeOf(kind: PassKind): WalkScope {
    const folders = [...this.#marked]
    this.#marked.clear()
    if (kind === 'everything') return { kind }
    if (kind === 'named') return { kind, folders, known: this.#stamps }
    const known = new Map(this.#stamps)
    for (const folder of folders) known.delete(folder)
    return { kind, known }
  }

  #take(kind: PassKind, { folders, problems, placeholders }: ScanEnd, unknown: ReadonlyArray<FrameFile>): void {
    const isComplete = kind !== 'named'
    this.#setState('watching', null)
    this.#stamps = isComplete ? folders : new Map([...this.#stamps, ...folders])
    this.#hearing.cover(folders, isComplete)
    if (isComplete) this.#hearing.compare(unknown)
    if (isComplete && this.#hearing.deafness) this.#tellHearing()
    for (const { path, relativePath } of unknown) this.#settling.look(path, relativePath)
    const elsewhere = placeholders
      .filter((file) => !this.#options.isKnown(file))
      .map(({ path, sizeBytes }) => ({ path, problem: placeholderProblem(path, sizeBytes) }))
    this.#tellOnce([...problems, ...elsewhere], isComplete)
  }

  async #disconnect(problem: Problem): Promise<void> {
    this.#settling.clear()
    this.#stamps = new Map()
    this.#marked.clear()
    this.#setState('not-connected', problem)
    await this.#hearing.stopListening()
  }

  /** A scan in so many ms, unless one is due before. */
  #schedule(delayMs: number): void {
    const dueMs = this.#clock.now() + delayMs
    if (dueMs >= this.#dueMs || this.#stopping.signal.aborted || this.#state === 'not-connected') return
    this.#stopScanTimer()
    this.#dueMs = dueMs
    this.#stopScanTimer = this.#clock.setTimer(delayMs, () => void this.#passes.ask(this.#periodicKind()))
  }

  #dropSchedule(): void {
    this.#stopScanTimer()
    this.#dueMs = Number.POSITIVE_INFINITY
    this.#isUnsure = false
  }

  /** Between two scans that nothing but time asks for. */
  #periodMs(): number {
    const quietMs = Math.max(this.#rescanMs, this.#scanMs * REST_AFTER_SCAN)
    const pollMs = Math.max(POLL_MS, this.#scanMs * REST_AFTER_POLL)
    return this.#hearing.deafness === null ? quietMs : Math.min(quietMs, pollMs)
  }

  #periodicKind(): PassKind {
    const canSpare = this.#scanMs > CHEAP_SCAN_MS && (this.#guard.volume?.hasFolderTimes ?? false)
    if (!canSpare || this.#isUnsure || this.#sparingScans >= MOST_SPARING_SCANS) return 'everything'
    this.#sparingScans += 1
    return 'changed'
  }

  /** Many doubts make one scan, and doubts that do not end cannot put it off. */
  #scanSoon(): void {
    if (this.#isUnsure) return
    this.#isUnsure = true
    this.#schedule(Math.max(this.#settleMs, this.#scanMs * REST_AFTER_POLL))
  }

  #mark(folder: string): void {
    this.#marked.add(folder)
    this.#stopGathering ??= this.#clock.setTimer(Math.max(GATHER_MS, this.#readingMs * REST_AFTER_READING), () => {
      this.#stopGathering = null
      void this.#passes.ask('named')
    })
  }

  #watchPresence(): void {
    this.#stopPresenceTimer = this.#clock.setTimer(PRESENCE_MS, async () => {
      if (await this.#hasMoved()) await this.rescan()
      if (!this.#stopping.signal.aborted) this.#watchPresence()
    })
  }

  async #hasMoved(): Promise<boolean> {
    if (this.#state === null) return false // the first scan is not over
    return this.#state === 'watching' ? this.#guard.isGone() : this.#guard.isBack()
  }

  #setState(to: WatchState, problem: Problem | null): void {
    const text = problem ? `${problem.code} ${problem.detail}` : ''
    if (this.#state === to && this.#problem === text) return
    this.#state = to
    this.#problem = text
    this.#options.onState(to, problem)
  }

  #tellHearing(): void {
    this.#options.onHearing(this.#hearing.deafness, this.#periodMs())
    this.#schedule(this.#periodMs())
  }

  /** Tells what the last complete scan had not met. */
  #tellOnce(problems: ReadonlyArray<FileProblem>, isComplete = true): void {
    const keyOf = ({ path, problem }: FileProblem): string => `${problem.code} ${path}`
    const isNew = (problem: FileProblem): boolean => !this.#toldByScan.has(keyOf(problem))
    for (const problem of problems.filter(isNew)) this.#options.onProblem(problem)
    const keys = problems.map(keyOf)
    this.#toldByScan = new Set(isComplete ? keys : [...this.#toldByScan, ...keys])
  }
}
