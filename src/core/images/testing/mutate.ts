/** Numbers from 0 to below 1. */
export type Random = () => number

/** Up to a number, exclusive. Small ones come often: headers stand in front, and break more than pixels do. */
function place(random: Random, below: number): number {
  return Math.floor((random() < 0.5 ? random() ** 4 : random()) * below)
}

const damages: Readonly<Record<string, (bytes: Buffer, random: Random) => Buffer>> = {
  truncated: (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),

  flipped: (bytes, random) => {
    const copy = Buffer.from(bytes)
    for (let count = 1 + Math.floor(random() * 30); count > 0; count--) {
      const at = place(random, copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8))
    }
    return copy
  },

  /** Two stretches change places. */
  swapped: (bytes, random) => {
    const length = 1 + Math.floor((random() * bytes.length) / 8)
    const [one, other] = [place(random, bytes.length - length), place(random, bytes.length - length)]
    const copy = Buffer.from(bytes)
    bytes.copy(copy, one, other, other + length)
    bytes.copy(copy, other, one, one + length)
    return copy
  },

  /** Lengths, sides and offsets at their extremes. */
  exaggerated: (bytes, random) => {
    const copy = Buffer.from(bytes)
    for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
      const at = place(random, copy.length - 4)
      copy.fill([0x00, 0x7f, 0x80, 0xff][Math.floor(random() * 4)] ?? 0, at, at + 1 + Math.floor(random() * 4))
    }
    return copy
  },

  repeated: (bytes, random) => {
    const [from, to] = [place(random, bytes.length), place(random, bytes.length)]
    const piece = bytes.subarray(Math.min(from, to), Math.max(from, to))
    return Buffer.concat([bytes.subarray(0, to), piece, bytes.subarray(to)])
  }
}

/** A file as a broken card, a broken copy or an ill-meaning stranger leaves it. */
export function mutate(bytes: Buffer, random: Random): { readonly bytes: Buffer; readonly damage: string } {
  const all = Object.entries(damages)
  const [damage, apply] = all[Math.floor(random() * all.length)] ?? ['none', (same: Buffer) => same]
  return { bytes: apply(bytes, random), damage }
}
