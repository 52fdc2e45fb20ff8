/** TIFF 6.0 field types. */
const SHORT = 3
const LONG = 4
const UNDEFINED = 7

const ENTRY_BYTES = 12

/** Rows to a strip: libvips reads a strip as a whole, and would hold the picture twice if it were one. */
const STRIP_ROWS = 64

type Field = { readonly tag: number; readonly type: number; readonly values: ReadonlyArray<number> | Uint8Array }

/**
 * Gives bare pixels a colour profile by putting them into an uncompressed TIFF in memory: the one way to hand sharp
 * decoded pixels together with their ICC profile, and to have both written without a conversion.
 *
 * @param pixels 8 bits a channel, rows from the top; alpha, if any, last and not premultiplied.
 * @param channels 3 RGB, 4 RGB with alpha.
 * @param icc The profile the numbers are meant in.
 * @throws RangeError above 4 GiB, where TIFF's offsets end.
 */
export function wrapAsTiff(
  pixels: Uint8Array,
  widthPx: number,
  heightPx: number,
  channels: 3 | 4,
  icc: Uint8Array
): Buffer {
  const stripBytes = STRIP_ROWS * widthPx * channels
  const strips = Array.from({ length: Math.ceil(heightPx / STRIP_ROWS) }, (_, index) => index * stripBytes)
  const fields = (pixelsAt: number): Field[] => [
    { tag: 256, type: LONG, values: [widthPx] },
    { tag: 257, type: LONG, values: [heightPx] },
    { tag: 258, type: SHORT, values: Array(channels).fill(8) },
    { tag: 259, type: SHORT, values: [1] }, // not compressed
    { tag: 262, type: SHORT, values: [2] }, // RGB
    { tag: 273, type: LONG, values: strips.map((start) => pixelsAt + start) },
    { tag: 277, type: SHORT, values: [channels] },
    { tag: 278, type: LONG, values: [STRIP_ROWS] },
    { tag: 279, type: LONG, values: strips.map((start) => Math.min(stripBytes, pixels.length - start)) },
    { tag: 284, type: SHORT, values: [1] }, // channels side by side
    ...(channels === 4 ? [{ tag: 338, type: SHORT, values: [2] }] : []), // the fourth is alpha, not premultiplied
    { tag: 34675, type: UNDEFINED, values: icc }
  ]
  const pixelsAt = headerBytes(fields(0))
  const tiff = Buffer.allocUnsafe(pixelsAt + pixels.length)
  writeHeader(tiff.subarray(0, pixelsAt), fields(pixelsAt))
  tiff.set(pixels, pixelsAt)
  return tiff
}

function headerBytes(fields: ReadonlyArray<Field>): number {
  return fields.reduce((sum, field) => sum + apartBytes(field), 8 + 2 + fields.length * ENTRY_BYTES + 4)
}

/** Values of more than 4 bytes stand apart from their entry, beginning on even bytes. */
function apartBytes({ type, values }: Field): number {
  const bytes = values.length * valueBytes(type)
  return bytes > 4 ? bytes + (bytes % 2) : 0
}

function valueBytes(type: number): number {
  return type === LONG ? 4 : type === SHORT ? 2 : 1
}

function writeHeader(header: Buffer, fields: ReadonlyArray<Field>): void {
  header.fill(0)
  header.write('II', 'latin1')
  header.writeUInt16LE(42, 2)
  header.writeUInt32LE(8, 4)
  header.writeUInt16LE(fields.length, 8)
  let entryAt = 10
  let apartAt = entryAt + fields.length * ENTRY_BYTES + 4
  for (const field of fields) {
    header.writeUInt16LE(field.tag, entryAt)
    header.writeUInt16LE(field.type, entryAt + 2)
    header.writeUInt32LE(field.values.length, entryAt + 4)
    const isApart = apartBytes(field) > 0
    if (isApart) header.writeUInt32LE(apartAt, entryAt + 8)
    writeValues(header, isApart ? apartAt : entryAt + 8, field)
    apartAt += apartBytes(field)
    entryAt += ENTRY_BYTES
  }
}

function writeValues(header: Buffer, at: number, { type, values }: Field): void {
  for (const [index, value] of values.entries()) {
    if (type === LONG) header.writeUInt32LE(value, at + 4 * index)
    else if (type === SHORT) header.writeUInt16LE(value, at + 2 * index)
    else header.writeUInt8(value, at + index)
  }
}
