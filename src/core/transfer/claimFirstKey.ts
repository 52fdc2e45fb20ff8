import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { foldKey } from '../shots/suffixKey.ts'
import { takeNextKey } from './takeNextKey.ts'

/**
 * Gives a new upload its key, or the next free one where another has it. Of the twins of a collection the first by path
 * keeps the bare name, whichever was looked at first, as long as the other has not begun to be sent under it, and no
 * earlier version of it was.
 */
export function claimFirstKey(upload: Upload, { relativePath }: Frame, uploads: CatalogUploads): void {
  const folded = foldKey(upload.key)
  if (uploads.claimKey(upload, upload.key, folded)) return
  const later = uploads.laterTwin(upload, folded, relativePath)
  if (!later) {
    takeNextKey(upload, uploads)
    return
  }
  uploads.giveKey(upload, upload.key, folded)
  takeNextKey(later, uploads)
}
