import type { FileHandle } from 'node:fs/promises'

/** Where bytes lie in a file, `end` exclusive. */
export type Stretch = { readonly start: number; readonly end: number }

/** What the first box of a film may be (ISO 14496-12, QuickTime File Format). */
const FIRST_BOXES = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid'])

const HEAD_BYTES = 16
const LEAST_BOX_BYTES = 8

/**
 * All of an MP4 or QuickTime film but its pictures and sounds, in order: between these lie gigabytes. Where its boxes end
 * and something else begins, that is a stretch too. Of films that are not made of boxes, nothing.
 */
export async function filmStretches(handle: FileHandle): Promise<ReadonlyArray<Stretch>> {
  const { size } = await handle.stat()
  const stretches: Stretch[] = []
  let start = 0
  let at = 0
  while (at + LEAST_BOX_BYTES <= size) {
    const { buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, at)
    const type = buffer.toString('latin1', 4, 8)
    if (at === 0 && !FIRST_BOXES.has(type)) return []
    const boxBytes = boxBytesOf(buffer, size - at)
    if (boxBytes < LEAST_BOX_BYTES) break
    if (type === 'mdat') {
      if (at > start) stretches.push({ start, end: at })
      start = at + boxBytes
    }
    at += boxBytes
  }
  return start < size ? [...stretches, { start, end: size }] : stretches
}

/** 1 stands for a length of 64 bits behind the name, 0 for all that is left. */
function boxBytesOf(head: Buffer, leftBytes: number): number {
  const bytes = head.readUInt32BE()
  if (bytes === 0) return leftBytes
  return bytes === 1 ? Number(head.readBigUInt64BE(8)) : bytes
}
