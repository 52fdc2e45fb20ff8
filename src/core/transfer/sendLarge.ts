import type { Frame, Upload } from '../catalog/records.ts'
import { type FrameReader, readFrame, type SeenFrame } from '../files/readFrame.ts'
import { isMade } from '../images/isMade.ts'
import { digestSource } from './digest.ts'
import { advance } from './keepProof.ts'
import { headersOf } from './objectHeaders.ts'
import { mayReadAtOnce, type PartSource, readAtOnce, readPartByPart, readTwice } from './PartSource.ts'
import { choosePartBytes } from './planParts.ts'
import type { Outcome, SendJob, SendPorts } from './SendPorts.ts'
import { sendParts } from './sendParts.ts'
import { multipartOf } from './UploadState.ts'

/** A source that goes in parts: open, and its digest known. */
export type LargeSource = {
  /** With digest and size. */
  readonly upload: Upload
  readonly reader: FrameReader
  readonly parts: PartSource
  readonly sizeBytes: number
  close(): Promise<void>
}

/**
 * Opens the source and digests it, unless that was done before: the digest goes into the metadata, which R2 takes only
 * when an upload is opened. Where memory allows, what is read for the digest is what will be sent.
 *
 * @throws AppError `file-changed`, and what reading throws; `signal.reason`.
 */
export async function openLarge(
  upload: Upload,
  frame: Frame,
  source: SeenFrame,
  ports: SendPorts,
  signal: AbortSignal
): Promise<LargeSource> {
  const { sizeBytes } = source
  const reader = await readFrame(source)
  let parts: PartSource | null = null
  try {
    let sha256 = upload.sha256 ?? (isMade(upload.output) ? null : frame.sha256)
    const isNew = multipartOf(upload.state) === null // one that is open has a part size of its own
    if (sha256 === null && isNew) {
      const read = mayReadAtOnce(sizeBytes, ports.pool.budgetBytes) ? readAtOnce : readTwice
      const digested = await read(reader, sizeBytes, choosePartBytes(sizeBytes, ports.partBytes()), ports, signal)
      parts = digested
      sha256 = digested.sha256
    }
    parts ??= readPartByPart(reader, ports)
    sha256 ??= await digestSource(reader, sizeBytes, ports, signal)
    signal.throwIfAborted()
    return { upload: keepDigest(upload, frame, sha256, sizeBytes, ports), reader, parts, sizeBytes, close }
  } catch (error) {
    await close()
    throw error
  }

  async function close(): Promise<void> {
    parts?.release()
    await reader.close()
  }
}

function keepDigest(upload: Upload, frame: Frame, sha256: string, sizeBytes: number, ports: SendPorts): Upload {
  const { uploads, frames } = ports
  if (upload.sha256 === sha256) return upload
  return uploads.together(() => {
    if (!isMade(upload.output) && frame.sha256 === null) frames.setSha256(frame.id, sha256)
    return uploads.setDigest(upload, sha256, sizeBytes)
  })
}

/** Several requests, of which each that was acknowledged is kept over a crash. */
export async function sendLarge(
  upload: Upload,
  { job, large }: { readonly job: SendJob; readonly large: LargeSource },
  ports: SendPorts,
  signal: AbortSignal
): Promise<Outcome> {
  // The condition holds at completion only, and there it costs the whole upload (r2-facts §6): so look before it starts.
  if (multipartOf(upload.state) === null) {
    const found = await ports.store.head(upload.key, signal)
    signal.throwIfAborted()
    if (found && found.etag !== upload.replaces) return { kind: 'taken', upload, md5: null, found }
  }
  const headers = headersOf(upload, job, ports)
  const { reader, parts, sizeBytes } = large
  const result = await sendParts({ upload, headers, reader, parts, sizeBytes }, ports, signal)
  signal.throwIfAborted()
  if (result.kind !== 'joined') return { ...result, md5: null, found: null }
  return { kind: 'sent', upload: advance(result.upload, { kind: 'sent', etag: result.etag }, ports) }
}
