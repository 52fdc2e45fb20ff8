import type { FileBytes } from './FileBytes.ts'

/** WebP, AVI, WAV: whether as many bytes are there as the header promises. While it is recorded it promises none, or all. */
export async function isRiffWhole(file: FileBytes): Promise<boolean> {
  const header = await file.read(4, 4)
  if (header.length < 4) return false
  const promisedBytes = header.readUInt32LE(0)
  return promisedBytes !== 0 && promisedBytes !== 0xffffffff && promisedBytes + 8 <= file.sizeBytes
}
