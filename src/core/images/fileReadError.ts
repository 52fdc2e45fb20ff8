import { AppError } from '../../shared/errors.ts'

/** What went wrong while a source was opened or read, in our words; an AppError passes through as it is. */
export function fileReadError(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error
  const code = error instanceof Error && 'code' in error ? error.code : null
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
  return new AppError(isMissing ? 'file-missing' : 'file-unreadable', path, { cause: error })
}
