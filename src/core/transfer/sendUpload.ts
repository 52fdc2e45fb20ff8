import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import type { CollectionRules } from '../../shared/model/collection.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { toFrameFile } from '../files/FrameFile.ts'
import { type FrameReader, readFrame, type SeenFrame } from '../files/readFrame.ts'
import type { ObjectStore, WriteCondition } from '../store/ObjectStore.ts'
import type { BufferPool } from './BufferPool.ts'
import type { Digester } from './Digester.ts'
import { digestSource } from './digest.ts'
import { meetOccupant } from './meetOccupant.ts'
import { isOurs, objectHeaders } from './objectHeaders.ts'
import { SINGLE_PUT_BYTES } from './planParts.ts'
import type { Slots } from './Slots.ts'
import { sendParts } from './sendParts.ts'
import { multipartOf, transition, type UploadEvent } from './UploadState.ts'

export type SendPorts = {
  readonly store: ObjectStore
  readonly uploads: CatalogUploads
  readonly frames: CatalogFrames
  readonly pool: BufferPool
  readonly digester: Digester
  /** Requests with a body, all uploads together. */
  readonly lines: Slots
  /** Bytes of this upload that the store has acknowledged so far; falls back when it starts again. */
  readonly onProgress: (upload: Upload, sentBytes: number) => void
  readonly onChange: (upload: Upload) => void
  readonly nowMs: () => number
}

/** What is to be sent: the upload, where it comes from, and the rules that hold for it. */
export type SendJob = {
  /** In state `sending` or `proving`: so the catalog gives it out. */
  readonly upload: Upload
  readonly frame: Frame
  readonly rules: Pick<CollectionRules, 'conflict' | 'cacheControl'>
}

/** Someone who takes the key between every look at it and every write is not outrun by trying for ever. */
const MOST_ROUNDS = 20

/**
 * Sends one object and proves it. Stopped at any line, running it again finishes the job: what it is about to do stands
 * in the catalog first.
 *
 * @returns the upload in a state in which nothing more happens by itself: done, skipped or conflict.
 * @throws AppError for what failed, with the upload left in `sending` or `proving`; `signal.reason` when aborted.
 */
export async function sendUpload(job: SendJob, ports: SendPorts, signal: AbortSignal): Promise<Upload> {
  if (job.upload.state.kind === 'proving') return prove(job.upload, job.frame, ports, signal)
  let upload = job.upload
  const source = await sourceOf(upload, job.frame)
  const reader = { ...(await readFrame(source)), sizeBytes: source.sizeBytes }
  try {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const outcome =
        source.sizeBytes <= SINGLE_PUT_BYTES
          ? await sendWhole(upload, job, reader, ports, signal)
          : await sendInParts(upload, job, reader, ports, signal)
      if (outcome.kind === 'done') return outcome.upload
      signal.throwIfAborted()
      if (outcome.kind === 'sent') return await prove(outcome.upload, job.frame, ports, signal)
      const met = await meetOccupant(outcome.upload, outcome.md5, job, ports, signal)
      if (met.kind === 'settled') return met.upload
      upload = met.upload
    }
    throw new AppError('conflict', `${upload.key} was taken again whenever it was free`)
  } finally {
    await reader.close()
  }
}

type OpenSource = FrameReader & { readonly sizeBytes: number }
type Outcome =
  | { readonly kind: 'done'; readonly upload: Upload }
  | { readonly kind: 'sent'; readonly upload: Upload }
  | { readonly kind: 'taken'; readonly upload: Upload; readonly md5: string | null }

/** One request. The server checks MD5 and SHA-256 of what arrived; its ETag is the MD5 of what it keeps. */
async function sendWhole(
  before: Upload,
  job: SendJob,
  reader: OpenSource,
  ports: SendPorts,
  signal: AbortSignal
): Promise<Outcome> {
  const { store, pool, lines } = ports
  const { sizeBytes } = reader
  const lease = await pool.take(sizeBytes, signal)
  try {
    const bytes = await reader.read({ start: 0, end: sizeBytes }, lease.bytes)
    await reader.requireUnchanged()
    const digests = await ports.digester.body(bytes)
    const { md5, sha256 } = digests
    requireSameSource(before, job.frame, sha256)
    // Not kept before the answer: whoever has to send it again has to read it again.
    const upload: Upload = { ...before, sha256, sizeBytes }
    const headers = headersOf(upload, job, sha256, ports.nowMs())
    const put = () => store.put(upload.key, bytes, digests, headers, conditionOf(upload), signal)
    const etag = await lines.run(put, signal).catch(takenAsNull)
    if (etag === null) return { kind: 'taken', upload, md5 }
    ports.onProgress(upload, sizeBytes)
    if (etag === md5) return { kind: 'done', upload: keepProof(upload, job.frame, etag, 'sent', ports) }
    return { kind: 'sent', upload: advance(upload, { kind: 'sent', etag }, ports) }
  } finally {
    lease.release()
  }
}

/** Several requests, of which each that was acknowledged is kept over a crash. */
async function sendInParts(
  before: Upload,
  job: SendJob,
  reader: OpenSource,
  ports: SendPorts,
  signal: AbortSignal,
  isSecondTry = false
): Promise<Outcome> {
  const { store, uploads } = ports
  const upload = before.sha256 === null ? await digestUpload(before, job.frame, reader, ports, signal) : before
  // The condition holds at completion only, and there it costs the whole upload (r2-facts §6): so look before it starts.
  if (multipartOf(upload.state) === null) {
    const found = await store.head(upload.key, signal)
    if (found && found.etag !== upload.replaces) return { kind: 'taken', upload, md5: null }
  }
  const headers = headersOf(upload, job, upload.sha256 ?? '', ports.nowMs())
  const result = await sendParts({ upload, headers, condition: conditionOf(upload) }, reader, ports, signal)
  signal.throwIfAborted()
  switch (result.kind) {
    case 'joined':
      return { kind: 'sent', upload: advance(result.upload, { kind: 'sent', etag: result.etag }, ports) }
    case 'taken':
      return { kind: 'taken', upload: result.upload, md5: null }
    case 'gone': {
      if (isSecondTry) throw result.error // a store that loses every upload is not fed for ever
      const restarted = uploads.saveState(result.upload, transition(result.upload.state, { kind: 'restarted' }))
      ports.onProgress(restarted, 0)
      ports.onChange(restarted)
      return sendInParts(restarted, job, reader, ports, signal, true)
    }
  }
}

/** The digest goes into the metadata, which R2 takes only when the upload is opened: hence a read before the first. */
async function digestUpload(
  upload: Upload,
  frame: Frame,
  reader: OpenSource,
  ports: SendPorts,
  signal: AbortSignal
): Promise<Upload> {
  const { uploads, frames } = ports
  const known = upload.output.kind === 'original' ? frame.sha256 : null
  const sha256 = known ?? (await digestSource(reader, reader.sizeBytes, ports, signal))
  signal.throwIfAborted()
  return uploads.together(() => {
    if (upload.output.kind === 'original' && known === null) frames.setSha256(frame.id, sha256)
    return uploads.setDigest(upload, sha256, reader.sizeBytes)
  })
}

/** Looks at the object in the bucket: size, our digest in its metadata, and the ETag that the store answered with. */
async function prove(upload: Upload, frame: Frame, ports: SendPorts, signal: AbortSignal): Promise<Upload> {
  const { state } = upload
  if (state.kind !== 'proving') throw new AppError('internal', `An upload that is ${state.kind} has nothing to prove`)
  const found = await ports.store.head(upload.key, signal)
  signal.throwIfAborted()
  if (!found) throw new AppError('proof-failed', `${upload.key} is not in the bucket`)
  if (!isOurs(found, upload) || found.etag !== state.etag) {
    throw new AppError(
      'proof-failed',
      `${upload.key} has ${found.sizeBytes} bytes and ETag ${found.etag}, not what was sent`
    )
  }
  return keepProof(upload, frame, found.etag, 'sent', ports)
}

/** Moves the upload on, keeps it, and says so. */
export function advance(upload: Upload, event: UploadEvent, ports: SendPorts): Upload {
  const next = ports.uploads.saveState(upload, transition(upload.state, event))
  ports.onChange(next)
  return next
}

/** @param how Whether we sent the object, or found it there. */
export function keepProof(upload: Upload, frame: Frame, etag: string, how: 'sent' | 'found', ports: SendPorts): Upload {
  const { sha256, sizeBytes } = upload
  if (sha256 === null || sizeBytes === null) throw new AppError('internal', `${upload.key} was sent without a digest`)
  const proof = { sizeBytes, sha256, etag, provedAtMs: ports.nowMs(), how }
  const next = ports.uploads.saveProof(upload, proof, sourceSha256Of(upload, frame))
  ports.onProgress(next, sizeBytes)
  ports.onChange(next)
  return next
}

/** @throws AppError `file-changed` for an original whose bytes are not those that its renditions are made of. */
function requireSameSource(upload: Upload, frame: Frame, sha256: string): void {
  if (upload.output.kind === 'original' && frame.sha256 !== null && frame.sha256 !== sha256)
    throw new AppError('file-changed', `${frame.path}: other bytes`)
}

function headersOf(upload: Upload, job: SendJob, sha256: string, nowMs: number) {
  return objectHeaders({
    contentType: upload.contentType,
    sourcePath: job.frame.path,
    sourceSha256: sourceSha256Of({ ...upload, sha256 }, job.frame),
    sha256,
    widthPx: upload.widthPx,
    heightPx: upload.heightPx,
    outputId: upload.output.id,
    cacheControl: job.rules.cacheControl,
    nowMs
  })
}

/** An original is its own source; a rendition's was digested before it was made. */
function sourceSha256Of(upload: Upload, frame: Frame): string {
  return (upload.output.kind === 'original' ? upload.sha256 : frame.sha256) ?? ''
}

function conditionOf(upload: Upload): WriteCondition {
  return upload.replaces === null ? { kind: 'absent' } : { kind: 'matches', etag: upload.replaces }
}

/** The bytes to send: the frame itself, or the rendition in the spool. @throws AppError `file-missing`. */
async function sourceOf(upload: Upload, frame: Frame): Promise<SeenFrame> {
  if (upload.output.kind === 'original') return frame
  if (upload.spoolPath === null) throw new AppError('internal', `${upload.key} has not been rendered`)
  try {
    return toFrameFile(upload.spoolPath, '', await stat(upload.spoolPath, { bigint: true }))
  } catch (cause) {
    throw new AppError('file-missing', `${upload.spoolPath} is gone`, { cause })
  }
}

/** A condition that did not hold is an answer, not a failure. */
function takenAsNull(error: unknown): null {
  if (error instanceof AppError && error.code === 'conflict') return null
  throw error
}
