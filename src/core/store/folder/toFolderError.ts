import { AppError, type ErrorCode } from '../../../shared/errors.ts'

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EACCES: 'access-denied',
  EPERM: 'access-denied',
  EROFS: 'access-denied',
  ENAMETOOLONG: 'key-too-long',
  ENOTDIR: 'key-invalid', // a file is where a folder is wanted
  EISDIR: 'key-invalid',
  ENOTEMPTY: 'key-invalid',
  EEXIST: 'key-invalid',
  EFBIG: 'file-too-large',
  ENOENT: 'object-missing',
  ELOOP: 'object-missing', // a link: the store follows none
  // Short of handles, or a virus scanner has it open: soon over.
  EMFILE: 'server-error',
  ENFILE: 'server-error',
  EBUSY: 'server-error',
  ETIMEDOUT: 'timeout',
  EIO: 'file-unreadable'
}

/** What the file system answered, as ours. @param what What was tried, for the log. */
export function toFolderError(error: unknown, what: string): AppError {
  if (error instanceof AppError) return error
  const code = codes[fsCode(error) ?? ''] ?? 'internal'
  return new AppError(code, `${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
}

/** Node's `code` of a file system error; null for anything else. */
export function fsCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
