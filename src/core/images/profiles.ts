import { sharp } from './safeSharp.ts'

const found = new Map<'srgb' | 'p3', Promise<Buffer>>()

/** libvips' own sRGB or Display P3 profile, 480 bytes each; it hands them out only inside a picture. */
export function builtInProfile(name: 'srgb' | 'p3'): Promise<Buffer> {
  const known = found.get(name) ?? readProfile(name)
  found.set(name, known)
  return known
}

async function readProfile(name: 'srgb' | 'p3'): Promise<Buffer> {
  const dot = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
  const { icc } = await sharp(await dot.withIccProfile(name).png().toBuffer()).metadata()
  if (icc === undefined) throw new Error(`sharp brings no ${name} profile`)
  return icc
}

/** Whether a profile calls itself Display P3, as those of telephones do: in ASCII, or in UTF-16 from ICC version 4 on. */
export function isDisplayP3(icc: Buffer): boolean {
  return icc.toString('latin1').replaceAll('\0', '').includes('Display P3')
}

/** Whether these bytes can be a profile at all (ICC.1, 7.2: its own size first, `acsp` at 36). */
export function isProfile(icc: Buffer): boolean {
  return icc.length >= 128 && icc.readUInt32BE(0) <= icc.length && icc.toString('latin1', 36, 40) === 'acsp'
}
