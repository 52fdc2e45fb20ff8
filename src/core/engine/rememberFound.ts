import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { ComparedFrame } from '../insight/coverage/compareFrames.ts'

/** So many proofs in one transaction, and then a turn for everything else. */
const BATCH = 500

/**
 * Keeps a proof of each object whose content a comparison found to be that of its file: whoever sends the file then
 * looks at the object before any body goes out. A build machine, whose catalog is empty, sends only what changed so.
 */
export async function rememberFound(
  compared: ReadonlyArray<ComparedFrame>,
  of: { readonly collectionId: string; readonly accountId: string; readonly bucket: string },
  ports: { readonly frames: CatalogFrames; readonly uploads: CatalogUploads; readonly nowMs: number }
): Promise<void> {
  const { frames, uploads, nowMs } = ports
  const { collectionId, accountId, bucket } = of
  const found = compared.filter(({ objects }) => objects.some((object) => object.found !== null))
  for (let start = 0; start < found.length; start += BATCH) {
    uploads.together(() => {
      for (const { file, objects } of found.slice(start, start + BATCH)) {
        const frame = frames.findByPath(collectionId, file.path)
        if (!frame) continue
        for (const { key, outputId, found: object } of objects) {
          if (!object) continue
          const { sizeBytes, sha256, etag, sourceSha256 } = object
          const proof = { sizeBytes, sha256, etag, provedAtMs: nowMs, how: 'found' } as const
          uploads.proofs.put({ accountId, bucket, key, proof, sourceSha256, outputId, frameId: frame.id })
        }
      }
    })
    await new Promise((resolve) => setImmediate(resolve))
  }
}
