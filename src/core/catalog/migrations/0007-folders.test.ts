import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { defaultSettings } from '../../../shared/model/settings.ts'
import { CatalogCollections } from '../CatalogCollections.ts'
import { CatalogDroppedOrphans } from '../CatalogDroppedOrphans.ts'
import { CatalogFrames } from '../CatalogFrames.ts'
import { CatalogUploads } from '../CatalogUploads.ts'
import { openCatalog } from '../openCatalog.ts'

/** How many migrations the version before it had. */
const BEFORE = 6

it('has what was left out before looked at anew once, and keeps orphans for the bucket that their account shows', () => {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-migration-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const path = join(home, 'catalog.sqlite')
  const older = openCatalog(path, BEFORE)
  const id = '6f0c9a6e-54a5-4f0e-9a51-0b7b6d9a5d10'
  older
    .prepare('INSERT INTO collections VALUES (?, ?, ?, ?, ?, ?, ?, 0, NULL, 1)')
    .run(id, 'watch', 'Lake', '/lake', 'studio', '', JSON.stringify(defaultSettings.newCollection))
  older.exec(`
    INSERT INTO frames (id, collection_id, number, path, relative_path, size_bytes, mtime_ns, inode, status)
    VALUES ('frame', '${id}', 1, '/lake/a.jpg', 'a.jpg', 1, '1', '1', 'cancelled');
    INSERT INTO left_out VALUES ('frame', '${id}', 'Rated 1; what goes is rated 3 or more.');
    INSERT INTO orphans VALUES ('studio', 'a.mov', 'an id', 8);
    INSERT INTO dropped_orphans VALUES ('studio', 'b.mov', 'another id', 8, 1);
  `)
  older.close()

  const db = openCatalog(path)
  onTestFinished(() => db.close())
  const frames = new CatalogFrames(db)
  const collections = new CatalogCollections(db)
  collections.claim(id, 'this-run', 1)
  expect(frames.leftOut.outdated('this-run', 10)).toEqual(['frame'])
  frames.leaveOut('frame', null, 'Rated 1; what goes is rated 3 or more.')
  expect(frames.leftOut.outdated('this-run', 10)).toEqual([])

  const multipart = { key: 'a.mov', uploadId: 'an id', partBytes: 8 }
  expect(new CatalogUploads(db).orphans({ accountId: 'studio', bucket: 'any' }, 10)).toEqual([
    { accountId: 'studio', bucket: '', multipart }
  ])
  expect(new CatalogDroppedOrphans(db).list(1)).toMatchObject([{ bucket: '', multipart: { key: 'b.mov' } }])
})
