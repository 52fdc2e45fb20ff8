import { AppError } from '../../shared/errors.ts'
import type { Upload } from '../catalog/records.ts'
import type { SentPart } from '../store/ObjectStore.ts'
import { multipartEtag } from './digest.ts'
import { isOurs } from './objectHeaders.ts'
import type { OpenUpload } from './openUpload.ts'
import { planParts } from './planParts.ts'
import type { SendPorts } from './SendPorts.ts'
import { transition } from './UploadState.ts'

/**
 * Joins the parts, looking first: an earlier completion may have succeeded and its answer been lost, and a store that
 * does not keep the condition of a completion (the local R2) must not overwrite what came meanwhile.
 *
 * @returns the ETag of the object.
 * @throws AppError `conflict` where something else has the key by now, by which R2 has lost the upload; `proof-failed`
 *   where the store joined something else than the parts: the upload may then overwrite that and nothing else.
 */
export async function completeUpload(
  { upload, multipart }: OpenUpload,
  parts: ReadonlyArray<SentPart>,
  ports: SendPorts,
  signal: AbortSignal
): Promise<string> {
  const { store, uploads } = ports
  const found = await store.head(upload.key, signal)
  signal.throwIfAborted()
  if (found && isOurs(found, upload) && isEtagOf(parts, found.etag)) {
    uploads.addOrphan(upload, multipart) // were it joined by another run of us, it would be open still
    return found.etag
  }
  if (found && found.etag !== upload.replaces)
    throw new AppError('conflict', `${upload.key} was taken while its parts were sent`)
  // What it was to replace may be gone: the key is free then, and has to be so still.
  const when = found ? ({ kind: 'matches', etag: found.etag } as const) : ({ kind: 'absent' } as const)
  const etag = await store.complete(multipart, parts, when, signal)
  if (!isEtagOf(parts, etag)) throw refuse(upload, etag, ports)
  return etag
}

/**
 * An upload that the store no longer knows may have been completed by a request whose answer was lost.
 *
 * @param sizeBytes Of the source.
 * @returns the ETag of the object it became, or null.
 */
export async function findCompleted(
  { upload, multipart }: OpenUpload,
  sizeBytes: number,
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
  const detail = `${upload.key} was joined to ETag ${etag}, which is not that of its parts`
  uploads.together(() => {
    uploads.setKey(upload, { ...upload, replaces: etag })
    uploads.saveState(upload, transition(upload.state, { kind: 'lost', problem: { code: 'proof-failed', detail } }))
  })
  return new AppError('proof-failed', detail)
}

/**
 * Whether it is the ETag that follows from those with which the store acknowledged the parts. Says no only where these
 * and the whole have R2's form; where they have not, the proof by `head` has to do.
 */
function isEtagOf(parts: ReadonlyArray<SentPart>, etag: string): boolean {
  const inOrder = parts.toSorted((a, b) => a.number - b.number)
  const expected = multipartEtag(inOrder.map(({ md5 }) => md5))
  return expected === null || !/^[0-9a-f]{32}-\d+$/.test(etag) || etag === expected
}
