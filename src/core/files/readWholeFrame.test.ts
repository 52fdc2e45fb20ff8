import { appendFile, chmod, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toFrameFile } from './FrameFile.ts'
import { readWholeFrame } from './readWholeFrame.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverdrop-whole-'))
  path = join(folder, 'a.jpg')
  await writeFile(path, 'content')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const see = async () => toFrameFile(path, 'a.jpg', await stat(path, { bigint: true }))

describe('readWholeFrame', () => {
  it('fills the bytes with the file', async () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(7))
    readWholeFrame(await see(), bytes)
    expect(Buffer.from(bytes).toString()).toBe('content')
  })

  it('reads an empty file', async () => {
    await writeFile(path, '')
    expect(() => readWholeFrame({ path, sizeBytes: 0, mtimeNs: 0n, ino: 0n }, new Uint8Array(0))).toThrow(/changed/)
    readWholeFrame(await see(), new Uint8Array(0))
  })

  it('says that a file which grew, shrank or was replaced is another', async () => {
    const seen = await see()
    await appendFile(path, '!')
    expect(() => readWholeFrame(seen, new Uint8Array(7))).toThrow(expect.objectContaining({ code: 'file-changed' }))
    const grown = await see()
    await writeFile(join(folder, 'other'), 'content!')
    await rename(join(folder, 'other'), path)
    expect(() => readWholeFrame(grown, new Uint8Array(8))).toThrow(expect.objectContaining({ code: 'file-changed' }))
    await writeFile(path, 'cut')
    expect(() => readWholeFrame(grown, new Uint8Array(8))).toThrow(expect.objectContaining({ code: 'file-changed' }))
  })

  it('says that a file is missing, or is a folder now', async () => {
    const seen = await see()
    await rm(path)
    expect(() => readWholeFrame(seen, new Uint8Array(7))).toThrow(expect.objectContaining({ code: 'file-missing' }))
    const ofFolder = { ...seen, path: folder }
    expect(() => readWholeFrame(ofFolder, new Uint8Array(7))).toThrow(expect.objectContaining({ code: 'file-changed' }))
  })

  it.skipIf(process.getuid?.() === 0)('says that a file cannot be read', async () => {
    const seen = await see()
    await chmod(path, 0)
    expect(() => readWholeFrame({ ...seen }, new Uint8Array(7))).toThrow(
      expect.objectContaining({ code: 'file-unreadable' })
    )
  })
})
