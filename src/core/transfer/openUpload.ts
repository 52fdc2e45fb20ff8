import { AppError } from '../../shared/errors.ts'
import type { Upload } from '../catalog/records.ts'
import type { Multipart, SentPart } from '../store/ObjectStore.ts'
import { choosePartBytes } from './planParts.ts'
import type { SendPorts } from './SendPorts.ts'
import type { PartsJob } from './sendParts.ts'
import { multipartOf, transition } from './UploadState.ts'

export type OpenUpload = { readonly upload: Upload; readonly multipart: Multipart; readonly isNew: boolean }

/**
 * The multipart upload that the store holds for us, or a new one. That it is asked for is noted first, so that one whose
 * answer is lost can be found and dropped; its id and part size are in the catalog before its first part goes out.
 *
 * @throws AppError what opening throws; `signal.reason`.
 */
export async function openUpload(job: PartsJob, ports: SendPorts, signal: AbortSignal): Promise<OpenUpload> {
  const { upload, parts, headers, sizeBytes } = job
  const held = multipartOf(upload.state)
  if (held) return { upload, multipart: held, isNew: false }
  const { store, uploads } = ports
  const { accountId, bucket, key } = upload
  const partBytes = parts.partBytes ?? choosePartBytes(sizeBytes, ports.partBytes())
  const opening = uploads.openings.note({ accountId, bucket, key, sinceMs: ports.nowMs() })
  const multipart = await store.openMultipart(key, partBytes, headers, signal).catch((error: unknown) => {
    if (isRefusal(error)) uploads.openings.settle(opening)
    throw error
  })
  const opened = uploads.together(() => {
    uploads.openings.settle(opening)
    // Paused or cancelled while the answer was on its way: nobody will send its parts, so the store is to drop it.
    if (signal.aborted) uploads.addOrphan(upload, multipart)
    else return uploads.saveState(upload, transition(upload.state, { kind: 'opened', multipart }))
  })
  if (!opened) throw signal.reason
  ports.onChange(opened)
  return { upload: opened, multipart, isNew: true }
}

/** The store has surely opened nothing: it said no, and it was the store that said it. A 503 may come after the act. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && !error.isRetryable && error.code !== 'endpoint-wrong'
}

export type HeldParts = {
  /** Acknowledged, and still there as far as the store can tell; by number. */
  readonly sent: Map<number, SentPart>
  /** What else the store says that it has: sent, but not acknowledged, or another than was. */
  readonly doubtful: ReadonlyMap<number, SentPart>
}

/**
 * Parts that need not be sent again: those on which our ledger and the store agree, in number, size and ETag. The others
 * leave the ledger before they are sent again. A store that cannot say leaves us with the ledger, and completion.
 *
 * @throws AppError `upload-missing` where the store does not know the upload any more; `signal.reason`.
 */
export async function confirmParts(
  { upload, multipart }: OpenUpload,
  ports: SendPorts,
  signal: AbortSignal
): Promise<HeldParts> {
  const { store, uploads } = ports
  const sent = new Map(uploads.recordedParts(upload.id).map((part) => [part.number, part]))
  const listed = await store.listParts(multipart, signal)
  signal.throwIfAborted()
  if (listed === null) return { sent, doubtful: new Map() }
  const doubtful = new Map(listed.map((part) => [part.number, part]))
  const missing: number[] = []
  for (const [number, part] of sent) {
    const other = doubtful.get(number)
    if (other?.sizeBytes === part.sizeBytes && other.etag === part.etag) doubtful.delete(number)
    else missing.push(number)
  }
  for (const number of missing) sent.delete(number)
  uploads.forgetParts(upload.id, missing)
  return { sent, doubtful }
}
