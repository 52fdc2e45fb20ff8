import { AppError, isAbort } from '../../shared/errors.ts'
import type { Upload } from '../catalog/records.ts'
import type { FrameReader } from '../files/readFrame.ts'
import type { Multipart, ObjectHeaders, PartRange, SentPart, WriteCondition } from '../store/ObjectStore.ts'
import { multipartEtag } from './digest.ts'
import { isOurs } from './objectHeaders.ts'
import { choosePartBytes, planParts } from './planParts.ts'
import type { SendPorts } from './sendUpload.ts'
import { transition } from './UploadState.ts'

/** Parts of one upload at once. More files at once is worth more than more parts of one. */
const PARTS_AT_ONCE = 4

type PartsJob = { readonly upload: Upload; readonly headers: ObjectHeaders; readonly condition: WriteCondition }

/**
 * `gone`: the store does not know the upload id (any more), or cannot join its parts. `taken`: the condition did not
 * hold at completion.
 */
type PartsResult =
  | { readonly kind: 'joined'; readonly upload: Upload; readonly etag: string }
  | { readonly kind: 'gone'; readonly upload: Upload; readonly error: AppError }
  | { readonly kind: 'taken'; readonly upload: Upload }

/**
 * Sends what the store does not have yet, then joins it. The upload id and the part size are in the catalog before the
 * first part goes out, and each acknowledged part before the next takes its place.
 *
 * @throws AppError `proof-failed` where the store joined something else than the parts; the upload may then overwrite
 *   that and nothing else. What reading and sending throw; `signal.reason`.
 */
export async function sendParts(
  job: PartsJob,
  reader: FrameReader & { readonly sizeBytes: number },
  ports: SendPorts,
  signal: AbortSignal
): Promise<PartsResult> {
  const { store, uploads } = ports
  const { upload, multipart, isNew } = await openOrResume(job, reader.sizeBytes, ports, signal)
  const ledger = new Map((isNew ? [] : uploads.recordedParts(upload.id)).map((part) => [part.number, part]))
  try {
    const sent = isNew ? ledger : await keepConfirmed(ledger, multipart, ports, signal)
    let sentBytes = [...sent.values()].reduce((sum, part) => sum + part.sizeBytes, 0)
    ports.onProgress(upload, sentBytes)
    const missing = planParts(reader.sizeBytes, multipart.partBytes).filter(({ number }) => !sent.has(number))
    await forEachAtOnce(PARTS_AT_ONCE, missing, signal, async (range, partSignal) => {
      const part = await sendPart(multipart, range, reader, ports, partSignal)
      uploads.recordPart(upload.id, part)
      sent.set(part.number, part)
      sentBytes += part.sizeBytes
      ports.onProgress(upload, sentBytes)
    })
    await reader.requireUnchanged() // half an old file is never published
    const parts = [...sent.values()].sort((a, b) => a.number - b.number)
    const etag = await store.complete(multipart, parts, job.condition, signal)
    if (!isEtagOf(parts, etag)) throw refuse(upload, etag, ports)
    return { kind: 'joined', upload, etag }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof AppError)) throw error
    switch (error.code) {
      case 'upload-missing': {
        const etag = await findJoined(upload, reader.sizeBytes, multipart, ports, signal)
        return etag === null ? { kind: 'gone', upload, error } : { kind: 'joined', upload, etag }
      }
      case 'part-rejected':
        return { kind: 'gone', upload, error }
      case 'conflict':
        // R2 has dropped the upload with the condition (r2-facts §6).
        return { kind: 'taken', upload: uploads.saveState(upload, transition(upload.state, { kind: 'restarted' })) }
      default:
        throw error
    }
  }
}

/**
 * An upload that the store no longer knows may have been completed by a request whose answer was lost.
 *
 * @returns the ETag of the object it became, or null.
 */
async function findJoined(
  upload: Upload,
  sizeBytes: number,
  multipart: Multipart,
  ports: SendPorts,
  signal: AbortSignal
): Promise<string | null> {
  const parts = ports.uploads.recordedParts(upload.id)
  if (parts.length < planParts(sizeBytes, multipart.partBytes).length) return null // it was never asked to
  const found = await ports.store.head(upload.key, signal)
  signal.throwIfAborted()
  return found && isOurs(found, upload) && isEtagOf(parts, found.etag) ? found.etag : null
}

/** What stands at the key now is our own and wrong: the next attempt may overwrite exactly that. */
function refuse(upload: Upload, etag: string, { uploads }: SendPorts): AppError {
  uploads.together(() => {
    uploads.setKey(upload, { ...upload, replaces: etag })
    uploads.saveState(upload, transition(upload.state, { kind: 'restarted' }))
  })
  return new AppError('proof-failed', `${upload.key} was joined to ETag ${etag}, which is not that of its parts`)
}

async function openOrResume(job: PartsJob, sizeBytes: number, ports: SendPorts, signal: AbortSignal) {
  const { upload } = job
  if (upload.state.kind === 'sending' && upload.state.multipart) {
    return { upload, multipart: upload.state.multipart, isNew: false }
  }
  const multipart = await ports.store.openMultipart(upload.key, choosePartBytes(sizeBytes), job.headers, signal)
  // Paused or cancelled while the answer was on its way: nobody will send its parts, so the store is to drop it.
  if (signal.aborted) {
    ports.uploads.addOrphan(upload.accountId, multipart)
    throw signal.reason
  }
  const opened = ports.uploads.saveState(upload, transition(upload.state, { kind: 'opened', multipart }))
  ports.onChange(opened)
  return { upload: opened, multipart, isNew: true }
}

/** Parts that our ledger and the store agree on. A store that cannot say leaves us with the ledger, and completion. */
async function keepConfirmed(
  ledger: Map<number, SentPart>,
  multipart: Multipart,
  ports: SendPorts,
  signal: AbortSignal
): Promise<Map<number, SentPart>> {
  const listed = await ports.store.listParts(multipart, signal)
  signal.throwIfAborted()
  if (listed === null) return ledger
  const there = new Map(listed.map((part) => [part.number, part]))
  const agreed = [...ledger].filter(([number, part]) => {
    const other = there.get(number)
    return other?.sizeBytes === part.sizeBytes && other.etag === part.etag
  })
  return new Map(agreed)
}

async function sendPart(
  multipart: Multipart,
  range: PartRange,
  reader: FrameReader,
  ports: SendPorts,
  signal: AbortSignal
): Promise<SentPart> {
  const lease = await ports.pool.take(range.end - range.start, signal)
  try {
    const bytes = await reader.read(range, lease.bytes)
    const digests = await ports.digester.body(bytes)
    const part = await ports.lines.run(
      () => ports.store.sendPart(multipart, range.number, bytes, digests, signal),
      signal
    )
    return { ...part, md5: digests.md5 }
  } finally {
    lease.release()
  }
}

/** Says no only where the ETag has R2's form; where it has not, the proof by `head` has to do. */
function isEtagOf(parts: ReadonlyArray<SentPart>, etag: string): boolean {
  const expected = multipartEtag(parts.map(({ md5 }) => md5))
  return expected === null || !/^[0-9a-f]{32}-\d+$/.test(etag) || etag === expected
}

/**
 * Runs `act` for all items, so many at once, in order of their start. After the first failure nothing new starts, what
 * runs is aborted, and that failure is thrown when all have ended.
 */
async function forEachAtOnce<T>(
  limit: number,
  items: ReadonlyArray<T>,
  signal: AbortSignal,
  act: (item: T, signal: AbortSignal) => Promise<void>
): Promise<void> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const rest = items.values()
  const failures: unknown[] = []
  const runner = async () => {
    for (const item of rest) {
      if (either.aborted) return
      await act(item, either).catch((error: unknown) => {
        if (!isAbort(error) || !either.aborted) failures.push(error)
        stop.abort()
      })
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runner))
  signal.throwIfAborted()
  if (failures.length > 0) throw failures[0]
}
