import { AppError } from '../../shared/errors.ts'

/** Names and values together. @see https://developers.cloudflare.com/r2/platform/limits/ (object metadata size) */
export const MAX_METADATA_BYTES = 8192

/**
 * @throws AppError `metadata-too-large`; `internal` for a name that is not a lower-case HTTP token, since names are
 * ours and never a person's.
 */
export function requireMetadata(metadata: Readonly<Record<string, string>>): void {
  let sizeBytes = 0
  for (const [name, value] of Object.entries(metadata)) {
    if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) throw new AppError('internal', `Not a metadata name: ${name}`)
    sizeBytes += name.length + Buffer.byteLength(value)
  }
  if (sizeBytes > MAX_METADATA_BYTES) {
    throw new AppError('metadata-too-large', `${sizeBytes} bytes of metadata, at most ${MAX_METADATA_BYTES}`)
  }
}
