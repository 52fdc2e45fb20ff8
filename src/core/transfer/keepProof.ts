import { AppError } from '../../shared/errors.ts'
import type { Proof } from '../../shared/model/frame.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { isOurs, sourceSha256Of } from './objectHeaders.ts'
import type { SendPorts } from './SendPorts.ts'
import { transition, type UploadEvent } from './UploadState.ts'

/** Moves the upload on, keeps it, and says so. */
export function advance(upload: Upload, event: UploadEvent, ports: SendPorts): Upload {
  const next = ports.uploads.saveState(upload, transition(upload.state, event))
  ports.onChange(next)
  return next
}

/**
 * Looks at the object in the bucket: size, our digest in its metadata, and the ETag that the store answered with.
 *
 * @throws AppError `proof-failed`, and what `head` throws; `signal.reason`.
 */
export async function prove(upload: Upload, frame: Frame, ports: SendPorts, signal: AbortSignal): Promise<Upload> {
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
  return keepProof(upload, frame, { etag: found.etag, how: 'sent' }, ports, signal)
}

/**
 * @param proved The ETag of the object, and whether we sent it or found it there.
 * @throws `signal.reason`: a command has said meanwhile what is to become of the upload.
 */
export async function keepProof(
  upload: Upload,
  frame: Frame,
  proved: Pick<Proof, 'etag' | 'how'>,
  ports: SendPorts,
  signal: AbortSignal
): Promise<Upload> {
  const { uploads } = ports
  const { sha256, sizeBytes } = upload
  if (sha256 === null || sizeBytes === null) throw new AppError('internal', `${upload.key} was sent without a digest`)
  const proof = { sizeBytes, sha256, provedAtMs: ports.nowMs(), ...proved }
  const next = await uploads.commits.run(() => {
    signal.throwIfAborted()
    return uploads.saveProof(upload, proof, sourceSha256Of(upload, frame))
  })
  ports.onProgress(next, sizeBytes)
  ports.onChange(next)
  return next
}
