import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Hints, Refusal } from './Hints.ts'
import { hintsByFolder, watchTree } from './hintsByFolder.ts'
import { PROBE_NAME } from './ignore.ts'

const PATIENT = { timeout: 20_000, interval: 5 }

let root: string
let heard: string[]
let refusals: Refusal[]
let hints: Hints | null
const listener = {
  onPath: () => expect.unreachable('it names folders only'),
  onFolder: (relativePath: string) => void heard.push(relativePath),
  onUnclear: () => void heard.push('?'),
  onProbe: () => void heard.push('probe'),
  onRefused: (refusal: Refusal) => void refusals.push(refusal),
  onReady: () => void heard.push('ready')
}

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'hints-')))
  for (const name of ['a', 'a/deep', 'b']) await mkdir(join(root, name))
  heard = []
  refusals = []
  hints = null
})
afterEach(async () => {
  await hints?.close()
  await rm(root, { recursive: true, force: true })
})

const put = (relativePath: string) => writeFile(join(root, relativePath), 'x')
const hears = (what: string) => vi.waitFor(() => expect(heard).toContain(what), PATIENT)

describe.each([
  ['each folder', hintsByFolder],
  ['the tree', watchTreeOf]
])('hintsByFolder, by a watcher of %s', (_, open) => {
  it('names the folder in which something happened, and knows the probe', async () => {
    hints = open(root, () => false, listener)
    hints.cover(new Map(['', 'a', 'a/deep', 'b'].map((folder, index) => [folder, `${index}`])), true)
    expect(heard).toEqual(['ready'])
    await put('a/deep/1.jpg')
    await hears('a/deep')
    await put('2.jpg')
    await hears('')
    await put(PROBE_NAME)
    await hears('probe')
    await rename(join(root, 'a/deep/1.jpg'), join(root, 'b/1.jpg'))
    await hears('b')
    expect(refusals).toEqual([])
  })

  it('is silent once it is closed', async () => {
    hints = open(root, () => false, listener)
    hints.cover(new Map([['', '1']]), true)
    await hints.close()
    await put('1.jpg')
    await new Promise(setImmediate)
    expect(heard).toEqual(['ready'])
  })
})

describe.runIf(process.platform === 'linux')('hintsByFolder, on Linux', () => {
  it('says which folders it did not listen to before', () => {
    hints = hintsByFolder(root, () => false, listener)
    expect(
      hints.cover(
        new Map([
          ['', '1'],
          ['a', '2']
        ]),
        true
      )
    ).toEqual(['', 'a'])
    expect(
      hints.cover(
        new Map([
          ['b', '3'],
          ['a', '2 1 1']
        ]),
        false
      )
    ).toEqual(['b'])
    expect(hints.cover(new Map([['b', '9']]), false)).toEqual(['b']) // another folder has its place
    expect(refusals).toEqual([])
  })

  it('passes over a folder that went away, and hears of one that takes its place', async () => {
    hints = hintsByFolder(root, () => false, listener)
    hints.cover(
      new Map([
        ['', '1'],
        ['b', '2'],
        ['gone', '3']
      ]),
      true
    )
    await rm(join(root, 'b'), { recursive: true })
    await hears('')
    await mkdir(join(root, 'b'))
    // The same inode may be in use again: that the watcher died is what tells.
    expect(hints.cover(new Map([['b', '2']]), false)).toEqual(['b'])
    heard.length = 0
    await put('b/1.jpg')
    await hears('b')
    expect(refusals).toEqual([])
  })
})

function watchTreeOf(path: string, _ignores: unknown, to: typeof listener): Hints {
  return watchTree(path, to)
}
