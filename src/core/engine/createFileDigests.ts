import { createHash } from 'node:crypto'
import { MiB } from '../../shared/units.ts'
import { readFrame, type SeenFrame } from '../files/readFrame.ts'
import type { BodyDigests } from '../store/ObjectStore.ts'
import { BufferPool } from '../transfer/BufferPool.ts'
import type { Digester } from '../transfer/Digester.ts'
import { SINGLE_PUT_BYTES } from '../transfer/planParts.ts'

/** A few files of the largest that are read in one piece. */
const READ_BYTES = 64 * MiB

/** Hashed in some 5 ms, and then everything else has a turn. */
const PIECE_BYTES = 2 * MiB

export type FileDigests = (file: SeenFrame, signal: AbortSignal) => Promise<BodyDigests>

/**
 * Reads files that were seen before, and digests them.
 *
 * @returns what throws AppError `file-changed`, `file-missing`, `file-unreadable`; `signal.reason`.
 */
export function createFileDigests(digester: Digester): FileDigests {
  const pool = new BufferPool(READ_BYTES)

  async function digestWhole(file: SeenFrame, signal: AbortSignal): Promise<BodyDigests> {
    const lease = await pool.take(file.sizeBytes, signal)
    try {
      return await digester.file(file, lease.bytes)
    } finally {
      lease.release()
    }
  }

  async function digestPieces(file: SeenFrame, signal: AbortSignal): Promise<BodyDigests> {
    const lease = await pool.take(PIECE_BYTES, signal)
    const reader = await readFrame(file).catch((error: unknown) => {
      lease.release()
      throw error
    })
    const md5 = createHash('md5')
    const sha256 = createHash('sha256')
    try {
      for (let start = 0; start < file.sizeBytes; start += PIECE_BYTES) {
        signal.throwIfAborted()
        const piece = await reader.read({ start, end: Math.min(start + PIECE_BYTES, file.sizeBytes) }, lease.bytes)
        md5.update(piece)
        sha256.update(piece)
      }
      await reader.requireUnchanged()
      return { md5: md5.digest('hex'), sha256: sha256.digest('hex') }
    } finally {
      await reader.close()
      lease.release()
    }
  }

  return async (file, signal) => {
    signal.throwIfAborted()
    const digests = await (file.sizeBytes <= SINGLE_PUT_BYTES ? digestWhole(file, signal) : digestPieces(file, signal))
    signal.throwIfAborted()
    return digests
  }
}
