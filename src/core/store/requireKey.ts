import { AppError } from '../../shared/errors.ts'

/** @see https://developers.cloudflare.com/r2/platform/limits/ (object key length) */
export const MAX_KEY_BYTES = 1024

/**
 * Refuses keys that no store takes or that no URL reaches, before anything is sent: another object would be read or
 * written than was meant.
 *
 * @throws AppError `key-invalid`, `key-too-long`.
 */
export function requireKey(key: string): void {
  if (key === '') throw new AppError('key-invalid', 'The key is empty')
  if (!key.isWellFormed()) throw new AppError('key-invalid', `The key is not valid Unicode: ${JSON.stringify(key)}`)
  const sizeBytes = Buffer.byteLength(key)
  if (sizeBytes > MAX_KEY_BYTES) {
    throw new AppError('key-too-long', `${sizeBytes} bytes, at most ${MAX_KEY_BYTES}: ${key}`)
  }
  if (hasDotSegment(key)) throw new AppError('key-invalid', `A part of the key is "." or "..": ${key}`)
}

/** Whether a URL of the key would name another object: escaped or not, `.` and `..` are resolved on the way. */
export function hasDotSegment(key: string): boolean {
  return key.split('/').some((segment) => segment === '.' || segment === '..')
}
