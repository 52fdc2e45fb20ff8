import { AppError, type ErrorCode } from '../../shared/errors.ts'

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
 * @returns AppError `file-missing`, `file-unreadable` or `disk-full`; what is no system error is returned as it is.
 */
export function toFileError(error: unknown, path: string): unknown {
  const code = systemCode(error)
  return code === null ? error : new AppError(codes[code] ?? 'file-unreadable', `${path}: ${code}`, { cause: error })
}

/** The same for a folder. @returns AppError `folder-missing` or `folder-unreadable`, or the error as it is. */
export function toFolderError(error: unknown, path: string): unknown {
  const code = systemCode(error)
  if (code === null) return error
  const isMissing = codes[code] === 'file-missing'
  return new AppError(isMissing ? 'folder-missing' : 'folder-unreadable', `${path}: ${code}`, { cause: error })
}

/** For example `ENOENT`; null for anything that did not come from the system. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string'
    ? error.code
    : null
}
