import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { openRoom } from '../transfer/testing/openRoom.ts'

const NOW_MS = 1_800_000_000_000

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

function openClaimed(pid: number, seenAtMs: number) {
  const room = openRoom()
  const insert = room.db.prepare('INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)')
  insert.run(room.collection.id, 'another-run', pid, seenAtMs)
  return room
}

describe('CatalogCollections', () => {
  it('gives back what was put in, and changes name, rules and pause alone', () => {
    const { collections, collection } = openRoom()
    expect(collections.find(collection.id)).toEqual(collection)
    const changed = { ...collection, name: 'Sea', isPaused: true, rules: { ...collection.rules, user: 'Ann' } }
    collections.save({ ...changed, prefix: 'ignored/' })
    expect(collections.find(collection.id)).toEqual(changed)
    expect(collections.find('nobody')).toBeNull()
  })

  it('finds a collection by its folder, but not where account or prefix differ or it was removed', () => {
    const { collections, collection, folder } = openRoom()
    expect(collections.findByRoot('drop', folder, 'studio', '')).toEqual(collection)
    expect(collections.findByRoot('watch', folder, 'studio', '')).toBeNull()
    expect(collections.findByRoot('drop', folder, 'other', '')).toBeNull()
    expect(collections.findByRoot('drop', folder, 'studio', 'x/')).toBeNull()
    collections.remove(collection.id, NOW_MS)
    expect(collections.findByRoot('drop', folder, 'studio', '')).toBeNull()
    expect(collections.list().collections).toEqual([])
    collections.restore(collection.id)
    expect(collections.list().collections).toEqual([collection])
  })

  it('sets aside a row that does not parse, and lists the others', () => {
    const { collections, collection, db } = openRoom()
    const id = '11111111-1111-4111-8111-111111111111'
    collections.add({ ...collection, id, name: 'Broken' })
    db.prepare("UPDATE collections SET rules = '{' WHERE id = ?").run(id)
    const listed = collections.list()
    expect(listed.collections).toEqual([collection])
    expect(listed.damaged).toMatchObject([{ id }])
    expect(() => collections.find(id)).toThrow(expect.objectContaining({ code: 'record-damaged' }))
  })

  it('does not take a collection from a living engine, and names it', () => {
    const { collections, collection } = openClaimed(process.ppid, NOW_MS - 29_000)
    expect(collections.claim(collection.id, 'new-run', NOW_MS)).toBe(process.ppid)
  })

  it('takes a collection from an engine whose process has ended', () => {
    const { collections, collection } = openClaimed(deadPid(), NOW_MS)
    expect(collections.claim(collection.id, 'new-run', NOW_MS)).toBeNull()
    expect(collections.claim(collection.id, 'third-run', NOW_MS)).toBe(process.pid)
  })

  it('takes a collection whose engine was not seen for 30 seconds, even if its process id lives', () => {
    const { collections, collection } = openClaimed(process.ppid, NOW_MS - 30_001)
    expect(collections.claim(collection.id, 'new-run', NOW_MS)).toBeNull()
  })

  it('keeps a claim that is touched, and gives up all of a run at its end', () => {
    const { collections, collection } = openClaimed(process.ppid, NOW_MS)
    collections.touchClaims('another-run', NOW_MS + 60_000)
    expect(collections.claim(collection.id, 'new-run', NOW_MS + 70_000)).toBe(process.ppid)
    collections.releaseClaims('another-run')
    expect(collections.claim(collection.id, 'new-run', NOW_MS + 70_000)).toBeNull()
    expect(collections.claim(collection.id, 'new-run', NOW_MS + 70_000)).toBeNull()
  })
})
