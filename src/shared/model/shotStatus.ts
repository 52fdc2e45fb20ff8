import type { FrameStatus } from './frame.ts'

/** Of several frames the first of these that one of them has is what matters of their shot. */
const WEIGHT: ReadonlyArray<FrameStatus> = [
  'attention',
  'failed',
  'working',
  'settling',
  'waiting',
  'paused',
  'done',
  'cancelled'
]

/**
 * Where a shot is on its way, from where its frames are. Frames that were cancelled or left out say nothing of a shot of
 * which others go; where one failed and another is in the bucket, the shot needs attention.
 */
export function shotStatus(frames: ReadonlyArray<FrameStatus>): FrameStatus {
  const status = WEIGHT.find((one) => frames.includes(one)) ?? 'cancelled'
  return status === 'failed' && frames.includes('done') ? 'attention' : status
}
