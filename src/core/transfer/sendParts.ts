import { AppError, toProblem } from '../../shared/errors.ts'
import type { Upload } from '../catalog/records.ts'
import type { FrameReader } from '../files/readFrame.ts'
import type { Multipart, ObjectHeaders, PartRange, SentPart } from '../store/ObjectStore.ts'
import { completeUpload, findCompleted } from './completeUpload.ts'
import { forEachAtOnce } from './forEachAtOnce.ts'
import { advance } from './keepProof.ts'
import { confirmParts, type HeldParts, openUpload } from './openUpload.ts'
import type { PartSource } from './PartSource.ts'
import { planParts } from './planParts.ts'
import type { SendPorts } from './SendPorts.ts'

/** Parts of one upload at once. More files at once is worth more than more parts of one. */
export const PARTS_AT_ONCE = 4

export type PartsJob = {
  /** With its digest. */
  readonly upload: Upload
  readonly headers: ObjectHeaders
  readonly reader: Pick<FrameReader, 'requireUnchanged'>
  readonly parts: PartSource
  readonly sizeBytes: number
}

/**
 * `lost`: the store does not know the upload id (any more), or cannot join its parts. `taken`: something else has the
 * key by now, and the upload id is lost as well.
 */
export type PartsResult =
  | { readonly kind: 'joined'; readonly upload: Upload; readonly etag: string }
  | { readonly kind: 'lost' | 'taken'; readonly upload: Upload }

/**
 * Sends what the store does not have yet, then joins it. Each acknowledged part is in the catalog before the next takes
 * its place.
 *
 * @throws AppError `proof-failed` where the store joined something else than the parts; what reading and sending throw;
 *   `signal.reason`.
 */
export async function sendParts(job: PartsJob, ports: SendPorts, signal: AbortSignal): Promise<PartsResult> {
  const { reader, sizeBytes } = job
  const open = await openUpload(job, ports, signal)
  const { upload, multipart, isNew } = open
  try {
    const held = isNew ? { sent: new Map(), doubtful: new Map() } : await confirmParts(open, ports, signal)
    const sent = await sendMissing(upload, multipart, held, job, ports, signal)
    await reader.requireUnchanged() // half an old file is never published
    return { kind: 'joined', upload, etag: await completeUpload(open, sent, ports, signal) }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof AppError)) throw error
    switch (error.code) {
      case 'upload-missing': {
        const etag = await findCompleted(open, sizeBytes, ports, signal)
        return etag === null ? lose('lost', upload, error, ports) : { kind: 'joined', upload, etag }
      }
      case 'part-rejected':
        return lose('lost', upload, error, ports)
      case 'conflict':
        return lose('taken', upload, error, ports)
      default:
        throw error
    }
  }
}

/** Back to the beginning: the janitor has the store drop what it may still hold of it. */
function lose(kind: 'lost' | 'taken', upload: Upload, error: AppError, ports: SendPorts): PartsResult {
  const restarted = advance(upload, { kind: 'lost', problem: toProblem(error) }, ports)
  ports.onProgress(restarted, 0)
  return { kind, upload: restarted }
}

/** @returns all parts, in no order. */
async function sendMissing(
  upload: Upload,
  multipart: Multipart,
  { sent, doubtful }: HeldParts,
  job: PartsJob,
  ports: SendPorts,
  signal: AbortSignal
): Promise<ReadonlyArray<SentPart>> {
  let sentBytes = [...sent.values()].reduce((sum, part) => sum + part.sizeBytes, 0)
  ports.onProgress(upload, sentBytes)
  const missing = planParts(job.sizeBytes, multipart.partBytes).filter(({ number }) => !sent.has(number))
  let mustSayProgress = upload.state.kind === 'sending' && upload.state.attempt > 0
  const sendOne = async (range: PartRange, partSignal: AbortSignal) => {
    const part = await sendPart(multipart, range, doubtful.get(range.number) ?? null, job.parts, ports, partSignal)
    ports.uploads.recordPart(upload.id, part)
    if (mustSayProgress) advance(upload, { kind: 'progressed' }, ports)
    mustSayProgress = false
    sent.set(part.number, part)
    sentBytes += part.sizeBytes
    ports.onProgress(upload, sentBytes)
  }
  await forEachAtOnce(PARTS_AT_ONCE, missing, sendOne, isHopeless, signal)
  return [...sent.values()]
}

/** Parts under way are of no use after that. After a broken connection they are: each that arrives need not go again. */
function isHopeless(error: unknown): boolean {
  return !(error instanceof AppError) || !error.isRetryable || error.code === 'file-changed'
}

/** @param there What the store says that it has under this number, not acknowledged to us; or null. */
async function sendPart(
  multipart: Multipart,
  range: PartRange,
  there: SentPart | null,
  parts: PartSource,
  ports: SendPorts,
  signal: AbortSignal
): Promise<SentPart> {
  const { bytes, sha256, release } = await parts.part(range, signal)
  try {
    // A part that is good is not sent again: should that fail, it would be gone (r2-facts §3).
    if (there && there.md5 !== null && there.sizeBytes === bytes.length) {
      const { md5 } = await ports.digester.body(bytes)
      signal.throwIfAborted() // nothing is written for what was stopped meanwhile
      if (md5 === there.md5) return there
    }
    return await ports.store.sendPart(multipart, range.number, bytes, { md5: null, sha256 }, signal)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'digest-mismatch') throw error
    // On the line, as a rule. But what was read may also be other bytes than those that were digested before.
    if ((await ports.digester.sha256(bytes)) === sha256) throw error
    throw new AppError('file-changed', `${multipart.key}: part ${range.number} is not what was digested`, {
      cause: error
    })
  } finally {
    release()
  }
}
