import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expandPaths } from './expandPaths.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'expand-')))
})
afterEach(() => rm(folder, { recursive: true }))

async function put(relativePath: string): Promise<string> {
  const path = join(folder, relativePath)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, 'x')
  return path
}

const expand = (paths: string[], ignore: string[] = []) => expandPaths(paths, ignore, new AbortController().signal)

describe('expandPaths', () => {
  it('takes files by their bare name and folders by what is inside', async () => {
    await put('shoot/DSC_2.jpg')
    await put('shoot/sub/DSC_1.jpg')
    const { files, refused } = await expand([await put('b/loose.jpg'), join(folder, 'shoot')])
    expect(files.map(({ relativePath }) => relativePath)).toEqual(['loose.jpg', 'DSC_2.jpg', 'sub/DSC_1.jpg'])
    expect(refused).toEqual([])
  })

  it('keeps two files of one name apart, and one file that is named twice together', async () => {
    const a = await put('a/IMG_1.jpg')
    const b = await put('b/IMG_1.jpg')
    const { files } = await expand([a, b, a, join(folder, 'a'), join(folder, 'b', '..', 'b', 'IMG_1.jpg')])
    expect(files.map(({ path }) => path)).toEqual([a, b])
  })

  it('counts what the rules leave out, but takes a folder that was named', async () => {
    const hidden = await put('.hidden')
    await put('.folder/a.jpg')
    await put('.folder/.b.jpg')
    const { files, ignored } = await expand([hidden, join(folder, '.folder')], ['.*'])
    expect(files.map(({ relativePath }) => relativePath)).toEqual(['a.jpg'])
    expect(ignored).toBe(2)
  })

  it('refuses what is not there or no file, and goes on', async () => {
    const good = await put('good.jpg')
    const missing = join(folder, 'missing.jpg')
    const below = join(good, 'below.jpg')
    const long = join(folder, 'x'.repeat(300))
    const { files, refused } = await expand([missing, below, long, good])
    expect(files.map(({ path }) => path)).toEqual([good])
    expect(refused.map(({ path, problem }) => [path, problem.code])).toEqual([
      [missing, 'file-missing'],
      [below, 'file-missing'],
      [long, 'file-unreadable']
    ])
  })

  it.runIf(process.platform === 'linux')('does not take a device for a picture', async () => {
    const { refused } = await expand(['/dev/null'])
    expect(refused.map(({ problem }) => problem.code)).toEqual(['file-unreadable'])
  })

  it('takes nothing from nothing', async () => {
    expect(await expand([])).toEqual({ files: [], ignored: 0, refused: [] })
  })

  it('stops when aborted', async () => {
    const reason = new Error('enough')
    await expect(expandPaths([folder], [], AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
