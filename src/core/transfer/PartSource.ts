import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import type { FrameReader } from '../files/readFrame.ts'
import type { PartRange } from '../store/ObjectStore.ts'
import type { BufferPool } from './BufferPool.ts'
import type { Digester } from './Digester.ts'
import { afterBoth, CHUNK_BYTES } from './digest.ts'
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

/** With the SHA-256 of the whole, lower-case hex. */
export type DigestedParts = PartSource & { readonly sha256: string }

type Ports = { readonly pool: BufferPool; readonly digester: Digester }

/**
 * Up to here a file of several parts is read once and sent from memory. 128 MiB is half of the usual budget: it holds
 * RAW files and short clips, which are most of what goes in parts, and leaves room for others. Beyond it a file is read
 * twice, as rclone does it too: once for the digests, of which the store takes the whole's only before the first part,
 * once to be sent.
 */
export const READ_AT_ONCE_BYTES = 128 * MiB

/** Whether a file may be held in memory whole without shutting all others out. */
export function mayReadAtOnce(sizeBytes: number, budgetBytes: number): boolean {
  return sizeBytes <= Math.min(READ_AT_ONCE_BYTES, budgetBytes / 2)
}

/** Each part is read and digested when its turn comes: what is left of an upload that was begun before. */
export function readPartByPart(reader: FrameReader, { pool, digester }: Ports): PartSource {
  return {
    partBytes: null,
    part: (range, signal) => readPart(reader, range, pool, (bytes) => digester.sha256(bytes), signal),
    release: () => {}
  }
}

/**
 * Reads a source once: what is digested lies in memory, and those very bytes are sent. Takes one lease for all of it or
 * none: two files that held half of what they need would wait for each other.
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
): Promise<DigestedParts> {
  const lease = await pool.take(sizeBytes, signal)
  const bytesOf = ({ start, end }: ByteRange) => lease.bytes.subarray(start, end)
  try {
    const { sha256, ofParts } = await digestParts(reader, planParts(sizeBytes, partBytes), bytesOf, digester, signal)
    return {
      sha256,
      partBytes,
      part: async (range) => ({ bytes: bytesOf(range), sha256: digestOf(ofParts, range), release: () => {} }),
      release: lease.release
    }
  } catch (error) {
    lease.release()
    throw error
  }
}

/**
 * Reads a source once for its digests and again, part by part, to send it. What is sent is signed with the digests of
 * the first reading: a store does not take bytes that were not those, and hashing and sending do not share the time.
 *
 * @returns The parts, and the SHA-256 of the whole, lower-case hex.
 * @throws AppError `file-changed` and what reading throws; `signal.reason`.
 */
export async function readTwice(
  reader: FrameReader,
  sizeBytes: number,
  partBytes: number,
  { pool, digester }: Ports,
  signal: AbortSignal
): Promise<DigestedParts> {
  const lease = await pool.take(2 * CHUNK_BYTES, signal)
  const bytesOf = ({ start, end }: ByteRange, index: number) => {
    const half = index % 2 === 0 ? 0 : CHUNK_BYTES
    return lease.bytes.subarray(half, half + end - start)
  }
  try {
    const { sha256, ofParts } = await digestParts(reader, planParts(sizeBytes, partBytes), bytesOf, digester, signal)
    return {
      sha256,
      partBytes,
      part: (range, partSignal) => readPart(reader, range, pool, async () => digestOf(ofParts, range), partSignal),
      release: () => {}
    }
  } finally {
    lease.release()
  }
}

type ByteRange = { readonly start: number; readonly end: number }
type Digests = { readonly sha256: string; readonly ofParts: ReadonlyMap<number, string> }

/** Two threads, one for the whole and one for the parts, hash a chunk while the next one is read. */
async function digestParts(
  reader: FrameReader,
  parts: ReadonlyArray<PartRange>,
  bytesOf: (chunk: ByteRange, index: number) => Uint8Array,
  digester: Digester,
  signal: AbortSignal
): Promise<Digests> {
  const ofParts = new Map<number, string>()
  const whole = digester.stream()
  let part = whole
  let hashed: Promise<unknown> = Promise.resolve()
  let chunks = 0
  try {
    for (const { number, start, end } of parts) {
      const ofPart = digester.stream()
      part = ofPart
      for (let at = start; at < end; at += CHUNK_BYTES) {
        signal.throwIfAborted()
        const chunk = { start: at, end: Math.min(at + CHUNK_BYTES, end) }
        const bytes = await afterBoth(reader.read(chunk, bytesOf(chunk, chunks)), hashed)
        hashed = Promise.all([whole.update(bytes), ofPart.update(bytes)])
        chunks += 1
      }
      hashed = Promise.all([hashed, ofPart.end().then((hex) => ofParts.set(number, hex))])
    }
    await hashed
    await reader.requireUnchanged()
    return { sha256: await whole.end(), ofParts }
  } catch (error) {
    whole.drop()
    part.drop()
    throw error
  } finally {
    await hashed.catch(() => {}) // nobody may be given the bytes while they are being hashed
  }
}

function digestOf(ofParts: ReadonlyMap<number, string>, { number }: PartRange): string {
  const sha256 = ofParts.get(number)
  if (sha256 === undefined) throw new AppError('internal', `Part ${number} was not read`)
  return sha256
}

async function readPart(
  reader: FrameReader,
  range: PartRange,
  pool: BufferPool,
  digest: (bytes: Uint8Array) => Promise<string>,
  signal: AbortSignal
): Promise<PartBytes> {
  const lease = await pool.take(range.end - range.start, signal)
  try {
    const bytes = await reader.read(range, lease.bytes)
    return { bytes, sha256: await digest(bytes), release: lease.release }
  } catch (error) {
    lease.release()
    throw error
  }
}
