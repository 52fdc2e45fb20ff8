import type { BigIntStats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { type Problem, toProblem } from '../../shared/errors.ts'
import { KiB } from '../../shared/units.ts'
import type { Clock } from './Clock.ts'
import { type FileProblem, type FrameFile, toFrameFile } from './FrameFile.ts'
import { looksWhole } from './looksWhole.ts'
import { toFileError } from './toFileError.ts'

/** How long a frame that stands still is doubted before it is taken, or told, as it is. */
export const PATIENCE_MS = 60_000

/** Looks that are under way at once: enough for a network drive, few enough to leave the thread pool to others. */
const MAX_LOOKS = 8

/** Frames that are told together at most, so that the first of 100,000 need not wait for the last. */
const BATCH_FILES = 200

/**
 * Below this a file without blocks is not taken for a placeholder: NTFS and ext4 keep tiny files in their tables, and
 * fetching so little from the cloud hurts nobody.
 */
const MIN_PLACEHOLDER_BYTES = 4 * KiB

export type SettlingFile = {
  readonly file: FrameFile
  /** Unix ms since which it has stood still. */
  readonly sinceMs: number
}

export type SettlingOptions = {
  readonly clock: Clock
  readonly settleMs: number
  /** Frames the caller has already; they are not announced. */
  readonly isKnown: (file: FrameFile) => boolean
  readonly onSettled: (files: ReadonlyArray<FrameFile>) => void
  /** All that are settling now, whenever that has changed. */
  readonly onSettling: (files: ReadonlyArray<SettlingFile>) => void
  /** Told once for each state of a file. */
  readonly onProblem: (problem: FileProblem) => void
}

type Entry = {
  readonly path: string
  readonly relativePath: string
  /** Null until the first look. */
  seen: { readonly stats: BigIntStats; sinceMs: number } | null
  /** When to look again; infinite while a look is under way or asked for. */
  dueMs: number
}

type Verdict =
  | { readonly kind: 'whole' }
  /** Looked at again; at the end of all patience it is told with `problem`, or taken if that is null. */
  | { readonly kind: 'doubtful'; readonly problem: Problem | null }
  | { readonly kind: 'refused'; readonly problem: Problem }

/**
 * The frames that something is being written to. A frame is announced when its size, both its times and its inode have
 * stood still for `settleMs`, it opens, and its end has been written as far as one can tell (photo-facts §3.2).
 */
export class Settling {
  readonly #options: SettlingOptions
  readonly #entries = new Map<string, Entry>()
  readonly #asked = new Set<Entry>()
  readonly #underWay = new Set<Entry>()
  /** By path, the state of a file that was told. */
  readonly #told = new Map<string, string>()
  #settled: FrameFile[] = []
  #hasChanged = false
  #isClosed = false
  #stopTimer: () => void = () => {}
  #rested: Array<() => void> = []

  constructor(options: SettlingOptions) {
    this.#options = options
  }

  /** Something may have happened to this path. May be called at any time, as often as one likes. */
  look(path: string, relativePath: string): void {
    if (this.#isClosed) return
    let entry = this.#entries.get(path)
    if (!entry) {
      entry = { path, relativePath, seen: null, dueMs: Number.POSITIVE_INFINITY }
      this.#entries.set(path, entry)
    }
    this.#asked.add(entry)
    this.#startLooks()
  }

  /** Forgets what is settling, since the folder it lies in went away. Nothing is concluded from that. */
  clear(): void {
    this.#hasChanged ||= this.#entries.size > 0
    this.#entries.clear()
    this.#asked.clear()
    if (this.#underWay.size === 0) this.#rest()
  }

  /** Resolves once no look is under way or asked for. */
  async idle(): Promise<void> {
    if (this.#underWay.size > 0) await new Promise<void>((resolve) => this.#rested.push(resolve))
  }

  /** Nothing is announced from now on. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.clear()
    await this.idle()
  }

  #startLooks(): void {
    for (const entry of this.#asked) {
      if (this.#underWay.size >= MAX_LOOKS) return
      if (this.#underWay.has(entry)) continue
      this.#asked.delete(entry)
      this.#underWay.add(entry)
      void this.#lookAt(entry).then(() => {
        this.#underWay.delete(entry)
        this.#startLooks()
        if (this.#underWay.size === 0) this.#rest()
        else if (this.#settled.length >= BATCH_FILES) this.#tellSettled()
      })
    }
  }

  async #lookAt(entry: Entry): Promise<void> {
    const { clock, settleMs, isKnown } = this.#options
    entry.dueMs = Number.POSITIVE_INFINITY
    const stats = await stat(entry.path, { bigint: true }).catch((error: unknown) => this.#fail(entry, error))
    if (this.#isStale(entry)) return
    const file = stats?.isFile() ? toFrameFile(entry.path, entry.relativePath, stats) : null
    if (!stats || !file || isKnown(file)) return this.#drop(entry)

    const nowMs = clock.now()
    if (!entry.seen || !isSameState(entry.seen.stats, stats)) {
      entry.seen = { stats, sinceMs: nowMs }
      this.#hasChanged = true
    }
    const stillMs = nowMs - entry.seen.sinceMs
    if (stillMs < settleMs) {
      entry.dueMs = entry.seen.sinceMs + settleMs
      return
    }
    const verdict = await judge(entry.path, stats)
    if (this.#isStale(entry)) return
    if (verdict.kind === 'doubtful' && stillMs < PATIENCE_MS) {
      entry.dueMs = Math.min(clock.now() + settleMs, entry.seen.sinceMs + PATIENCE_MS)
      return
    }
    this.#drop(entry)
    if (verdict.kind !== 'whole' && verdict.problem) this.#tell(entry, stats, verdict.problem)
    else this.#settled.push(file)
  }

  /** Forgotten, or asked about again while it was looked at: what was seen is not the last word. */
  #isStale(entry: Entry): boolean {
    return this.#entries.get(entry.path) !== entry || this.#asked.has(entry)
  }

  /** What is gone needs no word: a temporary file has had its day. */
  #fail(entry: Entry, error: unknown): void {
    const problem = toProblem(toFileError(error, entry.path))
    if (problem.code !== 'file-missing' && !this.#isStale(entry)) this.#tell(entry, null, problem)
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.path)
    this.#hasChanged ||= entry.seen !== null
  }

  #tell({ path }: Entry, stats: BigIntStats | null, problem: Problem): void {
    const state = `${problem.code} ${stats?.size} ${stats?.mtimeNs} ${stats?.ctimeNs} ${stats?.ino}`
    if (this.#told.get(path) === state) return
    this.#told.set(path, state)
    this.#options.onProblem({ path, problem })
  }

  #tellSettled(): void {
    const settled = this.#settled
    this.#settled = []
    for (const { path } of settled) this.#told.delete(path)
    if (settled.length > 0 && !this.#isClosed) this.#options.onSettled(settled)
  }

  /** All looks are over: tells what came of them and sleeps until the next is due. */
  #rest(): void {
    this.#stopTimer()
    this.#tellSettled()
    if (this.#hasChanged && !this.#isClosed) {
      this.#hasChanged = false
      this.#options.onSettling([...this.#listSettling()])
    }
    let nextMs = Number.POSITIVE_INFINITY
    for (const { dueMs } of this.#entries.values()) nextMs = Math.min(nextMs, dueMs)
    if (nextMs < Number.POSITIVE_INFINITY) {
      const delayMs = Math.max(0, nextMs - this.#options.clock.now())
      this.#stopTimer = this.#options.clock.setTimer(delayMs, () => this.#lookAtDue(nextMs))
    }
    const rested = this.#rested
    this.#rested = []
    for (const resolve of rested) resolve()
  }

  #lookAtDue(dueMs: number): void {
    const nowMs = this.#options.clock.now()
    // Far too late: the computer slept, and so did the writers. Only time in which they could have written counts.
    const hasSlept = nowMs - dueMs > this.#options.settleMs
    for (const { seen } of hasSlept ? this.#entries.values() : []) if (seen) seen.sinceMs = nowMs
    for (const entry of this.#entries.values()) if (entry.dueMs <= nowMs) this.#asked.add(entry)
    if (this.#asked.size === 0) this.#rest()
    else this.#startLooks()
  }

  *#listSettling(): Generator<SettlingFile> {
    for (const { path, relativePath, seen } of this.#entries.values()) {
      if (seen) yield { file: toFrameFile(path, relativePath, seen.stats), sinceMs: seen.sinceMs }
    }
  }
}

/** The change time is among them: it cannot be set, so it moves when a writer puts an old modification time on a file. */
function isSameState(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.ino === b.ino && a.dev === b.dev
}

async function judge(path: string, stats: BigIntStats): Promise<Verdict> {
  const sizeBytes = Number(stats.size)
  if (sizeBytes === 0) return { kind: 'doubtful', problem: { code: 'file-empty', detail: `${path}: 0 bytes` } }
  if (stats.blocks === 0n && sizeBytes > MIN_PLACEHOLDER_BYTES) {
    // Opening it could fetch gigabytes (photo-facts §3.3).
    return { kind: 'refused', problem: { code: 'file-elsewhere', detail: `${path}: ${sizeBytes} bytes, no blocks` } }
  }
  try {
    const handle = await open(path, 'r')
    try {
      return (await looksWhole(handle, sizeBytes)) ? { kind: 'whole' } : { kind: 'doubtful', problem: null }
    } finally {
      await handle.close()
    }
  } catch (error) {
    // On Windows a file that another program holds looks like one that may not be read: only time tells them apart.
    return { kind: 'doubtful', problem: toProblem(toFileError(error, path)) }
  }
}
