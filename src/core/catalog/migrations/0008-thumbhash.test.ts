import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { CatalogThumbs } from '../CatalogThumbs.ts'
import { openCatalog } from '../openCatalog.ts'

/** How many migrations the version before it had. */
const BEFORE = 7

it('keeps the frames of the version before it, with their pictures and not yet a hash', () => {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-migration-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const path = join(home, 'catalog.sqlite')
  const older = openCatalog(path, BEFORE)
  older
    .prepare(
      `INSERT INTO collections (id, kind, name, root_path, account_id, prefix, rules, created_at_ms)
       VALUES ('lake', 'watch', 'Lake', '/lake', 'studio', '', '{}', 1)`
    )
    .run()
  older
    .prepare(
      `INSERT INTO frames
         (id, collection_id, number, path, relative_path, size_bytes, mtime_ns, inode, status, has_preview)
       VALUES ('ab-1', 'lake', 1, '/lake/a.jpg', 'a.jpg', 1, '1', '1', 'done', 1)`
    )
    .run()
  older.close()

  const db = openCatalog(path)
  onTestFinished(() => db.close())
  const thumbs = new CatalogThumbs(db)
  expect(thumbs.withPreviewBelow('ab')).toEqual(['ab-1'])
  expect(thumbs.hashOf('ab-1')).toBeNull()
  thumbs.put('ab-1', 'AQID')
  expect(thumbs.hashOf('ab-1')).toBe('AQID')
})
