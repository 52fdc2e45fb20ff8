import type { BigIntStats } from 'node:fs'
import type { Problem } from '../../shared/errors.ts'

/**
 * Below this a file without blocks is not taken for a placeholder: NTFS and ext4 keep tiny files in their tables, and
 * fetching so little from the cloud hurts nobody.
 */
const MIN_PLACEHOLDER_BYTES = 4_096n

/** A frame as the disk shows it at one moment. Names are spelt as the disk spells them, not normalised. */
export type FrameFile = {
  /** Absolute. */
  readonly path: string
  /** Below the folder it was found in, with `/`; the bare name for a file given by itself. */
  readonly relativePath: string
  readonly sizeBytes: number
  /** Unix time in ns. A number would lose the last digits, and with them a change. */
  readonly mtimeNs: bigint
  /** Reused at once by ext4, made up by exFAT: never an identity by itself (photo-facts §4.3). */
  readonly ino: bigint
  readonly dev: bigint
}

/** What must be equal for two looks at a path to have seen the same bytes. */
export type Fingerprint = Pick<FrameFile, 'sizeBytes' | 'mtimeNs' | 'ino'>

/** What could not be taken, and why. `path` is absolute. */
export type FileProblem = { readonly path: string; readonly problem: Problem }

export function toFrameFile(path: string, relativePath: string, stats: BigIntStats): FrameFile {
  return { path, relativePath, ...fingerprintOf(stats), dev: stats.dev }
}

export function fingerprintOf({ size, mtimeNs, ino }: BigIntStats): Fingerprint {
  return { sizeBytes: Number(size), mtimeNs, ino }
}

/**
 * Size without blocks: the content lies in a cloud folder, and opening the file could fetch gigabytes; or the file is
 * one large hole, which looks the same (photo-facts §3.3).
 */
export function isPlaceholder({ size, blocks }: BigIntStats): boolean {
  return blocks === 0n && size > MIN_PLACEHOLDER_BYTES
}

/** What to say of a placeholder. */
export function placeholderProblem(path: string, sizeBytes: number): Problem {
  return { code: 'file-elsewhere', detail: `${path}: ${sizeBytes} bytes, none of them on this computer` }
}

/** `dev` is left out: on Linux and macOS it changes when a volume is connected again (photo-facts §4.3). */
export function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return a.sizeBytes === b.sizeBytes && a.mtimeNs === b.mtimeNs && a.ino === b.ino
}
