import { AppError } from '../../shared/errors.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import type { SeenFrame } from '../files/readFrame.ts'
import { isMade } from '../images/isMade.ts'
import { advance, keepProof } from './keepProof.ts'
import { conditionOf, headersOf } from './objectHeaders.ts'
import type { Outcome, SendJob, SendPorts } from './SendPorts.ts'

type Whole = {
  readonly job: SendJob
  readonly source: SeenFrame
  /** What has the key was looked at a moment ago. */
  readonly hasLooked: boolean
}

/**
 * One request. The server checks MD5 and SHA-256 of what arrived; its ETag is the MD5 of what it keeps.
 *
 * @throws AppError what reading and sending throw; `file-changed`; `signal.reason`.
 */
export async function sendWhole(
  before: Upload,
  { job, source, hasLooked }: Whole,
  ports: SendPorts,
  signal: AbortSignal
): Promise<Outcome> {
  const { store, pool } = ports
  const { sizeBytes } = source
  const lease = await pool.take(sizeBytes, signal)
  try {
    const bytes = lease.bytes
    const digests = await ports.digester.file(source, bytes)
    signal.throwIfAborted()
    const { md5, sha256 } = digests
    requireSameSource(before, job.frame, sha256)
    // Not kept before the answer: whoever has to send it again has to read it again.
    const upload: Upload = { ...before, sha256, sizeBytes }
    if (!hasLooked && isKnownThere(upload, ports)) return { kind: 'taken', upload, md5, found: null }
    const headers = headersOf(upload, job, ports)
    const etag = await store.put(upload.key, bytes, digests, headers, conditionOf(upload), signal).catch(takenAsNull)
    if (etag === null) return { kind: 'taken', upload, md5, found: null }
    ports.onProgress(upload, sizeBytes)
    if (etag === md5) {
      return { kind: 'done', upload: await keepProof(upload, job.frame, { etag, how: 'sent' }, ports, signal) }
    }
    return { kind: 'sent', upload: advance(upload, { kind: 'sent', etag }, ports) }
  } finally {
    lease.release()
  }
}

/**
 * The catalog knows of an object at the key: a look costs less than a body that is turned away. Where it may overwrite
 * one object, the condition of the write tells as much.
 */
function isKnownThere({ accountId, bucket, key, replaces }: Upload, { uploads }: SendPorts): boolean {
  return replaces === null && uploads.proofs.has(accountId, bucket, key)
}

/** @throws AppError `file-changed` for an original whose bytes are not those that its renditions are made of. */
function requireSameSource(upload: Upload, frame: Frame, sha256: string): void {
  if (!isMade(upload.output) && frame.sha256 !== null && frame.sha256 !== sha256)
    throw new AppError('file-changed', `${frame.path}: other bytes`)
}

/** A condition that did not hold is an answer, not a failure. */
function takenAsNull(error: unknown): null {
  if (error instanceof AppError && error.code === 'conflict') return null
  throw error
}
