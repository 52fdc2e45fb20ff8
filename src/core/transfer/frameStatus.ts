import type { FrameStatus } from '../../shared/model/frame.ts'
import type { UploadState } from './UploadState.ts'

/** Where a frame is, from the kinds of state its uploads are in. At least one upload. */
export function frameStatusOf(uploads: ReadonlyArray<UploadState['kind']>): FrameStatus {
  const kinds = new Set(uploads)
  if (kinds.has('sending') || kinds.has('rendering') || kinds.has('proving')) return 'working'
  if (kinds.has('waiting') || kinds.has('retrying')) return 'waiting'
  if (kinds.has('paused')) return 'paused'
  if (kinds.has('conflict')) return 'attention'
  if (kinds.has('failed')) return kinds.has('done') ? 'attention' : 'failed'
  if (kinds.has('done') || kinds.has('skipped')) return 'done'
  return 'cancelled'
}
