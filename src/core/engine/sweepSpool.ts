import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'

/** Young files may be another engine's, which is just making them. */
const YOUNG_MS = 24 * 3_600_000

/** Deletes renditions and half-made files that no upload needs: what a crash left behind. */
export function sweepSpool(spoolPath: string, uploads: CatalogUploads, nowMs: number): void {
  for (const name of listFolder(spoolPath)) {
    const path = join(spoolPath, name)
    const uploadId = name.slice(0, 36) // a rendition is named for its upload
    if (uploads.find(uploadId)?.spoolPath === path) continue
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats && nowMs - stats.mtimeMs > YOUNG_MS) rmSync(path, { force: true, recursive: true })
  }
}

function listFolder(path: string): ReadonlyArray<string> {
  try {
    return readdirSync(path)
  } catch {
    return [] // not made yet
  }
}
