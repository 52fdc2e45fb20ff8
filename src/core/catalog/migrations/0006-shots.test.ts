import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { defaultSettings } from '../../../shared/model/settings.ts'
import { CatalogCollections } from '../CatalogCollections.ts'
import { CatalogShots } from '../CatalogShots.ts'
import { openCatalog } from '../openCatalog.ts'

/** How many migrations the version before it had. */
const BEFORE = 5

it('keeps the frames of the version before it, which get their shots after the start', () => {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-migration-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const path = join(home, 'catalog.sqlite')
  const older = openCatalog(path, BEFORE)
  const { keyTemplate, outputs, conflict, link, cacheControl, user } = defaultSettings.newCollection
  const rules = JSON.stringify({ keyTemplate, outputs, conflict, link, cacheControl, user })
  const id = '6f0c9a6e-54a5-4f0e-9a51-0b7b6d9a5d10'
  older
    .prepare('INSERT INTO collections VALUES (?, ?, ?, ?, ?, ?, ?, 0, NULL, 1)')
    .run(id, 'watch', 'Lake', '/lake', 'studio', '', rules)
  const add = older.prepare(
    `INSERT INTO frames (id, collection_id, number, path, relative_path, size_bytes, mtime_ns, inode, status)
     VALUES (?, ?, ?, ?, ?, 1, '1', '1', 'done')`
  )
  // More than are placed at once
  for (let n = 1; n <= 1_500; n += 1) {
    const name = `IMG_${String(n >> 1).padStart(4, '0')}.${n % 2 === 0 ? 'CR3' : 'JPG'}`
    add.run(`frame-${n}`, id, n, `/lake/${name}`, name)
  }
  older.close()

  const db = openCatalog(path)
  onTestFinished(() => db.close())
  expect(new CatalogCollections(db).find(id)?.rules).toEqual(JSON.parse(rules))
  const shots = new CatalogShots(db)
  expect(shots.of('frame-2')).toBeNull()
  for (let after: number | null = 0; after !== null; ) after = shots.placeMissing(after)
  expect(shots.framesWith('frame-2')).toEqual(['frame-2', 'frame-3'])
  expect(shots.framesWith('frame-1500')).toEqual(['frame-1500'])
  db.exec("DELETE FROM frames WHERE id = 'frame-2'")
  expect(shots.framesWith('frame-3')).toEqual(['frame-3'])
})
