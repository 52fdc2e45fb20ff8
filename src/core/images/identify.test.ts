import { mkdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { identify } from './identify.ts'
import { busy, plain, testFolder } from './testing/pictures.ts'

const TIFF = Buffer.from('49492a0008000000000000000000', 'hex')
const MP4 = Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex')

describe('identify', () => {
  const file = testFolder()

  it('knows a photo by its bytes', async () => {
    const path = await file('DSC_0412.JPG', await plain([1, 2, 3]).jpeg().toBuffer())
    expect(await identify(path)).toEqual({ kind: 'photo', contentType: 'image/jpeg', extension: 'jpg', mismatch: null })
  })

  it.each(['jpeg', 'JPE', 'jfif'])('does not mind the spelling .%s', async (extension) => {
    const path = await file(`a.${extension}`, await plain([1, 2, 3]).jpeg().toBuffer())
    expect(await identify(path)).toMatchObject({ extension: 'jpg', mismatch: null })
  })

  it('knows a TIFF whose directory stands behind its pixels, further in than anybody looks', async () => {
    const tiff = await busy(400, 300).tiff({ compression: 'none' }).toBuffer()
    expect(tiff.readUInt32LE(4)).toBeGreaterThan(300_000)
    expect(await identify(await file('scan.tif', tiff))).toMatchObject({ kind: 'photo', contentType: 'image/tiff' })
  })

  it('says that a JPEG is named .png, and treats it as the JPEG it is', async () => {
    const path = await file('really-a-jpeg.png', await plain([1, 2, 3]).jpeg().toBuffer())
    expect(await identify(path)).toEqual({
      kind: 'photo',
      contentType: 'image/jpeg',
      extension: 'jpg',
      mismatch: { named: 'png', is: 'jpg' }
    })
  })

  it('says that a JPEG is named .nef: nothing of it is RAW', async () => {
    const path = await file('a.nef', await plain([1, 2, 3]).jpeg().toBuffer())
    expect(await identify(path)).toMatchObject({ kind: 'photo', mismatch: { named: 'nef', is: 'jpg' } })
  })

  it('takes text named .jpg for what it is', async () => {
    expect(await identify(await file('not-a-photo.jpg', 'Hello, I am text: äöü'))).toEqual({
      kind: 'other',
      contentType: 'text/plain; charset=utf-8',
      extension: 'txt',
      mismatch: { named: 'jpg', is: 'txt' }
    })
  })

  it('takes noise named .jpg for bytes', async () => {
    expect(await identify(await file('noise.jpg', Buffer.from([1, 0, 200, 7])))).toMatchObject({
      kind: 'other',
      contentType: 'application/octet-stream',
      mismatch: { named: 'jpg', is: 'bin' }
    })
  })

  it('does not call an empty or one-byte file a photo', async () => {
    expect(await identify(await file('empty.jpg', ''))).toMatchObject({ kind: 'other', mismatch: null })
    expect(await identify(await file('one.jpg', Buffer.from([0xff])))).toMatchObject({ kind: 'other' })
  })

  it.each(['nef', 'cr2', 'iiq', 'pef', '3fr', 'srw'])(
    'lets the extension say whose RAW a TIFF is: .%s',
    async (name) => {
      const identity = await identify(await file(`a.${name}`, TIFF))
      expect(identity).toMatchObject({ kind: 'raw', extension: name, mismatch: null })
    }
  )

  it('keeps a plain TIFF a photo', async () => {
    expect(await identify(await file('a.tiff', TIFF))).toMatchObject({ kind: 'photo', contentType: 'image/tiff' })
  })

  it.each([
    ['a.x3f', Buffer.from('FOVb0000')],
    ['a.mrw', Buffer.from('\0MRM0000')],
    ['a.crw', Buffer.from('II\x1a\0\0\0HEAPCCDR')]
  ])('knows the RAW containers that others do not: %s', async (name, bytes) => {
    expect(await identify(await file(name, bytes))).toMatchObject({ kind: 'raw', mismatch: null })
  })

  it.each([
    ['cr2', 'raw', 'II*\0\x10\0\0\0CR\x02\0\0\0\0\0'],
    ['cr3', 'raw', '\0\0\0\x18ftypcrx \0\0\0\x01crx isom'],
    ['raf', 'raw', 'FUJIFILMCCD-RAW 0201FF159501'],
    ['orf', 'raw', 'IIRO\x08\0\0\0'],
    ['rw2', 'raw', 'IIU\0\x18\0\0\0'],
    ['x3f', 'raw', 'FOVb\x03\0\x02\0'],
    ['heic', 'photo', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['avif', 'photo', '\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf'],
    ['psd', 'photo', '8BPS\0\x01\0\0\0\0\0\0\0\x03'],
    ['webm', 'video', '\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm'],
    ['pdf', 'pdf', '%PDF-1.7\n'],
    ['txt', 'other', 'words']
  ])('knows %s by its bytes alone, and says so of one that is named .jpg', async (extension, kind, head) => {
    const bytes = Buffer.from(head, 'latin1')
    expect(await identify(await file('unnamed', bytes))).toMatchObject({ kind, extension, mismatch: null })
    expect(await identify(await file('a.jpg', bytes))).toMatchObject({
      kind,
      mismatch: { named: 'jpg', is: extension }
    })
  })

  it('does not mind a .mov that is an MP4 inside', async () => {
    expect(await identify(await file('a.mov', MP4))).toMatchObject({ kind: 'video', mismatch: null })
  })

  it.each([
    ['a.xmp', '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', 'sidecar', 'application/rdf+xml'],
    ['b.xmp', '<?xml version="1.0"?><x:xmpmeta/>', 'sidecar', 'application/rdf+xml'],
    ['a.pp3', '[Version]', 'sidecar', 'application/x-rawtherapee-settings'],
    ['a.pdf', '%PDF-1.7', 'pdf', 'application/pdf'],
    ['a.css', 'a { color: red }', 'other', 'text/css; charset=utf-8'],
    ['a.svg', '<?xml version="1.0"?><svg/>', 'other', 'image/svg+xml'],
    ['README', 'words', 'other', 'text/plain; charset=utf-8']
  ])('knows %s', async (name, text, kind, contentType) => {
    expect(await identify(await file(name, text))).toMatchObject({ kind, contentType, mismatch: null })
  })

  it('keeps an extension nobody knows', async () => {
    expect(await identify(await file('a.fp', Buffer.from([0, 1, 2])))).toMatchObject({
      extension: 'fp',
      mismatch: null
    })
  })

  it('knows a PNG behind a profile larger than what is read', async () => {
    const png = await plain([1, 2, 3]).png().toBuffer()
    const chunk = Buffer.alloc(12 + 300_000)
    chunk.writeUInt32BE(300_000)
    chunk.write('tEXt', 4)
    expect(
      await identify(await file('a.png', Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)])))
    ).toMatchObject({ contentType: 'image/png', mismatch: null })
  })

  it('says what stands in the way of reading', async () => {
    const folder = await file('folder.jpg')
    await mkdir(folder)
    await expect(identify(await file('gone.jpg'))).rejects.toMatchObject({ code: 'file-missing' })
    await expect(identify(folder)).rejects.toMatchObject({ code: 'file-unreadable' })
  })
})
