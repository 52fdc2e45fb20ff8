import { crc32 } from 'node:zlib'

/** Stands in front of the checksum. */
const MARK = Buffer.from('CRC ')
const SEAL_BYTES = MARK.length + 4

/** A WebP's length, from behind these bytes on, stands in its header. */
const RIFF_HEAD_BYTES = 8

/**
 * A WebP with a checksum behind its end, where readers of pictures do not look: WebP has none of its own, and a picture
 * that was damaged on a disk is as a rule one that opens, with stripes.
 */
export function sealPicture(webp: Buffer): Buffer {
  const seal = Buffer.alloc(SEAL_BYTES)
  MARK.copy(seal)
  seal.writeUInt32LE(crc32(webp), MARK.length)
  return Buffer.concat([webp, seal])
}

/**
 * Whether a file is a WebP as it was sealed, byte for byte; without a seal, as earlier versions wrote them, whether it has
 * the length that it says: its photograph may be away, and then it could not be made again.
 */
export function isWholePicture(file: Buffer): boolean {
  if (file.length < RIFF_HEAD_BYTES || file.toString('latin1', 0, 4) !== 'RIFF') return false
  const webpBytes = file.readUInt32LE(4) + RIFF_HEAD_BYTES
  if (file.length === webpBytes) return true
  if (file.length !== webpBytes + SEAL_BYTES) return false
  const seal = file.subarray(webpBytes)
  const isSeal = seal.subarray(0, MARK.length).equals(MARK)
  return isSeal && crc32(file.subarray(0, webpBytes)) === seal.readUInt32LE(MARK.length)
}
