import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError, toProblem } from '../../shared/errors.ts'
import { type Clock, systemClock } from './Clock.ts'
import type { FileProblem, FrameFile } from './FrameFile.ts'
import { createIgnore, type IgnoreRules } from './ignore.ts'
import { Settling, type SettlingFile } from './Settling.ts'
import { type ScanResult, scanFolder } from './scanFolder.ts'
import { toFolderError } from './toFileError.ts'
import { watchHints } from './watchHints.ts'

/** How often to look whether a folder that went away is back. */
const RECONNECT_MS = 5_000

/** The longest time between two scans once the system has refused to watch a part of the folder. */
const DEAF_RESCAN_MS = 30_000

export type WatchState = 'watching' | 'not-connected'

/** Listeners are not called after `close`, and must not throw. */
export type WatchOptions = {
  readonly ignore: IgnoreRules
  /** How long a frame must stand still. Default 2,000 ms. */
  readonly settleMs?: number
  /** Time between two scans. Default 600,000 ms. */
  readonly rescanMs?: number
  /** Frames the caller has, in the state they are in now; only others are announced. */
  readonly isKnown: (file: FrameFile) => boolean
  /** New or changed frames that are whole, as far as one can tell. A frame that changes again is announced again. */
  readonly onSettled: (files: ReadonlyArray<FrameFile>) => void
  /** All that are being written now, whenever that has changed. */
  readonly onSettling: (files: ReadonlyArray<SettlingFile>) => void
  readonly onProblem: (problem: FileProblem) => void
  /** `not-connected`: the folder is not there. Nothing is concluded from that, and it is looked for again. */
  readonly onState: (state: WatchState) => void
  readonly clock?: Clock
}

export interface WatchedFolder {
  /** Resolves when a scan that began after this call is over; what it found may still be settling. */
  rescan(): Promise<void>
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>
}

/**
 * Watches a folder that may come and go. The scan is the truth, the watcher a hint: a scan runs at the start, again when
 * the watcher listens, from time to time, and whenever the watcher is not sure of itself.
 */
export function watchFolder(root: string, options: WatchOptions): WatchedFolder {
  const { ignore, isKnown, onProblem, onState, settleMs = 2_000, rescanMs = 600_000, clock = systemClock } = options
  const path = resolve(root)
  const stopping = new AbortController()
  const settling = new Settling({ ...options, settleMs, clock })
  let state: WatchState | null = null
  let hints: { close(): Promise<void> } | null = null
  let isDeaf = false
  let isUnsure = false
  let toldByScan = new Set<string>()
  let stopTimer = (): void => {}
  /** The scan that runs, and the one that was asked for while it ran. */
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null

  function rescan(): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve()
    if (!running) {
      running = scan().finally(() => {
        running = null
      })
      return running
    }
    next ??= running.then(() => {
      next = null
      return rescan()
    })
    return next
  }

  async function scan(): Promise<void> {
    stopTimer()
    isUnsure = false
    try {
      await stat(path).catch((error: unknown) => {
        throw toFolderError(error, path)
      })
      const result = await scanFolder(path, { ignore, signal: stopping.signal })
      stopping.signal.throwIfAborted()
      take(result)
    } catch (error) {
      if (stopping.signal.aborted) return
      if (error instanceof AppError && error.code === 'folder-missing') await disconnect()
      else tellOnce([{ path, problem: toProblem(error) }])
    }
    if (stopping.signal.aborted) return
    stopTimer()
    stopTimer = clock.setTimer(nextScanMs(), () => void rescan())
  }

  function nextScanMs(): number {
    if (state === 'not-connected') return RECONNECT_MS
    if (isUnsure) return settleMs
    return isDeaf ? Math.min(rescanMs, DEAF_RESCAN_MS) : rescanMs
  }

  /** Many doubts make one scan, and doubts that do not end cannot put it off. */
  function scanSoon(): void {
    if (isUnsure || stopping.signal.aborted) return
    isUnsure = true
    if (running) return
    stopTimer()
    stopTimer = clock.setTimer(settleMs, () => void rescan())
  }

  function take(result: ScanResult): void {
    setState('watching')
    listen()
    for (const file of result.files) if (!isKnown(file)) settling.look(file.path, file.relativePath)
    tellOnce(result.problems)
  }

  function listen(): void {
    hints ??= watchHints(path, createIgnore(ignore), {
      onPath: (changed, relativePath) => settling.look(changed, relativePath),
      onUnclear: scanSoon,
      onDeaf: () => {
        isDeaf = true
        scanSoon()
      },
      onReady: () => void rescan()
    })
  }

  async function disconnect(): Promise<void> {
    const deafened = hints
    hints = null
    isDeaf = false
    settling.clear()
    setState('not-connected')
    await deafened?.close()
  }

  function setState(to: WatchState): void {
    if (state === to) return
    state = to
    onState(to)
  }

  /** Tells what the last scan had not met. */
  function tellOnce(problems: ReadonlyArray<FileProblem>): void {
    const told = new Set(problems.map(({ path, problem }) => `${problem.code} ${path}`))
    for (const problem of problems) {
      if (!toldByScan.has(`${problem.problem.code} ${problem.path}`)) onProblem(problem)
    }
    toldByScan = told
  }

  void rescan()
  return {
    rescan,
    close: async () => {
      stopping.abort()
      stopTimer()
      await Promise.all([running, settling.close(), hints?.close()])
    }
  }
}
