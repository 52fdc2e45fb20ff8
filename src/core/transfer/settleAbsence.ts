import { AppError, toProblem } from '../../shared/errors.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { isUnderWay } from './UploadState.ts'

/**
 * What can be said of a file that cannot be read. `away`: with its folder, which is held until it is back. `deleted`: its
 * folder is there, and it is not. `unknown`: nobody watches the folder, or the file is there.
 */
export type Absence = 'away' | 'deleted' | 'unknown'

export type AbsencePorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly absenceOf: (frame: Frame) => Promise<Absence>
}

/**
 * After a failure to read a frame: what is away with its folder waits for it, and what was deleted before anything of it
 * arrived is no longer wanted, and no failure either.
 *
 * @param turn Ids of the uploads whose turn has failed; others of the frame may be under way, and are left alone.
 * @returns whether that is the end of it; else the failure is one.
 */
export async function settleAbsence(
  frame: Frame,
  turn: ReadonlyArray<string>,
  error: unknown,
  { frames, uploads, absenceOf }: AbsencePorts,
  signal: AbortSignal
): Promise<boolean> {
  if (!(error instanceof AppError) || (error.code !== 'file-missing' && error.code !== 'file-unreadable')) return false
  const absence = await absenceOf(frame)
  if (absence === 'unknown' || signal.aborted) return false
  const made = uploads.ofFrame(frame.id)
  if (absence === 'away') {
    if (made.length === 0) frames.restart(frame.id)
    for (const upload of made) if (turn.includes(upload.id) && isUnderWay(upload.state)) uploads.requeue(upload)
    return true
  }
  const mayArrive = ({ id, state }: Upload) => state.kind === 'proving' || (isUnderWay(state) && !turn.includes(id))
  if (made.some((upload) => upload.state.kind === 'done' || mayArrive(upload))) return false
  const { code, detail } = toProblem(error)
  frames.noteDeleted(frame.id, { code, detail: `Deleted before it was sent: ${detail}` })
  return true
}
