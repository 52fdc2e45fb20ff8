import type { FileHandle } from 'node:fs/promises'
import { outerBoxes, type Stretch } from './filmBoxes.ts'

/** What the first box of a film may be (ISO 14496-12, QuickTime File Format). */
const FIRST_BOXES = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid'])

/**
 * All of an MP4 or QuickTime film but its pictures and sounds, in order: between these lie gigabytes. Where its boxes end
 * and something else begins, that is a stretch too. Of films that are not made of boxes, nothing.
 */
export async function filmStretches(handle: FileHandle): Promise<ReadonlyArray<Stretch>> {
  const { size } = await handle.stat()
  const stretches: Stretch[] = []
  let start = 0
  for await (const box of outerBoxes(handle)) {
    if (box.start === 0 && !FIRST_BOXES.has(box.type)) return []
    if (box.type !== 'mdat') continue
    if (box.start > start) stretches.push({ start, end: box.start })
    start = box.end
  }
  return start < size ? [...stretches, { start, end: size }] : stretches
}
