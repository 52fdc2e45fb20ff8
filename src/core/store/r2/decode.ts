import { AppError } from '../../../shared/errors.ts'

export function unquote(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1')
}

/** R2's part ETags are MD5s; the emulator's and those of old uploads are not, and say nothing about the bytes. */
export function toMd5(etag: string): string | null {
  return /^[0-9a-f]{32}$/.test(etag) ? etag : null
}

/** Undoes `encoding-type=url`. S3 writes a space as `+` and a plus as `%2B`. @throws AppError `endpoint-wrong`. */
export function decodeListed(text: string, what: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (error) {
    throw new AppError('endpoint-wrong', `${what}: not an encoded key: ${text}`, { cause: error })
  }
}
