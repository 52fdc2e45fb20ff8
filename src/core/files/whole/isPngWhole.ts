import type { FileBytes } from './FileBytes.ts'

const SIGNATURE_BYTES = 8
/** Length, type and checksum of a chunk. */
const CHUNK_FRAME_BYTES = 12
const LAST_CHUNK = Buffer.from('0000000049454e44ae426082', 'hex')

/** Whether the last chunk is there: at the end of the file, or where walking from chunk to chunk finds it. */
export async function isPngWhole(file: FileBytes): Promise<boolean> {
  const tail = await file.read(Math.max(0, file.sizeBytes - LAST_CHUNK.length), LAST_CHUNK.length)
  if (tail.equals(LAST_CHUNK)) return true
  let position = SIGNATURE_BYTES
  while (position + CHUNK_FRAME_BYTES <= file.sizeBytes) {
    const chunk = await file.read(position, 8)
    position += chunk.readUInt32BE(0) + CHUNK_FRAME_BYTES
    if (chunk.toString('latin1', 4, 8) === 'IEND') return position <= file.sizeBytes
  }
  return false
}
