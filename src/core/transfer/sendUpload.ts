import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { toFrameFile } from '../files/FrameFile.ts'
import type { SeenFrame } from '../files/readFrame.ts'
import { isMade } from '../images/isMade.ts'
import { prove } from './keepProof.ts'
import { meetOccupant } from './meetOccupant.ts'
import { SINGLE_PUT_BYTES } from './planParts.ts'
import type { Outcome, SendJob, SendPorts } from './SendPorts.ts'
import { openLarge, sendLarge } from './sendLarge.ts'
import { sendWhole } from './sendWhole.ts'
import { lossesOf } from './UploadState.ts'

/** Someone who takes the key between every look at it and every write is not outrun by trying for ever. */
const MOST_ROUNDS = 20

/** What the store loses so often is not sent again at once, but after a pause, as after any other failure. */
const MOST_LOSSES = 3

/**
 * Sends one object and proves it. Stopped at any line, running it again finishes the job: what it is about to do stands
 * in the catalog first.
 *
 * @returns the upload in a state in which nothing more happens by itself: done, skipped or conflict.
 * @throws AppError for what failed, with the upload left in `sending` or `proving`; `signal.reason` when aborted.
 */
export async function sendUpload(job: SendJob, ports: SendPorts, signal: AbortSignal): Promise<Upload> {
  const { upload, frame } = job
  if (upload.state.kind === 'proving') return prove(upload, frame, ports, signal)
  const source = await sourceOf(upload, frame)
  if (source.sizeBytes <= SINGLE_PUT_BYTES) {
    return untilSettled(upload, job, ports, signal, (next, round) =>
      sendWhole(next, { job, source, hasLooked: round > 0 }, ports, signal)
    )
  }
  const large = await openLarge(upload, frame, source, ports, signal)
  try {
    return await untilSettled(large.upload, job, ports, signal, (next) =>
      sendLarge(next, { job, large }, ports, signal)
    )
  } finally {
    await large.close()
  }
}

/** Whoever has the key, or takes it meanwhile, is met; what the store loses is sent again. */
async function untilSettled(
  first: Upload,
  job: SendJob,
  ports: SendPorts,
  signal: AbortSignal,
  send: (upload: Upload, round: number) => Promise<Outcome>
): Promise<Upload> {
  let upload = first
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const lossesBefore = lossesOf(upload.state)
    const outcome = await send(upload, round)
    if (outcome.kind === 'done') return outcome.upload
    signal.throwIfAborted()
    if (outcome.kind === 'sent') return prove(outcome.upload, job.frame, ports, signal)
    upload = outcome.upload
    if (outcome.kind === 'taken') {
      const met = await meetOccupant(upload, outcome, job, ports, signal)
      if (met.kind === 'settled') return met.upload
      upload = met.upload
    }
    if (lossesOf(upload.state) > lossesBefore) requireFewLosses(upload)
  }
  throw new AppError('conflict', `${upload.key} was taken again whenever it was free`)
}

/** @throws AppError `part-rejected` where the store can never join the parts, `upload-lost` where it may another time. */
function requireFewLosses({ key, state }: Upload): void {
  const restart = 'restart' in state ? state.restart : null
  if (!restart || restart.times < MOST_LOSSES) return
  const { code, detail } = restart.problem
  if (code === 'part-rejected') throw new AppError(code, detail)
  throw new AppError('upload-lost', `What was sent of ${key} was lost ${restart.times} times, the last time: ${detail}`)
}

/** The bytes to send: the frame itself, or what was made of it, in the spool. @throws AppError `file-missing`. */
async function sourceOf(upload: Upload, frame: Frame): Promise<SeenFrame> {
  if (!isMade(upload.output)) return frame
  if (upload.spoolPath === null) throw new AppError('internal', `${upload.key} has not been rendered`)
  try {
    return toFrameFile(upload.spoolPath, '', await stat(upload.spoolPath, { bigint: true }))
  } catch (cause) {
    throw new AppError('file-missing', `${upload.spoolPath} is gone`, { cause })
  }
}
