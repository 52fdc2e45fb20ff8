/**
 * The colour space that cameras call Adobe RGB. They embed no profile, so a picture is read as sRGB and turns out pale
 * unless one is put in (photo-facts §5.3).
 */

/** Adobe RGB (1998) Color Image Encoding, 2005-05, Annex C: white point, primaries adapted to D50, gamma 2 51/256. */
const WHITE = [0.95045, 1, 1.08905]
const RED = [0.60974, 0.31111, 0.01947]
const GREEN = [0.20528, 0.62567, 0.06087]
const BLUE = [0.14919, 0.06322, 0.74457]
const GAMMA = 563 / 256

const HEADER_BYTES = 128

/** A matrix profile of ICC version 2.1 with these numbers, compatible with Adobe's own. */
function makeProfile(): Buffer {
  const description = textTag('desc', 'Compatible with Adobe RGB (1998)')
  const tags = [
    ['desc', description],
    ['cprt', textTag('text', 'No copyright, use freely')],
    ['wtpt', xyzTag(WHITE)],
    ['rXYZ', xyzTag(RED)],
    ['gXYZ', xyzTag(GREEN)],
    ['bXYZ', xyzTag(BLUE)],
    ['rTRC', gammaTag()],
    ['gTRC', gammaTag()],
    ['bTRC', gammaTag()]
  ] as const
  const table = Buffer.alloc(4 + 12 * tags.length)
  table.writeUInt32BE(tags.length, 0)
  let offset = HEADER_BYTES + table.length
  for (const [index, [name, data]] of tags.entries()) {
    table.write(name, 4 + 12 * index, 'latin1')
    table.writeUInt32BE(offset, 8 + 12 * index)
    table.writeUInt32BE(data.length, 12 + 12 * index)
    offset += data.length
  }
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(offset, 0)
  header.writeUInt32BE(0x0210_0000, 8)
  header.write('mntrRGB XYZ ', 12, 'latin1')
  header.writeUInt16BE(1998, 24)
  header.writeUInt16BE(11, 26)
  header.writeUInt16BE(1, 28)
  header.write('acsp', 36, 'latin1')
  xyzTag([0.9642, 1, 0.82491]).copy(header, 68, 8) // D50, the connection space's white
  return Buffer.concat([header, table, ...tags.map(([, data]) => data)])
}

/** s15Fixed16 numbers. */
function xyzTag(values: ReadonlyArray<number>): Buffer {
  const tag = Buffer.alloc(20)
  tag.write('XYZ ', 'latin1')
  for (const [index, value] of values.entries()) tag.writeInt32BE(Math.round(value * 65_536), 8 + 4 * index)
  return tag
}

/** One u8Fixed8 number stands for a whole curve. */
function gammaTag(): Buffer {
  const tag = Buffer.alloc(16)
  tag.write('curv', 'latin1')
  tag.writeUInt32BE(1, 8)
  tag.writeUInt16BE(Math.round(GAMMA * 256), 12)
  return tag
}

/** `text` ends with a NUL; `desc` counts its ASCII and leaves its Unicode and Macintosh parts empty. */
function textTag(type: 'text' | 'desc', words: string): Buffer {
  const ascii = Buffer.from(`${words}\0`, 'latin1')
  const body = type === 'text' ? ascii : Buffer.concat([uint32(ascii.length), ascii, Buffer.alloc(78)])
  const bytes = 8 + body.length
  const tag = Buffer.alloc(bytes + ((4 - (bytes % 4)) % 4)) // tags begin at multiples of four
  tag.write(type, 'latin1')
  body.copy(tag, 8)
  return tag
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export const ADOBE_RGB_PROFILE: Buffer = makeProfile()

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
