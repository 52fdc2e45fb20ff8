import type { FileBytes } from './FileBytes.ts'

/** Where offset and length stand of the JPEG, of the header of the raw data and of the pixels (photo-facts §3.4). */
const SECTIONS = [84, 92, 100]

/** Fujifilm's RAW: whether all three sections lie inside the file. */
export async function isRafWhole(file: FileBytes): Promise<boolean> {
  const header = await file.read(0, 108)
  if (header.length < 108) return false
  return SECTIONS.every((at) => header.readUInt32BE(at) + header.readUInt32BE(at + 4) <= file.sizeBytes)
}
