import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { OpenedPaths, pathsAmong } from './OpenedPaths.ts'

describe('OpenedPaths', () => {
  it('keeps what comes early, and passes on what comes later', () => {
    const opened = new OpenedPaths()
    const taken: string[][] = []
    opened.add(['/a'])
    opened.add([])
    opened.add(['/b', '/c'])
    opened.takeBy((paths) => taken.push(paths))
    opened.add(['/d'])
    expect(taken).toEqual([['/a', '/b', '/c'], ['/d']])
  })
})

describe('pathsAmong', () => {
  it('finds files and folders, relative ones too, and leaves options and strangers out', () => {
    const folder = mkdtempSync(join(tmpdir(), 'silverdrop-argv-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'DSC 1.jpg'), '')
    expect(pathsAmong(['DSC 1.jpg', '--inspect=0', '', 'gone.jpg', folder], folder)).toEqual([
      join(folder, 'DSC 1.jpg'),
      folder
    ])
  })
})
