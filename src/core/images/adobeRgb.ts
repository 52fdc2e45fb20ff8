import { makeMatrixProfile } from './matrixProfile.ts'

/**
 * The colour space that cameras call Adobe RGB. They embed no profile, so a picture is read as sRGB and turns out pale
 * unless one is put in (photo-facts §5.3).
 */

/** Adobe RGB (1998) Color Image Encoding, 2005-05, Annex C: white point, primaries adapted to D50, gamma 2 51/256. */
export const ADOBE_RGB_PROFILE: Buffer = makeMatrixProfile({
  description: 'Compatible with Adobe RGB (1998)',
  white: [0.95045, 1, 1.08905],
  red: [0.60974, 0.31111, 0.01947],
  green: [0.20528, 0.62567, 0.06087],
  blue: [0.14919, 0.06322, 0.74457],
  gamma: 563 / 256
})

/**
 * A JPEG with the Adobe RGB profile in an APP2 segment of its own, behind the APP0 and APP1 segments it starts with.
 *
 * @param jpeg Whole file, beginning with its SOI marker.
 */
export function tagAsAdobeRgb(jpeg: Buffer): Buffer {
  let at = 2
  while (at + 4 <= jpeg.length && jpeg[at] === 0xff && (jpeg[at + 1] === 0xe0 || jpeg[at + 1] === 0xe1)) {
    at += 2 + jpeg.readUInt16BE(at + 2)
  }
  const name = Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1') // segment 1 of 1
  const head = Buffer.from([0xff, 0xe2, 0, 0])
  head.writeUInt16BE(2 + name.length + ADOBE_RGB_PROFILE.length, 2)
  return Buffer.concat([jpeg.subarray(0, at), head, name, ADOBE_RGB_PROFILE, jpeg.subarray(at)])
}
