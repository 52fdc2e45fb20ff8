import { expect, it } from 'vitest'
import { sharp } from './safeSharp.ts'
import { isWholePicture, sealPicture } from './sealedPicture.ts'

const webp = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
  .webp()
  .toBuffer()

it('leaves a picture that opens as before', async () => {
  const decode = (bytes: Buffer) => sharp(bytes).raw().toBuffer()
  expect(await decode(sealPicture(webp))).toEqual(await decode(webp))
})

it('knows a picture as it was, and none that has changed by a bit or a byte', () => {
  const sealed = sealPicture(webp)
  expect(isWholePicture(sealed)).toBe(true)
  for (const at of sealed.keys()) {
    const flipped = Buffer.from(sealed)
    flipped.writeUInt8((flipped[at] ?? 0) ^ 4, at)
    expect(isWholePicture(flipped)).toBe(false)
    if (at !== webp.length) expect(isWholePicture(sealed.subarray(0, at))).toBe(false)
  }
  expect(isWholePicture(Buffer.concat([sealed, Buffer.from('x')]))).toBe(false)
  expect(isWholePicture(sealPicture(Buffer.from('no picture at all')))).toBe(false)
})

it('knows one of an earlier version, without a seal, by its length', () => {
  expect(isWholePicture(webp)).toBe(true)
  for (const at of webp.keys()) expect(isWholePicture(webp.subarray(0, at))).toBe(false)
  expect(isWholePicture(Buffer.concat([webp, Buffer.from('x')]))).toBe(false)
  expect(isWholePicture(Buffer.concat([webp, Buffer.alloc(8)]))).toBe(false)
})
