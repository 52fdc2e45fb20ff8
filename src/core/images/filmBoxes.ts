import type { FileHandle } from 'node:fs/promises'

/** Where bytes lie in a file, `end` exclusive. */
export type Stretch = { readonly start: number; readonly end: number }

/** A box of an MP4 or QuickTime film (ISO 14496-12): all of it, and where its content begins. */
export type FilmBox = Stretch & { readonly type: string; readonly contentStart: number }

const HEAD_BYTES = 16
const LEAST_BOX_BYTES = 8

/** Whether each stretch lies wholly in one of the places; of both there may be hundreds of thousands. */
export function areWithin(places: ReadonlyArray<Stretch>, stretches: ReadonlyArray<Stretch>): boolean {
  const ordered = places.toSorted(byStart)
  let begun = 0
  let farthestEnd = Number.NEGATIVE_INFINITY
  return stretches.toSorted(byStart).every(({ start, end }) => {
    for (let place = ordered[begun]; place && place.start <= start; place = ordered[begun]) {
      farthestEnd = Math.max(farthestEnd, place.end)
      begun += 1
    }
    return end <= farthestEnd
  })
}

function byStart(one: Stretch, other: Stretch): number {
  return one.start - other.start
}

/** The outermost boxes of a file, in order, up to the first that is none. The last one may end behind the file's end. */
export async function* outerBoxes(handle: FileHandle): AsyncGenerator<FilmBox> {
  const { size } = await handle.stat()
  const head = Buffer.alloc(HEAD_BYTES)
  for (let start = 0; start + LEAST_BOX_BYTES <= size; ) {
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, start)
    const box = boxFrom(head.subarray(0, bytesRead), start, size)
    if (!box) return
    yield box
    start = box.end
  }
}

/** The boxes within `bytes` from `start` to `end`, in order, up to the first that is none or is cut off. */
export function* innerBoxes(bytes: Buffer, start = 0, end = bytes.length): Generator<FilmBox> {
  for (let at = start; at + LEAST_BOX_BYTES <= end; ) {
    const box = boxFrom(bytes.subarray(at, end), at, end)
    if (!box || box.end > end) return
    yield box
    at = box.end
  }
}

/** 1 stands for a length of 64 bits behind the name, 0 for all that is left. */
function boxFrom(head: Buffer, start: number, limit: number): FilmBox | null {
  const shortBytes = head.readUInt32BE()
  const isLong = shortBytes === 1
  if (isLong && head.length < HEAD_BYTES) return null
  const boxBytes = isLong ? Number(head.readBigUInt64BE(8)) : shortBytes || limit - start
  const headBytes = isLong ? HEAD_BYTES : LEAST_BOX_BYTES
  if (boxBytes < headBytes) return null
  return { type: head.toString('latin1', 4, 8), start, contentStart: start + headBytes, end: start + boxBytes }
}
