import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import type { CollectionRules } from '../../shared/model/collection.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { toFrameFile } from '../files/FrameFile.ts'
import { type FrameReader, readFrame, type SeenFrame } from '../files/readFrame.ts'
import { foldKey, suffixKey } from '../shots/suffixKey.ts'
import type { ObjectFacts, ObjectStore, WriteCondition } from '../store/ObjectStore.ts'
import type { BufferPool } from './BufferPool.ts'
import { digestBody, digestSource } from './digest.ts'
import { metadataNames, objectHeaders } from './objectHeaders.ts'
import { SINGLE_PUT_BYTES } from './planParts.ts'
import type { Slots } from './Slots.ts'
import { sendParts } from './sendParts.ts'
import { type Occupant, transition, type UploadEvent } from './UploadState.ts'

export type SendPorts = {
  readonly store: ObjectStore
  readonly uploads: CatalogUploads
  readonly frames: CatalogFrames
  readonly pool: BufferPool
  /** Requests with a body, all uploads together. */
  readonly lines: Slots
  /** Bytes of this upload that the store has acknowledged so far; falls back when it starts again. */
  readonly onProgress: (upload: Upload, sentBytes: number) => void
  readonly onChange: (upload: Upload) => void
  readonly nowMs: () => number
}

/** What is to be sent: the upload, where it comes from, and the rules that hold for it. */
export type SendJob = {
  readonly upload: Upload
  readonly frame: Frame
  readonly rules: Pick<CollectionRules, 'conflict' | 'cacheControl'>
}

/** A name is tried with so many suffixes before a person is asked. */
const MOST_SUFFIXES = 200

/**
 * Sends one object and proves it. Stopped at any line, running it again finishes the job: what it is about to do stands
 * in the catalog first.
 *
 * @returns the upload in a state in which nothing more happens by itself: done, skipped or conflict.
 * @throws AppError for what failed, with the upload left in `sending` or `proving`; `signal.reason` when aborted.
 */
export async function sendUpload(job: SendJob, ports: SendPorts, signal: AbortSignal): Promise<Upload> {
  if (job.upload.state.kind === 'proving') return prove(job.upload, job.frame, ports, signal)
  let upload = advance(job.upload, { kind: 'started' }, ports)
  const source = await sourceOf(upload, job.frame)
  const reader = { ...(await readFrame(source)), sizeBytes: source.sizeBytes }
  try {
    const { sizeBytes } = source
    // Each round meets another occupant of the key, or is the last.
    for (let round = 0; round < MOST_SUFFIXES; round += 1) {
      const outcome =
        sizeBytes <= SINGLE_PUT_BYTES
          ? await sendWhole(upload, job, reader, ports, signal)
          : await sendInParts(upload, job, reader, ports, signal)
      signal.throwIfAborted()
      if (outcome.kind === 'done') return outcome.upload
      if (outcome.kind === 'sent') return await prove(outcome.upload, job.frame, ports, signal)
      upload = outcome.upload
      const met = await meetOccupant(upload, job, ports, signal)
      if (met.kind === 'settled') return met.upload
      upload = met.upload
    }
    throw new AppError('conflict', `${MOST_SUFFIXES} names beginning like ${upload.key} are taken`)
  } finally {
    await reader.close()
  }
}

type OpenSource = FrameReader & { readonly sizeBytes: number }
type Outcome = { readonly kind: 'done' | 'sent' | 'taken'; readonly upload: Upload }

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
    const digests = digestBody(bytes)
    let upload = noteDigest(before, job.frame, digests.sha256, sizeBytes, ports)
    const headers = headersOf(upload, job, digests.sha256, ports.nowMs())
    const put = () => store.put(upload.key, bytes, digests, headers, conditionOf(upload), signal)
    const etag = await lines.run(put, signal).catch(takenAsNull)
    if (etag === null) return { kind: 'taken', upload }
    ports.onProgress(upload, sizeBytes)
    if (etag === digests.md5) {
      upload = keepProof(upload, job.frame, etag, 'sent', ports)
      return { kind: 'done', upload }
    }
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
  signal: AbortSignal
): Promise<Outcome> {
  const { store, uploads, pool } = ports
  let upload = before
  if (upload.sha256 === null) {
    // The digest goes into the metadata, which R2 takes only when the upload is opened: hence a read before the first.
    const known = upload.output.kind === 'original' ? job.frame.sha256 : null
    const sha256 = known ?? (await digestSource(reader, reader.sizeBytes, pool, signal))
    signal.throwIfAborted()
    upload = noteDigest(upload, job.frame, sha256, reader.sizeBytes, ports)
  }
  // The condition holds at completion only, and there it costs the whole upload (r2-facts §6): so look before it starts.
  if (!hasMultipart(upload)) {
    const found = await store.head(upload.key, signal)
    if (found && found.etag !== upload.replaces) return { kind: 'taken', upload }
  }
  const headers = headersOf(upload, job, upload.sha256 ?? '', ports.nowMs())
  const result = await sendParts({ upload, headers, condition: conditionOf(upload) }, reader, ports, signal)
  signal.throwIfAborted()
  if (result.kind === 'taken') return { kind: 'taken', upload: result.upload }
  if (result.kind === 'gone') {
    // Unknown to the store: completed after all by a request whose answer was lost, or really gone.
    const found = await store.head(result.upload.key, signal)
    signal.throwIfAborted()
    if (found && isOurs(found, result.upload)) {
      return { kind: 'sent', upload: advance(result.upload, { kind: 'sent', etag: found.etag }, ports) }
    }
    const restarted = uploads.saveState(result.upload, transition(result.upload.state, { kind: 'restarted' }))
    ports.onProgress(restarted, 0)
    ports.onChange(restarted)
    return sendInParts(restarted, job, reader, ports, signal)
  }
  return { kind: 'sent', upload: advance(result.upload, { kind: 'sent', etag: result.etag }, ports) }
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

type Met = { readonly kind: 'settled' | 'again'; readonly upload: Upload }

/** The key is taken. The same content is what was wanted; for other content the rule of the collection decides. */
async function meetOccupant(upload: Upload, job: SendJob, ports: SendPorts, signal: AbortSignal): Promise<Met> {
  const { store, uploads } = ports
  const found = await store.head(upload.key, signal)
  signal.throwIfAborted()
  if (!found) return { kind: 'again', upload: uploads.setKey(upload, { ...upload, replaces: null }) } // it went away meanwhile
  if (isOurs(found, upload))
    return { kind: 'settled', upload: keepProof(upload, job.frame, found.etag, 'found', ports) }
  const occupant = occupantOf(found)
  switch (job.rules.conflict) {
    case 'keep-both':
      return { kind: 'again', upload: takeNextKey(upload, uploads) }
    case 'replace':
      // A picture is not overwritten by a fragment of one without a person's word (rule 1 of the design).
      if ((upload.sizeBytes ?? 0) * 10 >= found.sizeBytes) {
        return { kind: 'again', upload: uploads.setKey(upload, { ...upload, replaces: found.etag }) }
      }
      return { kind: 'settled', upload: advance(upload, { kind: 'met', occupant, isSkipped: false }, ports) }
    case 'skip':
      return { kind: 'settled', upload: advance(upload, { kind: 'met', occupant, isSkipped: true }, ports) }
    case 'ask':
      return { kind: 'settled', upload: advance(upload, { kind: 'met', occupant, isSkipped: false }, ports) }
  }
}

/** The same name with the next number that no other upload of ours has: `name-2.ext`. */
export function takeNextKey(upload: Upload, uploads: CatalogUploads): Upload {
  for (let number = upload.keyNumber + 1; ; number += 1) {
    const key = suffixKey(upload.baseKey, number)
    if (uploads.claimKey(upload, key, foldKey(key)))
      return uploads.setKey(upload, { key, keyNumber: number, replaces: null })
  }
}

/** Moves the upload on, keeps it, and says so. */
function advance(upload: Upload, event: UploadEvent, ports: SendPorts): Upload {
  const next = ports.uploads.saveState(upload, transition(upload.state, event))
  ports.onChange(next)
  return next
}

function keepProof(upload: Upload, frame: Frame, etag: string, how: 'sent' | 'found', ports: SendPorts): Upload {
  if (upload.sha256 === null || upload.sizeBytes === null) {
    throw new AppError('internal', `${upload.key} was sent without a digest`)
  }
  const proof = { sizeBytes: upload.sizeBytes, sha256: upload.sha256, etag, provedAtMs: ports.nowMs(), how }
  const next = ports.uploads.saveProof(upload, proof, sourceSha256Of(upload, frame))
  ports.onProgress(next, next.sizeBytes ?? 0)
  ports.onChange(next)
  return next
}

/** Keeps what reading showed. An original whose bytes differ from those that its renditions were made of has changed. */
function noteDigest(upload: Upload, frame: Frame, sha256: string, sizeBytes: number, ports: SendPorts): Upload {
  if (upload.output.kind === 'original') {
    if (frame.sha256 !== null && frame.sha256 !== sha256)
      throw new AppError('file-changed', `${frame.path}: other bytes`)
    if (frame.sha256 === null) ports.frames.setSha256(frame.id, sha256)
  }
  return ports.uploads.setDigest(upload, sha256, sizeBytes)
}

function headersOf(upload: Upload, job: SendJob, sha256: string, nowMs: number) {
  return objectHeaders({
    contentType: upload.contentType,
    sourcePath: job.frame.path,
    sourceSha256: sourceSha256Of({ ...upload, sha256 }, job.frame),
    sha256,
    widthPx: upload.widthPx ?? job.frame.facts?.widthPx ?? null,
    heightPx: upload.heightPx ?? job.frame.facts?.heightPx ?? null,
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

function hasMultipart(upload: Upload): boolean {
  return upload.state.kind === 'sending' && upload.state.multipart !== null
}

/** The object is this upload's content: size and the digest in its metadata say so. */
function isOurs(found: ObjectFacts, upload: Upload): boolean {
  return found.sizeBytes === upload.sizeBytes && found.metadata[metadataNames.sha256] === upload.sha256
}

function occupantOf(found: ObjectFacts): Occupant {
  const sha256 = found.metadata[metadataNames.sha256] ?? null
  return { sizeBytes: found.sizeBytes, etag: found.etag, modifiedAtMs: found.modifiedAtMs, sha256 }
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
