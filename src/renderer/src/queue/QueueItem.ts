import type { FrameView } from '../../../shared/model/frame.ts'

/** What one row of the queue is: a file, or a picture with all the files that belong to it. */
export const groupings = ['shot', 'frame'] as const
export type Grouping = (typeof groupings)[number]

/** A frame by itself, or a shot: the frames that are one picture. */
export type QueueItem = { readonly id: string; readonly frames: readonly [FrameView, ...FrameView[]] }

/** @param frames In the order of the queue; those of one shot stand together. */
export function toItems(frames: ReadonlyArray<FrameView>, grouping: Grouping): QueueItem[] {
  if (grouping === 'frame') return frames.map((frame) => ({ id: frame.id, frames: [frame] }))
  const items: QueueItem[] = []
  for (const frame of frames) {
    const id = shotId(frame)
    const last = items.at(-1)
    if (last?.id === id) items[items.length - 1] = { id, frames: [...last.frames, frame] }
    else items.push({ id, frames: [frame] })
  }
  return items
}

/** The item with one of its frames as it is now. */
export function withFrame({ id, frames }: QueueItem, changed: FrameView): QueueItem {
  const [first, ...others] = frames
  const renewed = (frame: FrameView) => (frame.id === changed.id ? changed : frame)
  return { id, frames: [renewed(first), ...others.map(renewed)] }
}

/** Keys of shots are unique within their collection alone. */
function shotId({ id, collectionId, shot }: FrameView): string {
  return shot ? `${collectionId} ${shot.key}` : id
}
