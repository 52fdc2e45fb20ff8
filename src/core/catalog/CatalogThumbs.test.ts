import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CatalogFrames } from './CatalogFrames.ts'
import { openCatalog } from './openCatalog.ts'
import { fillCatalog } from './testing/fillCatalog.ts'

function openFrames(count: number) {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-thumbs-'))
  const path = join(home, 'catalog.sqlite')
  const db = openCatalog(path)
  onTestFinished(() => {
    db.close()
    rmSync(home, { recursive: true })
  })
  const ids = fillCatalog(db, count)
  return { db, path, frames: new CatalogFrames(db), ids }
}

describe('CatalogThumbs', () => {
  it('knows what a frame looks like, and that its picture is there', () => {
    const { frames, ids } = openFrames(2)
    const [one = '', other = ''] = ids
    frames.thumbs.put(one, 'AQID')
    expect(frames.thumbs.hashOf(one)).toBe('AQID')
    expect(frames.find(one)?.hasPreview).toBe(true)
    expect(frames.thumbs.hashOf(other)).toBeNull()
    frames.thumbs.put(one, 'BAUG')
    expect(frames.thumbs.hashOf(one)).toBe('BAUG')
  })

  it('still knows what it looks like when the picture is lost', () => {
    const { frames, ids } = openFrames(2)
    const [one = '', other = ''] = ids
    frames.thumbs.put(one, 'AQID')
    expect(frames.thumbs.lose([one, other, 'nobody'])).toEqual([one])
    expect(frames.find(one)?.hasPreview).toBe(false)
    expect(frames.thumbs.hashOf(one)).toBe('AQID')
  })

  it('finds frames with a picture by how their ids begin', () => {
    const { frames, ids } = openFrames(40)
    for (const id of ids.slice(0, 30)) frames.thumbs.put(id, 'AQID')
    const found = Array.from({ length: 256 }, (_, n) => frames.thumbs.withPreviewBelow(n.toString(16).padStart(2, '0')))
    expect(found.flat().sort()).toEqual(ids.slice(0, 30).toSorted())
    const [first = ''] = ids
    expect(frames.thumbs.withPreviewBelow(first.slice(0, 2))).toContain(first)
  })

  it('forgets what another version of the file looked like, and a frame that is gone', () => {
    const { db, frames, ids } = openFrames(2)
    const [one = '', other = ''] = ids
    frames.thumbs.put(one, 'AQID')
    frames.thumbs.put(other, 'AQID')
    frames.restart(one)
    expect(frames.thumbs.hashOf(one)).toBe('AQID')
    frames.renew(one, { sizeBytes: 20_000_000, mtimeNs: 1n, ino: 1n })
    expect(frames.thumbs.hashOf(one)).toBeNull()
    db.exec('DELETE FROM uploads')
    db.prepare('DELETE FROM frames WHERE id = ?').run(other)
    expect(frames.thumbs.hashOf(other)).toBeNull()
  })

  it('is read back by the next run', () => {
    const { frames, path, ids } = openFrames(1)
    const [one = ''] = ids
    frames.thumbs.put(one, 'AQID')
    const reader = new DatabaseSync(path, { readOnly: true })
    onTestFinished(() => reader.close())
    expect(reader.prepare('SELECT frame_id, hash FROM thumbs').all()).toEqual([{ frame_id: one, hash: 'AQID' }])
  })
})
