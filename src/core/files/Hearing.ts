import type { Clock } from './Clock.ts'
import type { Deafness } from './Deafness.ts'
import type { FrameFile } from './FrameFile.ts'
import type { FolderStamps } from './folderStamp.ts'
import type { HintListener, Hints, OpenHints } from './Hints.ts'
import { hintsByFile } from './hintsByFile.ts'
import { hintsByFolder } from './hintsByFolder.ts'
import { createIgnore, type IgnoreRules } from './ignore.ts'
import { Probe, type ProbeOutcome } from './Probe.ts'

/** Beyond this hints that name files take more memory than the whole engine may (photo-facts §4.1). */
const MOST_FILES_BY_NAME = 20_000

/** How often to make sure that changes are still announced. */
const PROBE_EVERY_MS = 3_600_000

export type HearingOptions = {
  readonly root: string
  readonly ignore: IgnoreRules
  readonly clock: Clock
  readonly settleMs: number
  /** More hints than this between two complete scans, and some are taken to be lost. */
  readonly floodHints: number
  readonly onPath: (path: string, relativePath: string) => void
  readonly onFolder: (relativePath: string) => void
  /** Only a scan of everything can tell what happened. */
  readonly onUnsure: () => void
  /** From here on changes are heard: what came before has to be scanned for. */
  readonly onReady: () => void
  /** `deafness` is another one. */
  readonly onChange: () => void
  /** Null: the system's watchers. */
  readonly openHints: OpenHints | null
}

/**
 * Listens to a folder, and finds out whether there is anything to hear: a watcher that is deaf says nothing either. A
 * share is deaf to what other computers do, whatever a probe of our own shows.
 */
export class Hearing {
  readonly #options: HearingOptions
  readonly #probe: Probe
  #isClosed = false
  #hints: Hints | null = null
  #isByFolder = false
  #isReady = false
  #wasRefused = false
  #hintsHeard = 0
  #share: Deafness | null = null
  /** What the system or a probe said. */
  #fault: Deafness | null = null
  #lastOutcome: ProbeOutcome | null = null
  /** What the last complete scan while we were listening found that was not known; null: there was none. */
  #unknownBefore: ReadonlySet<string> | null = null
  #probing: AbortController | null = null
  #stopProbeTimer = (): void => {}
  #stopDoubtTimer = (): void => {}

  constructor(options: HearingOptions) {
    this.#options = options
    this.#probe = new Probe(options.root, options.clock)
  }

  /** Why changes are not announced, or null. */
  get deafness(): Deafness | null {
    return this.#share ?? this.#fault
  }

  /** Listens from now on, in the way that fits so many files. @throws what `OpenHints` throws. */
  listen(files: number): void {
    const needsFolders = this.#isByFolder || files > MOST_FILES_BY_NAME
    if (this.#hints && needsFolders === this.#isByFolder) return
    void this.#closeHints()
    this.#isByFolder = needsFolders
    const open = this.#options.openHints ?? (needsFolders ? hintsByFolder : hintsByFile)
    // What a watcher says that was closed in the meantime counts no more.
    const isCurrent = (): boolean => this.#hints === hints
    const hints: Hints = open(this.#options.root, createIgnore(this.#options.ignore), this.#listener(isCurrent))
    this.#hints = hints
  }

  /** Until `listen` is called again. */
  async stopListening(): Promise<void> {
    this.#setDeafness(null, null)
    await this.#closeHints()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.stopListening()
  }

  setShare(share: string | null): void {
    this.#setDeafness(share === null ? null : { why: 'share', detail: share }, this.#fault)
  }

  /** What a scan has found: see `Hints.cover`. */
  cover(folders: FolderStamps, isComplete: boolean): void {
    // Folders that were refused are tried again by each scan; names are refused once, when listening begins.
    if (this.#isByFolder) this.#wasRefused = false
    const late = this.#hints?.cover(folders, isComplete) ?? []
    if (isComplete && this.#isByFolder && !this.#wasRefused) this.#clearRefusal()
    // What came into a new folder before it was listened to is read once more.
    if (this.#isReady) for (const folder of late) this.#options.onFolder(folder)
  }

  /**
   * What a complete scan has found that is not known. Where no probe can be written, finding something new while not a
   * single hint was heard is what shows that there are none.
   */
  compare(unknown: ReadonlyArray<FrameFile>): void {
    const before = this.#unknownBefore
    const isSuspicious = before !== null && this.#hintsHeard === 0 && unknown.some(({ path }) => !before.has(path))
    this.#hintsHeard = 0
    this.#unknownBefore = this.#isReady ? new Set(unknown.map(({ path }) => path)) : null
    this.#stopDoubtTimer()
    if (!isSuspicious) return
    this.#stopDoubtTimer = this.#options.clock.setTimer(this.#options.settleMs, () => {
      if (this.#hintsHeard > 0) return // they were only late
      if (this.#lastOutcome === 'impossible') this.#setFault({ why: 'silent', detail: '' })
      else void this.#test()
    })
  }

  #listener(isCurrent: () => boolean): HintListener {
    const { onPath, onFolder, onUnsure, onReady } = this.#options
    const heard = (): boolean => {
      if (!isCurrent()) return false
      this.#hintsHeard += 1
      this.#probe.hear()
      if (this.#fault?.why === 'silent') this.#setFault(null)
      if (this.#hintsHeard > this.#options.floodHints) onUnsure()
      return true
    }
    return {
      onPath: (path, relativePath) => void (heard() && onPath(path, relativePath)),
      onFolder: (relativePath) => void (heard() && onFolder(relativePath)),
      onUnclear: () => void (heard() && onUnsure()),
      onProbe: () => {
        if (!isCurrent()) return
        this.#probe.hear()
        if (this.#fault?.why === 'silent') this.#setFault(null)
      },
      onRefused: ({ why, detail }) => {
        if (!isCurrent() || why === 'gone') return
        this.#wasRefused = true
        if (this.#fault?.why === why) return
        this.#setFault({ why, detail })
        onUnsure()
      },
      onReady: () => {
        if (!isCurrent()) return
        this.#isReady = true
        if (!this.#wasRefused) this.#clearRefusal()
        onReady()
        void this.#test()
      }
    }
  }

  /** Now, and every hour. */
  async #test(): Promise<void> {
    if (this.#probing) return
    const probing = new AbortController()
    this.#probing = probing
    this.#stopProbeTimer()
    const outcome = await this.#probe.run(probing.signal)
    if (probing.signal.aborted) return // whom it asked listens no longer
    this.#probing = null
    this.#lastOutcome = outcome
    if (this.#lastOutcome === 'silent') {
      this.#setFault({ why: 'silent', detail: '' })
      this.#options.onUnsure()
    }
    this.#stopProbeTimer = this.#options.clock.setTimer(PROBE_EVERY_MS, () => this.#testAgain())
  }

  /** A limit may have been raised since: only a new watcher can tell. */
  #testAgain(): void {
    if (this.#fault === null || this.#fault.why === 'silent') void this.#test()
    else void this.#closeHints().then(() => this.#options.onUnsure())
  }

  #clearRefusal(): void {
    if (this.#fault !== null && this.#fault.why !== 'silent') this.#setFault(null)
  }

  async #closeHints(): Promise<void> {
    const hints = this.#hints
    this.#hints = null
    this.#isReady = false
    this.#wasRefused = false
    this.#unknownBefore = null
    this.#lastOutcome = null
    this.#probing?.abort()
    this.#probing = null
    this.#stopProbeTimer()
    this.#stopDoubtTimer()
    await hints?.close()
  }

  #setFault(fault: Deafness | null): void {
    this.#setDeafness(this.#share, fault)
  }

  #setDeafness(share: Deafness | null, fault: Deafness | null): void {
    const before = JSON.stringify(this.deafness)
    this.#share = share
    this.#fault = fault
    if (JSON.stringify(this.deafness) !== before && !this.#isClosed) this.#options.onChange()
  }
}
