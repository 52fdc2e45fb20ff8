/** A box of MP4, QuickTime or JPEG XL. */
export const box = (type: string, ...content: ReadonlyArray<Buffer>) => {
  const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), ...content])
  bytes.writeUInt32BE(bytes.length)
  return bytes
}
/** The same with its length in 64 bits behind its name. */
export const longBox = (type: string, ...content: ReadonlyArray<Buffer>) => {
  const bytes = Buffer.concat([Buffer.from([0, 0, 0, 1]), latin1(type), Buffer.alloc(8), ...content])
  bytes.writeBigUInt64BE(BigInt(bytes.length), 8)
  return bytes
}
export const latin1 = (value: string) => Buffer.from(value, 'latin1')

/** A film without pictures that tells its place in all three ways, as phones append one to a picture. */
export function placedFilm(): Buffer {
  const xyz = box('\xa9xyz', Buffer.from([0, 18, 0x15, 0xc7]), latin1('+51.4830-003.1850/'))
  const loci = box(
    'loci',
    Buffer.alloc(4),
    Buffer.from([0x15, 0xc7]),
    latin1('Home\0\0'),
    Buffer.alloc(12, 3),
    latin1('earth\0\0')
  )
  const key = latin1('com.apple.quicktime.location.ISO6709')
  const keys = box('keys', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), box('mdta', key))
  const value = box('data', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), latin1('+51.4830-003.1850+012.300/'))
  const handler = box('hdlr', Buffer.alloc(8), latin1('mdta'), Buffer.alloc(13))
  const meta = box('meta', handler, keys, box('ilst', box('\0\0\0\x01', value)))
  return Buffer.concat([box('ftyp', latin1('mp42\0\0\0\0mp42isom')), box('moov', box('udta', xyz, loci), meta)])
}
