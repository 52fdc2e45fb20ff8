/**
 * Orders keys as R2 lists them: by the bytes of their UTF-8. JavaScript's own order is by UTF-16 units, in which an
 * emoji (a surrogate pair) comes before U+E000 to U+FFFF, although its code point is higher.
 *
 * @returns Negative, zero or positive, as `Array.prototype.sort` wants it.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return inCodePointOrder(left) - inCodePointOrder(right)
  }
  return a.length - b.length
}

/** Moves surrogates (U+D800 to U+DFFF) above all other units. */
function inCodePointOrder(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
