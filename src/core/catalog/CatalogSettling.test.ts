import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { defaultSettings } from '../../shared/model/settings.ts'
import type { FrameFile } from '../files/FrameFile.ts'
import { CatalogCollections } from './CatalogCollections.ts'
import { CatalogFrames } from './CatalogFrames.ts'
import { CatalogSettling } from './CatalogSettling.ts'
import { CatalogVolumes } from './CatalogVolumes.ts'
import { openCatalog } from './openCatalog.ts'

const id = randomUUID()
let frames: CatalogFrames
let settling: CatalogSettling
let volumes: CatalogVolumes

beforeEach(() => {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-settling-'))
  const db = openCatalog(join(home, 'catalog.sqlite'))
  onTestFinished(() => {
    db.close()
    rmSync(home, { recursive: true })
  })
  frames = new CatalogFrames(db)
  settling = new CatalogSettling(db)
  volumes = new CatalogVolumes(db)
  const rules = defaultSettings.newCollection
  const collection = { id, kind: 'watch', name: 'Shoot', rootPath: '/shoot', accountId: 'here', prefix: '' } as const
  new CatalogCollections(db).add({ ...collection, rules, isPaused: false, createdAtMs: 0 })
})

const file = (name: string, sizeBytes = 10): FrameFile => ({
  path: `/shoot/${name}`,
  relativePath: name,
  sizeBytes,
  mtimeNs: 5n,
  ino: 7n,
  dev: 1n
})
const rowOf = (name: string) => frames.findByPath(id, `/shoot/${name}`)
const take = (...files: FrameFile[]) => frames.addMany(id, files, { isPaused: false })
const problem = { code: 'file-empty', detail: '0 bytes' } as const

describe('CatalogSettling', () => {
  it('shows a file that is written, tells only what looks different, and keeps the row when it is taken', () => {
    const [shown] = settling.show(id, [file('a.jpg', 3)])
    expect(rowOf('a.jpg')).toMatchObject({ id: shown, status: 'settling', sizeBytes: 3, number: 1 })
    expect(settling.show(id, [file('a.jpg', 3)])).toEqual([])
    expect(settling.show(id, [file('a.jpg', 8), file('b.jpg')])).toEqual([shown, rowOf('b.jpg')?.id])
    expect(frames.has(id, file('a.jpg', 8))).toBe(false)
    expect(take(file('a.jpg'))).toMatchObject({ added: [], renewed: [shown], known: 0 })
    expect(rowOf('a.jpg')).toMatchObject({ id: shown, status: 'waiting', sizeBytes: 10, number: 1 })
    expect(rowOf('b.jpg')).toMatchObject({ number: 2 })
  })

  it('hides what went away, and nothing that was taken', () => {
    settling.show(id, [file('a.jpg'), file('b.tmp')])
    take(file('a.jpg'))
    settling.hide(id, ['/shoot/a.jpg', '/shoot/b.tmp', '/shoot/never.jpg'])
    expect(frames.page(id, 'all', 0, 10).frames.map(({ path }) => path)).toEqual(['/shoot/a.jpg'])
  })

  it('leaves the row of a frame that was taken as it is while a new version is written', () => {
    take(file('a.jpg'))
    expect(settling.show(id, [file('a.jpg', 20)])).toEqual([])
    expect(rowOf('a.jpg')).toMatchObject({ status: 'waiting', sizeBytes: 10 })
  })

  it('turns a row into a refusal, and a refusal back when it is written to', () => {
    const [shown] = settling.show(id, [file('a.jpg', 0)])
    settling.giveUp(id, ['/shoot/a.jpg'])
    frames.addRefused(id, [{ path: '/shoot/a.jpg', relativePath: 'a.jpg', problem }])
    expect(rowOf('a.jpg')).toMatchObject({ id: shown, status: 'failed', problem })
    expect(settling.show(id, [file('a.jpg', 5)])).toEqual([shown])
    expect(rowOf('a.jpg')).toMatchObject({ id: shown, status: 'settling', problem: null, sizeBytes: 5 })
  })

  it.each(['paused', 'cancelled'] as const)('leaves a file %s that a person has %s while it was written', (status) => {
    const [shown = ''] = settling.show(id, [file('a.jpg')])
    frames.setStatus(shown, status, null)
    settling.adopt(id, [file('a.jpg')])
    expect(take(file('a.jpg'))).toMatchObject({ added: [], renewed: [], known: 1 })
    expect(rowOf('a.jpg')).toMatchObject({ status, mtimeNs: 5n, sizeBytes: 10 })
  })

  it('forgets at a start what an earlier run was waiting for, and that alone', () => {
    take(file('a.jpg'), file('b.jpg'))
    frames.settle(rowOf('b.jpg')?.id ?? '')
    settling.show(id, [file('c.tmp')])
    settling.hideAll(id)
    expect(frames.page(id, 'all', 0, 10).frames.map(({ relativePath }) => relativePath)).toEqual(['a.jpg', 'b.jpg'])
  })
})

describe('CatalogVolumes', () => {
  it('remembers what a folder lay on, until it is told to forget', () => {
    expect(volumes.recall(id)).toBeNull()
    volumes.remember(id, 'uuid 1')
    volumes.remember(id, 'uuid 2')
    expect(volumes.recall(id)).toBe('uuid 2')
    volumes.forget(id)
    expect(volumes.recall(id)).toBeNull()
  })

  it('counts no file that was never taken', () => {
    settling.show(id, [file('a.jpg')])
    frames.addRefused(id, [{ path: '/shoot/b.jpg', relativePath: 'b.jpg', problem }])
    expect(volumes.hasFrames(id)).toBe(false)
    take(file('a.jpg'))
    expect(volumes.hasFrames(id)).toBe(true)
  })
})
