import type { DatabaseSync } from 'node:sqlite'
import { defaultSettings } from '../../shared/model/settings.ts'
import { CatalogCollections } from './CatalogCollections.ts'

/**
 * Makes every reference point to something again. Frames whose collection is lost get one that stands in for it; those
 * of them that are not prepared wait for a person, since nobody knows the rules they should follow. Uploads without a
 * frame, and parts without an upload, say nothing and go.
 */
export function mendReferences(db: DatabaseSync, nowMs: number): void {
  db.exec('DELETE FROM uploads WHERE frame_id NOT IN (SELECT id FROM frames)')
  db.exec('DELETE FROM parts WHERE upload_id NOT IN (SELECT id FROM uploads)')
  // Made from the names of frames, and made anew at the next start
  db.exec('DELETE FROM shots; DELETE FROM shot_origins')
  db.exec('DELETE FROM left_out WHERE frame_id NOT IN (SELECT id FROM frames)')
  db.exec('DELETE FROM thumbs WHERE frame_id NOT IN (SELECT id FROM frames)')
  db.exec('DELETE FROM taken_anyway WHERE frame_id NOT IN (SELECT id FROM frames)')
  db.exec('DELETE FROM moves WHERE frame_id NOT IN (SELECT id FROM frames)')
  db.exec('DELETE FROM quiet_uploads WHERE upload_id NOT IN (SELECT id FROM uploads)')
  const collections = new CatalogCollections(db)
  const accountOf = db.prepare(
    `SELECT account_id FROM uploads JOIN frames ON frames.id = frame_id WHERE frames.collection_id = ?
     UNION ALL SELECT account_id FROM proofs LIMIT 1`
  )
  const holdBack = db.prepare(
    "UPDATE frames SET status = 'paused', work = NULL WHERE collection_id = ? AND facts IS NULL AND status <> 'failed'"
  )
  // Else they would be counted as left out, which are in no total.
  const dropLeftOut = db.prepare(
    "DELETE FROM left_out WHERE frame_id IN (SELECT id FROM frames WHERE collection_id = ? AND status = 'paused')"
  )
  const lost = db.prepare(
    'SELECT DISTINCT collection_id FROM frames WHERE collection_id NOT IN (SELECT id FROM collections)'
  )
  for (const { collection_id } of lost.all()) {
    const id = String(collection_id)
    collections.add({
      id,
      kind: 'drop',
      name: 'Recovered files',
      rootPath: null,
      accountId: String(accountOf.get(id)?.['account_id'] ?? ''),
      prefix: '',
      rules: defaultSettings.newCollection,
      isPaused: false,
      createdAtMs: nowMs
    })
    holdBack.run(id)
    dropLeftOut.run(id)
  }
}
