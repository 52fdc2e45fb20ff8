import type { FileBytes } from './FileBytes.ts'

/** Brands of still pictures, whose index is `meta`; that of a film, and of Canon's CR3, is `moov`. */
const STILL_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'mif2', 'msf1', 'avif', 'avis'])

/** More top-level boxes than this say nothing new. */
const MAX_BOXES = 10_000

/**
 * HEIC, AVIF, CR3, MP4, MOV: whether all top-level boxes lie inside the file and the index is among them. A camera that
 * still records has written its media and no index.
 */
export async function isIsoMediaWhole(file: FileBytes): Promise<boolean> {
  const found = new Set<string>()
  let isStill = false
  let position = 0
  for (let boxes = 0; boxes < MAX_BOXES && position + 8 <= file.sizeBytes; boxes += 1) {
    const header = await file.read(position, 16)
    if (header.length < 8) return false
    const type = header.toString('latin1', 4, 8)
    // After the index a type that is none is what another program has put behind: the file was whole before.
    if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return hasIndex()
    if (type === 'ftyp') isStill = STILL_BRANDS.has(header.toString('latin1', 8, 12))
    const sizeBytes = boxBytes(header)
    if (sizeBytes === null) return false
    if (sizeBytes === 0) return hasIndex() || type === 'moov' || type === 'meta' // to the end of the file
    found.add(type)
    position += sizeBytes
    if (position > file.sizeBytes) return false
  }
  return hasIndex()

  function hasIndex(): boolean {
    return isStill ? found.has('meta') : found.has('moov') || found.has('moof')
  }
}

/** @returns 0 for a box that goes to the end of the file, null for a size that cannot be. */
function boxBytes(header: Buffer): number | null {
  const short = header.readUInt32BE(0)
  if (short === 0 || short >= 8) return short
  if (short !== 1 || header.length < 16) return null
  const long = Number(header.readBigUInt64BE(8))
  return long >= 16 ? long : null
}
