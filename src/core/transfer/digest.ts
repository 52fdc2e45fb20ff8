import { hash } from 'node:crypto'
import { MiB } from '../../shared/units.ts'
import type { FrameReader } from '../files/readFrame.ts'
import type { BufferPool } from './BufferPool.ts'
import type { Digester } from './Digester.ts'

/** Of what is hashed while the next is read. */
export const CHUNK_BYTES = 4 * MiB

/**
 * Reads a source once, from start to end. Two buffers take turns, so that reading and hashing go on side by side.
 *
 * @returns SHA-256, lower-case hex.
 * @throws AppError `file-changed` and what reading throws; `signal.reason`.
 */
export async function digestSource(
  reader: FrameReader,
  sizeBytes: number,
  ports: { readonly pool: BufferPool; readonly digester: Digester },
  signal: AbortSignal
): Promise<string> {
  const lease = await ports.pool.take(Math.min(2 * CHUNK_BYTES, sizeBytes), signal)
  const stream = ports.digester.stream()
  let hashed = Promise.resolve()
  try {
    for (let start = 0; start < sizeBytes; start += CHUNK_BYTES) {
      signal.throwIfAborted()
      const half = lease.bytes.subarray((start / CHUNK_BYTES) % 2 === 0 ? 0 : CHUNK_BYTES)
      const range = { start, end: Math.min(start + CHUNK_BYTES, sizeBytes) }
      const bytes = await afterBoth(reader.read(range, half), hashed) // so the other half is free for the next read
      hashed = stream.update(bytes)
    }
    await hashed
    await reader.requireUnchanged()
    return await stream.end()
  } catch (error) {
    stream.drop()
    throw error
  } finally {
    await hashed.catch(() => {}) // nobody may be given the bytes while they are being hashed
    lease.release()
  }
}

/** What `reading` brings, once `hashing` has ended as well: whatever comes of them, neither is at the buffer any more. */
export async function afterBoth<T>(reading: Promise<T>, hashing: Promise<unknown>): Promise<T> {
  await Promise.allSettled([reading, hashing])
  await hashing
  return reading
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
