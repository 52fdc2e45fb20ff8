/** TIFF 6.0 field types. */
const SHORT = 3
const LONG = 4
const UNDEFINED = 7

const ENTRY_BYTES = 12
const CHANNELS = 4

/**
 * Gives bare pixels a colour profile by putting them into an uncompressed TIFF in memory: the one way to hand sharp
 * decoded pixels together with their ICC profile.
 *
 * @param rgba 8 bits a channel, rows from the top, alpha not premultiplied.
 * @param icc The profile the numbers are meant in.
 */
export function wrapAsTiff(rgba: Uint8Array, widthPx: number, heightPx: number, icc: Uint8Array): Buffer {
  const fields = (bitsAt: number, iccAt: number, pixelsAt: number) => [
    [256, LONG, 1, widthPx],
    [257, LONG, 1, heightPx],
    [258, SHORT, CHANNELS, bitsAt],
    [259, SHORT, 1, 1], // not compressed
    [262, SHORT, 1, 2], // RGB
    [273, LONG, 1, pixelsAt],
    [277, SHORT, 1, CHANNELS],
    [278, LONG, 1, heightPx], // all rows in one strip
    [279, LONG, 1, rgba.length],
    [284, SHORT, 1, 1], // channels side by side
    [338, SHORT, 1, 2], // the fourth is alpha, not premultiplied
    [34675, UNDEFINED, icc.length, iccAt]
  ]
  const count = fields(0, 0, 0).length
  const bitsAt = 8 + 2 + count * ENTRY_BYTES + 4
  const iccAt = bitsAt + 2 * CHANNELS
  const pixelsAt = iccAt + icc.length + (icc.length % 2) // values begin on even bytes

  const tiff = Buffer.alloc(pixelsAt + rgba.length)
  tiff.write('II', 'latin1')
  tiff.writeUInt16LE(42, 2)
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(count, 8)
  let at = 10
  for (const [tag = 0, type = 0, values = 0, value = 0] of fields(bitsAt, iccAt, pixelsAt)) {
    tiff.writeUInt16LE(tag, at)
    tiff.writeUInt16LE(type, at + 2)
    tiff.writeUInt32LE(values, at + 4)
    tiff.writeUInt32LE(value, at + 8)
    at += ENTRY_BYTES
  }
  for (let channel = 0; channel < CHANNELS; channel++) tiff.writeUInt16LE(8, bitsAt + 2 * channel)
  tiff.set(icc, iccAt)
  tiff.set(rgba, pixelsAt)
  return tiff
}
