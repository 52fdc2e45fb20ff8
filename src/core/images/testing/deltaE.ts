/** CIE 1976 colour difference of two sRGB pixels, from three bytes at the same place of each. */
export function deltaE(one: Uint8Array, other: Uint8Array, at: number): number {
  const [a, b] = [lab(one, at), lab(other, at)]
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}

/** IEC 61966-2-1 for sRGB, CIE 15 for L*a*b* under D65. */
function lab(pixels: Uint8Array, at: number): readonly [number, number, number] {
  const [red, green, blue] = [linear(pixels[at]), linear(pixels[at + 1]), linear(pixels[at + 2])]
  const x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
  const y = curve(0.2126 * red + 0.7152 * green + 0.0722 * blue)
  const z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

function linear(byte = 0): number {
  const value = byte / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function curve(value: number): number {
  return value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116
}
