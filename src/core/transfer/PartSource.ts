import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import type { FrameReader } from '../files/readFrame.ts'
import type { PartRange } from '../store/ObjectStore.ts'
import type { BufferPool } from './BufferPool.ts'
import type { Digester } from './Digester.ts'
import { afterBoth } from './digest.ts'
import { planParts } from './planParts.ts'

/** A part in memory, until it is given back. */
export type PartBytes = { readonly bytes: Uint8Array; readonly sha256: string; release(): void }

/** Where the bytes of parts come from. */
export interface PartSource {
  /** The part size that it was read by; null: any part can be had. */
  readonly partBytes: number | null
  /** @throws what reading throws; `signal.reason` when aborted while waiting for memory. */
  part(range: PartRange, signal: AbortSignal): Promise<PartBytes>
  /** Gives everything back. */
  release(): void
}

type Ports = { readonly pool: BufferPool; readonly digester: Digester }

/**
 * Up to here a file of several parts is read once and sent from memory. 128 MiB is half of the usual budget: it holds
 * RAW files and short clips, which are most of what goes in parts, and leaves room for others. Beyond it a file is read
 * twice, as rclone does it too: once for the digest, which the store takes only before the first part, once to be sent.
 */
export const READ_AT_ONCE_BYTES = 128 * MiB

/** Whether a file may be held in memory whole without shutting all others out. */
export function mayReadAtOnce(sizeBytes: number, budgetBytes: number): boolean {
  return sizeBytes <= Math.min(READ_AT_ONCE_BYTES, budgetBytes / 2)
}

/** Each part is read when its turn comes, into a lease of its own. */
export function readPartByPart(reader: FrameReader, { pool, digester }: Ports): PartSource {
  return {
    partBytes: null,
    part: async (range, signal) => {
      const lease = await pool.take(range.end - range.start, signal)
      try {
        const bytes = await reader.read(range, lease.bytes)
        return { bytes, sha256: await digester.sha256(bytes), release: lease.release }
      } catch (error) {
        lease.release()
        throw error
      }
    },
    release: () => {}
  }
}

/**
 * Reads a source once: the digests of its parts and of the whole are computed while the next part is read, and what is
 * sent are those very bytes. Takes one lease for all of it or none: two files that held half of what they need would
 * wait for each other.
 *
 * @returns The parts, and the SHA-256 of the whole, lower-case hex.
 * @throws AppError `file-changed` and what reading throws; `signal.reason`.
 */
export async function readAtOnce(
  reader: FrameReader,
  sizeBytes: number,
  partBytes: number,
  { pool, digester }: Ports,
  signal: AbortSignal
): Promise<PartSource & { readonly sha256: string }> {
  const lease = await pool.take(sizeBytes, signal)
  const whole = digester.stream()
  const digests = new Map<number, string>()
  const bytesOf = ({ start, end }: PartRange) => lease.bytes.subarray(start, end)
  let hashed: Promise<unknown> = Promise.resolve()
  try {
    for (const range of planParts(sizeBytes, partBytes)) {
      signal.throwIfAborted()
      const bytes = await afterBoth(reader.read(range, bytesOf(range)), hashed)
      const ofPart = digester.sha256(bytes).then((hex) => digests.set(range.number, hex))
      hashed = Promise.all([whole.update(bytes), ofPart])
    }
    await hashed
    await reader.requireUnchanged()
    const sha256 = await whole.end()
    return {
      sha256,
      partBytes,
      part: async (range) => {
        const ofPart = digests.get(range.number)
        if (ofPart === undefined) throw new AppError('internal', `Part ${range.number} was not read`)
        return { bytes: bytesOf(range), sha256: ofPart, release: () => {} }
      },
      release: lease.release
    }
  } catch (error) {
    whole.drop()
    await hashed.catch(() => {}) // nobody may be given the bytes while they are being hashed
    lease.release()
    throw error
  }
}
