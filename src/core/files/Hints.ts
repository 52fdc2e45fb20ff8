import type { FolderStamps } from './folderStamp.ts'
import type { Ignores } from './ignore.ts'
import { systemCode } from './systemProblem.ts'

/** Why the system does not announce what happens in a folder, or in a part of it. */
export type Refusal = { readonly why: 'watch-limit' | 'instance-limit' | 'gone' | 'refused'; readonly detail: string }

export type HintListener = {
  /** Something may have happened to a file. */
  readonly onPath: (path: string, relativePath: string) => void
  /** Something may have happened to some of a folder's own files. `relativePath` is `''` for the root. */
  readonly onFolder: (relativePath: string) => void
  /** Something happened that a hint cannot tell; only a scan can. */
  readonly onUnclear: () => void
  /** The probe in the root (`PROBE_NAME`) came or went. */
  readonly onProbe: () => void
  /** What happens in some of it will not be heard. */
  readonly onRefused: (refusal: Refusal) => void
  /** From here on changes are heard. */
  readonly onReady: () => void
}

/**
 * Hears about changes in a folder early. It promises nothing: events get lost in every system, on network drives they
 * never come, and names that are not UTF-8 make none (photo-facts §4).
 */
export interface Hints {
  /**
   * Takes in what a scan has found.
   *
   * @param isComplete These are all folders there are; what is not among them is listened to no longer.
   * @returns folders that are listened to only from now on: what came before was not heard.
   */
  cover(folders: FolderStamps, isComplete: boolean): ReadonlyArray<string>
  close(): Promise<void>
}

/**
 * @param root Absolute, normalised.
 * @throws AppError `folder-missing`, `folder-unreadable`.
 */
export type OpenHints = (root: string, ignores: Ignores, listener: HintListener) => Hints

/** What the system's refusal to watch means: on Linux the remedy hangs on which of two limits it is (photo-facts §4.2). */
export function refusalOf(error: unknown): Refusal {
  const code = systemCode(error)
  const detail = error instanceof Error ? error.message : String(error)
  if (code === 'ENOSPC') return { why: 'watch-limit', detail }
  if (code === 'EMFILE' && process.platform === 'linux') return { why: 'instance-limit', detail }
  // It went away since it was seen: the folder above it tells.
  return { why: code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : 'refused', detail }
}
