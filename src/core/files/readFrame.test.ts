import { appendFile, mkdir, mkdtemp, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expandPaths } from './expandPaths.ts'
import type { FrameFile } from './FrameFile.ts'
import { readFrame } from './readFrame.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function frameOf(content: string | Uint8Array): Promise<FrameFile> {
  const path = join(folder, 'a.jpg')
  await writeFile(path, content)
  const { files } = await expandPaths([path], [], new AbortController().signal)
  const [frame] = files
  if (!frame) throw new Error('The file was not taken')
  return frame
}

describe('readFrame', () => {
  it("fills the caller's buffer with exactly the range", async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251)
    const reader = await readFrame(await frameOf(bytes))
    const buffer = new Uint8Array(100_000)
    const filled = await reader.read({ start: 12_345, end: 100_000 }, buffer)
    expect(filled.buffer).toBe(buffer.buffer)
    expect(Buffer.compare(filled, bytes.subarray(12_345, 100_000))).toBe(0)
    expect(await reader.read({ start: 300_000, end: 300_000 }, buffer)).toHaveLength(0)
    await reader.requireUnchanged()
    await reader.close()
  })

  it('refuses a buffer that is too small', async () => {
    const reader = await readFrame(await frameOf('content'))
    await expect(reader.read({ start: 0, end: 5 }, new Uint8Array(4))).rejects.toThrow('to hold 5 bytes, got 4')
    await reader.close()
  })

  it.each<[string, (frame: FrameFile) => Promise<unknown>]>([
    ['grew', ({ path }) => appendFile(path, 'more')],
    ['was cut', ({ path }) => truncate(path, 3)],
    ['was written again, of the same size', ({ path }) => writeFile(path, 'CONTENT')],
    ['was touched', ({ path }) => utimes(path, 1, 1)],
    [
      'was replaced, of the same size and time',
      async ({ path, mtimeNs }) => {
        await writeFile(`${path}.new`, 'CONTENT')
        await utimes(`${path}.new`, Number(mtimeNs) / 1e9, Number(mtimeNs) / 1e9)
        await rename(`${path}.new`, path)
      }
    ]
  ])('notices that a file %s while it was read', async (_, change) => {
    const frame = await frameOf('content')
    const reader = await readFrame(frame)
    await change(frame)
    await expect(reader.requireUnchanged()).rejects.toMatchObject({ code: 'file-changed' })
    await reader.close()
    await expect(readFrame(frame)).rejects.toMatchObject({ code: 'file-changed' })
  })

  it('does not pass off a file that ended early as read', async () => {
    const frame = await frameOf('content')
    const reader = await readFrame(frame)
    await truncate(frame.path, 3)
    await expect(reader.read({ start: 0, end: 7 }, new Uint8Array(7))).rejects.toMatchObject({ code: 'file-changed' })
    await reader.close()
  })

  it('tells a file that is gone from one that cannot be read', async () => {
    const frame = await frameOf('content')
    const reader = await readFrame(frame)
    await rm(frame.path)
    await expect(reader.requireUnchanged()).rejects.toMatchObject({ code: 'file-missing' })
    await reader.close()
    await expect(readFrame(frame)).rejects.toMatchObject({ code: 'file-missing' })
    await expect(readFrame({ ...frame, path: join(folder, 'x'.repeat(300)) })).rejects.toMatchObject({
      code: 'file-unreadable'
    })
    await mkdir(frame.path)
    await expect(readFrame(frame)).rejects.toMatchObject({ code: 'file-changed' })
  })
})
