import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Upload } from '../catalog/records.ts'
import { foldKey, suffixKey } from '../shots/suffixKey.ts'

/** The same name with the next number that no other upload of ours has: `name-2.ext`. */
export function takeNextKey(upload: Upload, uploads: CatalogUploads): Upload {
  for (let number = upload.keyNumber + 1; ; number += 1) {
    const key = suffixKey(upload.baseKey, number)
    if (uploads.claimKey(upload, key, foldKey(key)))
      return uploads.setKey(upload, { key, keyNumber: number, replaces: null })
  }
}
