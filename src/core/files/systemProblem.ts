// Types alone are imported: a thread that scans starts in half the time when it need not load the schemas.
import type { ErrorCode, Problem } from '../../shared/errors.ts'

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'file-missing',
  ENOTDIR: 'file-missing', // a folder above it became a file
  ESTALE: 'file-missing', // a network share lost it
  ENODEV: 'file-missing', // the volume went away
  ENXIO: 'file-missing',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full'
}

/**
 * What the disk threw, in our words. What is not listed means that the file is there and cannot be read now: EACCES,
 * EPERM and EBUSY (held by another program on Windows), EISDIR, ELOOP, EIO and the like.
 *
 * @returns `file-missing`, `file-unreadable` or `disk-full`; null for what did not come from the system.
 */
export function problemOf(error: unknown, path: string): Problem | null {
  const code = systemCode(error)
  return code === null ? null : { code: codes[code] ?? 'file-unreadable', detail: `${path}: ${code}` }
}

/** The same for a folder. @returns `folder-missing` or `folder-unreadable`, or null. */
export function folderProblemOf(error: unknown, path: string): Problem | null {
  const code = systemCode(error)
  if (code === null) return null
  return { code: codes[code] === 'file-missing' ? 'folder-missing' : 'folder-unreadable', detail: `${path}: ${code}` }
}

/** For example `ENOENT`; null for anything that did not come from the system. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string'
    ? error.code
    : null
}
