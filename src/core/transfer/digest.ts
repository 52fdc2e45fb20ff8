import { createHash, hash } from 'node:crypto'
import { MiB } from '../../shared/units.ts'
import type { FrameReader } from '../files/readFrame.ts'
import type { BodyDigests } from '../store/ObjectStore.ts'
import type { BufferPool } from './BufferPool.ts'

const CHUNK_BYTES = 4 * MiB

/** MD5 for `Content-MD5`, which R2 checks on every path, and SHA-256 for the signature and our own ledger. */
export function digestBody(bytes: Uint8Array): BodyDigests {
  return { md5: hash('md5', bytes, 'hex'), sha256: hash('sha256', bytes, 'hex') }
}

/**
 * Reads a source once, from start to end.
 *
 * @returns SHA-256, lower-case hex.
 * @throws AppError `file-changed` and what reading throws; `signal.reason`.
 */
export async function digestSource(
  reader: FrameReader,
  sizeBytes: number,
  pool: BufferPool,
  signal: AbortSignal
): Promise<string> {
  const sha256 = createHash('sha256')
  const lease = await pool.take(Math.min(CHUNK_BYTES, sizeBytes), signal)
  try {
    for (let start = 0; start < sizeBytes; start += CHUNK_BYTES) {
      signal.throwIfAborted()
      sha256.update(await reader.read({ start, end: Math.min(start + CHUNK_BYTES, sizeBytes) }, lease.bytes))
    }
  } finally {
    lease.release()
  }
  await reader.requireUnchanged()
  return sha256.digest('hex')
}

/**
 * The ETag that R2 gives an object made of parts: the MD5 of the parts' MD5s, then their number (r2-facts §5).
 *
 * @param md5s Of the parts, in order; null where one is not known.
 * @returns null if it cannot be told.
 */
export function multipartEtag(md5s: ReadonlyArray<string | null>): string | null {
  const known = md5s.filter((md5) => md5 !== null)
  if (known.length !== md5s.length) return null
  return `${hash('md5', Buffer.from(known.join(''), 'hex'), 'hex')}-${known.length}`
}
