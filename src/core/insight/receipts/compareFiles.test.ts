import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { GiB } from '../../../shared/units.ts'
import { defaultIgnoreRules, housekeeping } from '../../shots/ignoreRules.ts'
import { compareUnclear, type Unclear } from './compareFiles.ts'
import { FolderLook, type ReceiptDisk } from './FolderLook.ts'

const { signal } = new AbortController()

function unclear(many: number, sizeBytes: number): ReadonlyArray<Unclear> {
  return Array.from({ length: many }, (_, n) => {
    const file = { sizeBytes, mtimeNs: 1n, ino: BigInt(n + 1_000) }
    const frame = { ...file, ino: BigInt(n), id: `${n}`, seq: n, path: `/card/${n}`, problem: null, uploads: [] }
    return { frame: { ...frame, status: 'done', sha256: 'the same' }, file }
  })
}

function diskThatReads(digest: ReceiptDisk['digest']): ReceiptDisk {
  return { scan: async () => ({ files: [], problems: [] }), look: async () => null, digest }
}

describe('files of the same size and time under other inodes', () => {
  it('are read where they are few among many, however large', async () => {
    const disk = diskThatReads(async ({ path }) => (path === '/card/1' ? 'another' : 'the same'))
    const looks = await compareUnclear(unclear(3, GiB), 4, disk, signal)
    expect(looks.map(({ look }) => look.kind)).toEqual(['same', 'changed', 'same'])
  })

  it('are read where they are small, even if all are so', async () => {
    const looks = await compareUnclear(
      unclear(3, 1_000),
      0,
      diskThatReads(async () => 'another'),
      signal
    )
    expect(looks.map(({ look }) => look.kind)).toEqual(['changed', 'changed', 'changed'])
  })

  it('are believed by size and time where a card made up all of its inodes anew', async () => {
    const disk = diskThatReads(() => Promise.reject(new Error('was read')))
    const looks = await compareUnclear(unclear(3, GiB), 2, disk, signal)
    expect(looks.map(({ look }) => look.kind)).toEqual(['same', 'same', 'same'])
  })

  it('are not believed where they cannot be read', async () => {
    const disk = diskThatReads(() => Promise.reject(new AppError('file-unreadable', 'EIO')))
    const looks = await compareUnclear(unclear(1, 10), 0, disk, signal)
    expect(looks[0]?.look).toEqual({ kind: 'unreadable', problem: { code: 'file-unreadable', detail: 'EIO' } })
  })
})

describe('a look at a folder', () => {
  it('keeps what cannot be read apart from what is left over', async () => {
    const problem = { code: 'folder-unreadable', detail: 'EACCES' } as const
    const file = { path: '/card/new', relativePath: 'new', sizeBytes: 1, mtimeNs: 1n, ino: 1n, dev: 1n }
    const disk = {
      ...diskThatReads(async () => ''),
      scan: async () => ({ files: [file], problems: [{ path: '/card/locked', problem }] })
    }
    const look = await FolderLook.take('/card', disk, signal)
    expect(look.meet('/card/taken')).toEqual({ kind: 'absent' })
    expect([...look.untaken]).toEqual(['/card/new'])
    expect([...look.unread]).toEqual([['/card/locked', problem]])
    expect(look.meet('/card/locked')).toEqual({ kind: 'unreadable', problem })
    expect([...look.unread]).toEqual([])
  })

  it('takes a folder that may not be read for one that was not read, and passes other failures on', async () => {
    const failing = (error: Error): ReceiptDisk => ({
      ...diskThatReads(async () => ''),
      scan: () => Promise.reject(error)
    })
    expect((await FolderLook.take('/card', failing(new AppError('folder-unreadable', 'EIO')), signal)).isRead).toBe(
      false
    )
    await expect(FolderLook.take('/card', failing(new AppError('internal', 'bug')), signal)).rejects.toThrow('bug')
  })
})

it('housekeeping is left out of the queue as well, so that nothing is missing from a receipt that was taken', () => {
  expect(housekeeping.filter((rule) => !defaultIgnoreRules.includes(rule))).toEqual([])
})
