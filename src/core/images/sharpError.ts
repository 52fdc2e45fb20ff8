import { AppError, type ErrorCode } from '../../shared/errors.ts'

/** sharp speaks in libvips' words only; these are the ones that mean something else than damage. */
const meanings: ReadonlyArray<readonly [RegExp, ErrorCode]> = [
  [/^input file is missing|no such file/i, 'file-missing'],
  [/permission denied/i, 'file-unreadable'],
  [/exceeds pixel limit|too large|out of memory/i, 'picture-too-large'],
  [/unsupported|not supported|operation is blocked|no decoder/i, 'picture-unsupported']
]

/** What sharp threw about a picture, in our words. */
export function sharpError(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error
  const text = error instanceof Error ? error.message : String(error)
  const code = meanings.find(([words]) => words.test(text))?.[1] ?? 'picture-damaged'
  return new AppError(code, path, { cause: error })
}
