import type { BigIntStats } from 'node:fs'

/**
 * What a folder looked like before it was read: if it looks the same later, nothing came into it, left it or was renamed
 * in it. Files that were written to in place leave no trace there.
 */
export type FolderStamp = string

/** By path below the root, with `/`; the root itself is `''`. */
export type FolderStamps = ReadonlyMap<string, FolderStamp>

/**
 * A file system that counts time in steps, or whose clock differs from ours, could show the same times for two states
 * that follow each other closely: what changed so short a time ago is read again.
 */
const YOUNG_MS = 2_000

/** The change time is the one that counts: `rsync` and `cp -a` set the modification time back, and cannot set this one. */
export function folderStamp({ ino, ctimeNs, mtimeNs }: BigIntStats, nowMs: number): FolderStamp {
  const isYoung = nowMs - Number(ctimeNs / 1_000_000n) < YOUNG_MS
  return isYoung ? `${ino}` : `${ino} ${ctimeNs} ${mtimeNs}`
}

/** Whether a folder that has this stamp now is sure to hold what it held when it had the other. */
export function isUnchanged(now: FolderStamp, before: FolderStamp | undefined): boolean {
  return now === before && now.includes(' ')
}

/** Whether both are of one and the same folder. */
export function isSameFolder(a: FolderStamp, b: FolderStamp): boolean {
  return inodeOf(a) === inodeOf(b)
}

function inodeOf(stamp: FolderStamp): string {
  return stamp.split(' ', 1)[0] ?? ''
}
