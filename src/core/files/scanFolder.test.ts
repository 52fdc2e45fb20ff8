import { mkdir, mkdtemp, realpath, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scanFolder } from './scanFolder.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'scan-')))
})
afterEach(() => rm(root, { recursive: true }))

const never = new AbortController().signal
const scan = (ignore: string[] = [], folder = root) => scanFolder(folder, { ignore, signal: never })
const names = (files: ReadonlyArray<{ relativePath: string }>) => files.map(({ relativePath }) => relativePath)

async function put(relativePath: string, content = 'x'): Promise<string> {
  const path = join(root, relativePath)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}

describe('scanFolder', () => {
  it('finds every file, in natural order, folders after files and whole', async () => {
    for (const name of ['IMG_10.jpg', 'IMG_2.jpg', 'b/1.jpg', 'a10/x.jpg', 'a9/deep/y.jpg', 'a9/z.jpg']) await put(name)
    expect(names((await scan()).files)).toEqual([
      'IMG_2.jpg',
      'IMG_10.jpg',
      'a9/z.jpg',
      'a9/deep/y.jpg',
      'a10/x.jpg',
      'b/1.jpg'
    ])
  })

  it('tells size and time to the last digit', async () => {
    const path = await put('a.jpg', 'twelve bytes')
    await utimes(path, 1_700_000_000.5, 1_700_000_000.123456)
    const [file] = (await scan()).files
    expect(file).toMatchObject({ path, relativePath: 'a.jpg', sizeBytes: 12 })
    expect(Number(file?.mtimeNs)).toBeCloseTo(1_700_000_000_123_456_000, -4)
    expect(typeof file?.ino).toBe('bigint')
  })

  it('leaves out what the rules name, without going in', async () => {
    for (const name of ['.DS_Store', 'a.jpg', 'cache/a.jpg', 'cache/b.jpg', 'keep/cache']) await put(name)
    const { files, ignored } = await scan(['.*', 'cache/'])
    expect(names(files)).toEqual(['a.jpg', 'keep/cache'])
    expect(ignored).toBe(2)
  })

  it('takes the root whatever its own name', async () => {
    await put('.hidden/a.jpg')
    expect(names((await scan(['.*'], join(root, '.hidden'))).files)).toEqual(['a.jpg'])
  })

  it('passes names on as the disk spells them', async () => {
    const odd = ['Zoe\u0308.jpg', 'Zo\u00eb.jpg', 'a\nb.jpg', '#?%+ &.jpg', '\ufffd.jpg', '日本.jpg', 'back\\slash.jpg']
    for (const name of odd) await put(name)
    const { files, problems } = await scan()
    expect(new Set(names(files))).toEqual(new Set(odd))
    expect(problems).toEqual([])
  })

  it.runIf(process.platform === 'linux')('names what is not UTF-8 and takes the rest', async () => {
    await put('good.jpg')
    await put('also \ufffd good.jpg')
    await writeFile(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from('.jpg')]), 'x')
    const { files, problems } = await scan()
    expect(names(files)).toEqual(['also \ufffd good.jpg', 'good.jpg'])
    expect(problems).toEqual([
      { path: join(root, 'caf\ufffd.jpg'), problem: expect.objectContaining({ code: 'name-not-utf8' }) }
    ])
  })

  it('survives loops of links, and tells links that lead out or nowhere', async () => {
    const picture = await put('a/picture.jpg')
    await symlink(root, join(root, 'a/loop'))
    await symlink('.', join(root, 'a/self'))
    await symlink(picture, join(root, 'linked.jpg'))
    await symlink(tmpdir(), join(root, 'out'))
    await symlink('nowhere', join(root, 'broken.jpg'))
    await symlink('circle', join(root, 'circle'))
    const { files, problems } = await scan()
    expect(names(files)).toEqual(['linked.jpg', 'a/picture.jpg'])
    expect(problems.map(({ path, problem }) => [basename(path), problem.code])).toEqual([
      ['broken.jpg', 'file-missing'],
      ['circle', 'file-unreadable'],
      ['out', 'file-unreadable']
    ])
  })

  it('does not take a neighbour whose name starts alike for the inside', async () => {
    await put('shoot-2/b.jpg')
    await put('shoot/a.jpg')
    await symlink(join(root, 'shoot-2/b.jpg'), join(root, 'shoot/link.jpg'))
    const { files, problems } = await scan([], join(root, 'shoot'))
    expect(names(files)).toEqual(['a.jpg'])
    expect(problems).toHaveLength(1)
  })

  it('takes an empty folder for empty, and a missing one for missing', async () => {
    expect(await scan()).toEqual({ files: [], placeholders: [], ignored: 0, problems: [] })
    await expect(scan([], join(root, 'none'))).rejects.toMatchObject({ code: 'folder-missing' })
    await expect(scan([], await put('file'))).rejects.toMatchObject({ code: 'folder-missing' })
  })

  it.runIf(process.platform === 'linux')('tells a folder that cannot be read and goes on', async () => {
    await put('a/1.jpg')
    await put('z/2.jpg')
    // Permissions do not bind the superuser; a path beyond 4,096 bytes binds everyone. It is made by moving one half
    // below the other, and unmade before the folder is removed.
    const half = (digit: string) => Array.from({ length: 11 }, () => digit.repeat(200)).join('/')
    await put(`b/${half('1')}/x.jpg`)
    await put(`c/${half('2')}/x.jpg`)
    const joined = join(root, 'b', half('1'), 'c')
    await rename(join(root, 'c'), joined)
    const { files, problems } = await scan()
    await rename(joined, join(root, 'c'))
    expect(names(files).map((name) => name.slice(-5))).toEqual(['1.jpg', 'x.jpg', '2.jpg'])
    expect(problems.map(({ problem }) => problem.code)).toEqual(['folder-unreadable'])
  })

  it('stops when aborted', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const running = scanFolder(root, { ignore: [], signal: controller.signal })
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    await expect(scanFolder(root, { ignore: [], signal: controller.signal })).rejects.toBe(reason)
  })
})
