import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { CatalogFrames } from './CatalogFrames.ts'
import { mendReferences } from './mendReferences.ts'
import { openCatalog } from './openCatalog.ts'
import { fillCatalog } from './testing/fillCatalog.ts'

it('holds back what was left out by rules that are lost, and counts it with what waits for a person', () => {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-mend-'))
  const db = openCatalog(join(home, 'catalog.sqlite'))
  onTestFinished(() => {
    db.close()
    rmSync(home, { recursive: true })
  })
  const ids = fillCatalog(db, 30)
  const frames = new CatalogFrames(db)
  const [leftOut, cancelled] = ids.filter((id) => frames.statusOf(id) === 'waiting')
  frames.leaveOut(leftOut ?? '', null, 'Not rated')
  frames.setStatus(cancelled ?? '', 'cancelled', null)
  db.exec('PRAGMA foreign_keys = OFF; DELETE FROM collections; PRAGMA foreign_keys = ON')
  mendReferences(db, 1_800_000_000_000)
  expect(frames.statusOf(leftOut ?? '')).toBe('paused')
  expect(frames.leftOut.reasonOf(leftOut ?? '')).toBeNull()
  const counted = frames.counts().reduce((total, { frames: count }) => total + count, 0)
  expect(counted).toBe(30)
})
