import type { BigIntStats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { type Problem, toProblem } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import type { Clock } from './Clock.ts'
import {
  type FileProblem,
  type FrameFile,
  isPlaceholder,
  placeholderProblem,
  sameFingerprint,
  toFrameFile
} from './FrameFile.ts'
import { toFileError } from './toFileError.ts'
import { looksWhole } from './whole/looksWhole.ts'

/** How long a frame that stands still is doubted before it is taken, or told, as it is. */
export const PATIENCE_MS = 60_000

/** Looks that are under way at once: enough for a network drive, few enough to leave the thread pool to others. */
const MAX_LOOKS = 8

/** Frames that are told together at most, so that the first of 100,000 need not wait for the last. */
const BATCH_FILES = 200

/** A file that another program holds is asked for again later and later, up to this. */
const MAX_HELD_MS = 15_000

/**
 * Below nine tenths of its size on the disk a file may have holes that are still to be filled. File systems that
 * compress show the same of whole files, so that alone is not doubted for long.
 */
const FILLED_SHARE = 0.9
const MIN_SPARSE_BYTES = MiB
const SPARSE_PATIENCE_MS = 10_000

export type SettlingFile = {
  readonly file: FrameFile
  /** Unix ms since which it has stood still. */
  readonly sinceMs: number
  /** Unix ms at which it was first seen being written. */
  readonly beganMs: number
}

export type SettlingOptions = {
  readonly clock: Clock
  readonly settleMs: number
  /** Frames the caller has already; they are not announced. */
  readonly isKnown: (file: FrameFile) => boolean
  readonly onSettled: (files: ReadonlyArray<FrameFile>) => void
  /** Other files than before are settling, or they have another size; `list` tells which. */
  readonly onSettling: () => void
  /** Told once for each state of a file. */
  readonly onProblem: (problem: FileProblem) => void
}

type Entry = {
  readonly path: string
  readonly relativePath: string
  /** Null until the first look. */
  seen: { readonly state: SeenState; sinceMs: number; readonly beganMs: number } | null
  /** How often in a row it could not be opened. */
  heldTimes: number
  /** When to look again; infinite while a look is under way or asked for. */
  dueMs: number
}

/** As little as tells two states apart: there may be 100,000 of them. */
type SeenState = { readonly file: FrameFile; readonly ctimeNs: bigint }

type Verdict =
  | { readonly kind: 'whole' }
  /** Looked at again; at the end of the patience it is told with `problem`, or taken if that is null. */
  | { readonly kind: 'doubtful'; readonly problem: Problem | null; readonly patienceMs: number }
  /** It does not open: looked at again, later and later. */
  | { readonly kind: 'held'; readonly problem: Problem }
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
      entry = { path, relativePath, seen: null, heldTimes: 0, dueMs: Number.POSITIVE_INFINITY }
      this.#entries.set(path, entry)
    }
    this.#asked.add(entry)
    this.#startLooks()
  }

  has(path: string): boolean {
    return this.#entries.has(path)
  }

  /** What is settling now, those first that began first. @param limit At most so many. */
  list(limit: number): ReadonlyArray<SettlingFile> {
    const files: SettlingFile[] = []
    for (const { seen } of this.#entries.values()) {
      if (files.length >= limit) break
      if (seen) files.push({ file: seen.state.file, sinceMs: seen.sinceMs, beganMs: seen.beganMs })
    }
    return files
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
    const state = { file, ctimeNs: stats.ctimeNs }
    if (!entry.seen || !isSameState(entry.seen.state, state)) {
      entry.seen = { state, sinceMs: nowMs, beganMs: entry.seen?.beganMs ?? nowMs }
      entry.heldTimes = 0
      this.#hasChanged = true
    }
    const { sinceMs } = entry.seen
    const stillMs = nowMs - sinceMs
    if (stillMs < settleMs) {
      entry.dueMs = sinceMs + settleMs
      return
    }
    const verdict = await judge(stats, file)
    if (this.#isStale(entry)) return
    const patienceMs = patienceFor(verdict)
    if (stillMs < patienceMs) {
      entry.dueMs = Math.min(clock.now() + this.#pauseAfter(entry, verdict), sinceMs + patienceMs)
      return
    }
    this.#drop(entry)
    if (verdict.kind !== 'whole' && verdict.problem) this.#tell(entry, state, verdict.problem)
    else this.#settled.push(file)
  }

  #pauseAfter(entry: Entry, { kind }: Verdict): number {
    const { settleMs } = this.#options
    if (kind !== 'held') return settleMs
    entry.heldTimes += 1
    return Math.max(settleMs, Math.min(settleMs * 2 ** entry.heldTimes, MAX_HELD_MS))
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

  #tell({ path }: Entry, state: SeenState | null, problem: Problem): void {
    const { sizeBytes, mtimeNs, ino } = state?.file ?? {}
    const text = `${problem.code} ${sizeBytes} ${mtimeNs} ${state?.ctimeNs} ${ino}`
    if (this.#told.get(path) === text) return
    this.#told.set(path, text)
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
      this.#options.onSettling()
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
}

/** The change time is among them: it cannot be set, so it moves when a writer puts an old modification time on a file. */
function isSameState(a: SeenState, b: SeenState): boolean {
  return a.ctimeNs === b.ctimeNs && a.file.dev === b.file.dev && sameFingerprint(a.file, b.file)
}

/** How long a file that stands still and is judged like this may go on standing still before something is done. */
function patienceFor(verdict: Verdict): number {
  switch (verdict.kind) {
    case 'doubtful':
      return verdict.patienceMs
    case 'held':
      return PATIENCE_MS
    default:
      return 0
  }
}

async function judge(stats: BigIntStats, { path, sizeBytes }: FrameFile): Promise<Verdict> {
  if (sizeBytes === 0) {
    const problem: Problem = { code: 'file-empty', detail: `${path}: 0 bytes` }
    return { kind: 'doubtful', problem, patienceMs: PATIENCE_MS }
  }
  if (isPlaceholder(stats)) return { kind: 'refused', problem: placeholderProblem(path, sizeBytes) }
  try {
    const handle = await open(path, 'r')
    try {
      if (!(await looksWhole(handle, sizeBytes))) return { kind: 'doubtful', problem: null, patienceMs: PATIENCE_MS }
    } finally {
      await handle.close()
    }
  } catch (error) {
    // On Windows a file that another program holds looks like one that may not be read: only time tells them apart.
    return { kind: 'held', problem: toProblem(toFileError(error, path)) }
  }
  return hasHoles(stats) ? { kind: 'doubtful', problem: null, patienceMs: SPARSE_PATIENCE_MS } : { kind: 'whole' }
}

function hasHoles({ size, blocks }: BigIntStats): boolean {
  return size > MIN_SPARSE_BYTES && Number(blocks) * 512 < Number(size) * FILLED_SHARE
}
