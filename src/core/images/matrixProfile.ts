/** Tristimulus values with D50 as the reference, as ICC profiles want them. */
type Xyz = readonly [number, number, number]

export type MatrixSpace = {
  readonly description: string
  readonly white: Xyz
  /** Adapted to D50; together they are white. */
  readonly red: Xyz
  readonly green: Xyz
  readonly blue: Xyz
  readonly gamma: number
}

const HEADER_BYTES = 128
const D50: Xyz = [0.9642, 1, 0.82491]

/** An ICC profile, version 2.1, of a colour space with three primaries and one gamma. */
export function makeMatrixProfile({ description, white, red, green, blue, gamma }: MatrixSpace): Buffer {
  const tags = [
    ['desc', textTag('desc', description)],
    ['cprt', textTag('text', 'No copyright, use freely')],
    ['wtpt', xyzTag(white)],
    ['rXYZ', xyzTag(red)],
    ['gXYZ', xyzTag(green)],
    ['bXYZ', xyzTag(blue)],
    ['rTRC', gammaTag(gamma)],
    ['gTRC', gammaTag(gamma)],
    ['bTRC', gammaTag(gamma)]
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
  xyzTag(D50).copy(header, 68, 8)
  return Buffer.concat([header, table, ...tags.map(([, data]) => data)])
}

/** s15Fixed16 numbers. */
function xyzTag(values: Xyz): Buffer {
  const tag = Buffer.alloc(20)
  tag.write('XYZ ', 'latin1')
  for (const [index, value] of values.entries()) tag.writeInt32BE(Math.round(value * 65_536), 8 + 4 * index)
  return tag
}

/** One u8Fixed8 number stands for a whole curve. */
function gammaTag(gamma: number): Buffer {
  const tag = Buffer.alloc(16)
  tag.write('curv', 'latin1')
  tag.writeUInt32BE(1, 8)
  tag.writeUInt16BE(Math.round(gamma * 256), 12)
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
