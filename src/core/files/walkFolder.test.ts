import { statSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, open, realpath, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { folderStamp } from './folderStamp.ts'
import { createIgnore } from './ignore.ts'
import { type WalkScope, walkFolder } from './walkFolder.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'walk-')))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(root, { recursive: true })
})

/** Lets an hour go by, as far as a walk can see: change times cannot be set, so the clock is. */
function leaveAlone(): void {
  const now = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000)
}

async function put(relativePath: string, content = 'x'): Promise<void> {
  const path = join(root, relativePath)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

function walk(scope: WalkScope = { kind: 'everything' }) {
  const files: string[] = []
  const placeholders: string[] = []
  const folders = new Map<string, string>()
  walkFolder(
    root,
    createIgnore(['cache/']),
    {
      onFolder: (relativePath, stamp) => folders.set(relativePath, stamp),
      onFile: ({ relativePath }) => files.push(relativePath),
      onPlaceholder: ({ relativePath }) => placeholders.push(relativePath),
      onIgnored: () => {},
      onProblem: ({ problem }) => expect.unreachable(problem.detail)
    },
    scope
  )
  return { files, placeholders, folders }
}

describe('walkFolder', () => {
  it('does not trust folders that changed a moment ago', async () => {
    await put('a/1.jpg')
    const { folders } = walk()
    expect(walk({ kind: 'changed', known: folders }).files).toEqual(['a/1.jpg'])
  })

  it('reads, where only what changed is asked for, nothing but folders that are new or look different', async () => {
    for (const name of ['top.jpg', 'a/1.jpg', 'a/deep/2.jpg', 'b/3.jpg', 'cache/4.jpg']) await put(name)
    leaveAlone()
    const known = walk().folders
    expect([...known.keys()]).toEqual(['', 'a', 'a/deep', 'b'])
    expect(walk({ kind: 'changed', known })).toMatchObject({ files: [], folders: known })
    await put('a/deep/5.jpg')
    await put('c/d/6.jpg')
    const { files, folders } = walk({ kind: 'changed', known })
    expect(files).toEqual(['top.jpg', 'a/deep/2.jpg', 'a/deep/5.jpg', 'c/d/6.jpg'])
    expect([...folders.keys()]).toEqual(['', 'a', 'a/deep', 'b', 'c', 'c/d'])
    await rename(join(root, 'a'), join(root, 'z'))
    expect(walk({ kind: 'changed', known: folders }).files).toEqual([
      'top.jpg',
      'z/1.jpg',
      'z/deep/2.jpg',
      'z/deep/5.jpg'
    ])
  })

  it('sees a folder into which an old time was put back', async () => {
    await put('a/1.jpg')
    leaveAlone()
    await utimes(join(root, 'a'), 1_000, 1_000)
    const known = walk().folders
    await put('a/2.jpg')
    await utimes(join(root, 'a'), 1_000, 1_000)
    expect(walk({ kind: 'changed', known }).files).toEqual(['a/1.jpg', 'a/2.jpg'])
  })

  it('leaves files that are written to in place to a walk over everything, or to one that names their folder', async () => {
    await put('a/1.jpg')
    leaveAlone()
    const known = walk().folders
    await appendFile(join(root, 'a/1.jpg'), 'more')
    expect(walk({ kind: 'changed', known }).files).toEqual([])
    expect(walk({ kind: 'named', known, folders: ['a'] }).files).toEqual(['a/1.jpg'])
    expect(walk().files).toEqual(['a/1.jpg'])
  })

  it('reads, where folders are named, those and what is new below them', async () => {
    for (const name of ['top.jpg', 'a/1.jpg', 'a/old/2.jpg', 'b/3.jpg']) await put(name)
    leaveAlone()
    const known = walk().folders
    await put('a/new/deep/4.jpg')
    await put('b/5.jpg')
    const { files, folders } = walk({ kind: 'named', known, folders: ['a', 'a/new', 'gone'] })
    expect(files).toEqual(['a/1.jpg', 'a/new/deep/4.jpg'])
    expect([...folders.keys()]).toEqual(['a', 'a/new', 'a/new/deep'])
    await rm(join(root, 'a/old'), { recursive: true })
    await put('a/old/6.jpg')
    expect(walk({ kind: 'named', known, folders: ['a'] }).files).toContain('a/old/6.jpg')
  })

  it('tells files that are not on this computer apart, without opening them', async () => {
    await put('here.jpg')
    const handle = await open(join(root, 'cloud.jpg'), 'w')
    await handle.truncate(5_000_000)
    await handle.close()
    expect(walk()).toMatchObject({ files: ['here.jpg'], placeholders: ['cloud.jpg'] })
  })
})

describe('folderStamp', () => {
  const stats = Object.assign(statSync(tmpdir(), { bigint: true }), { ino: 7n, ctimeNs: 10_000_000_000n, mtimeNs: 5n })

  it('says nothing but which folder it is, of one that changed less than two seconds ago', () => {
    expect(folderStamp(stats, 11_999)).toBe('7')
    expect(folderStamp(stats, 12_000)).toBe('7 10000000000 5')
  })
})
