import { hash, randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Collection } from '../../../shared/model/collection.ts'
import { ORIGINAL, WEB } from '../../../shared/model/output.ts'
import { defaultSettings } from '../../../shared/model/settings.ts'
import { foldKey } from '../../shots/suffixKey.ts'
import { photoFacts } from '../../transfer/testing/openRoom.ts'
import { firstState, transition } from '../../transfer/UploadState.ts'
import { CatalogCollections } from '../CatalogCollections.ts'
import { CatalogFrames } from '../CatalogFrames.ts'
import { CatalogUploads } from '../CatalogUploads.ts'
import { inTransaction } from '../openCatalog.ts'
import type { Upload } from '../records.ts'

/**
 * A catalog as a shoot leaves it: of every ten frames eight are done, the ninth is being sent in parts and the tenth
 * waits. Each is a photograph with an original and a web copy.
 *
 * @returns the ids of its frames, in order.
 */
export function fillCatalog(db: DatabaseSync, count: number, name = 'Lake'): ReadonlyArray<string> {
  const collections = new CatalogCollections(db)
  const frames = new CatalogFrames(db)
  const uploads = new CatalogUploads(db)
  const collection: Collection = {
    id: randomUUID(),
    kind: 'drop',
    name,
    rootPath: `/photos/${name}`,
    accountId: 'studio',
    prefix: '',
    rules: { ...defaultSettings.newCollection, outputs: [ORIGINAL, WEB] },
    isPaused: false,
    createdAtMs: 1_800_000_000_000
  }
  const files = Array.from({ length: count }, (_, n) => ({
    path: `/photos/${name}/IMG_${n}.jpg`,
    relativePath: `IMG_${n}.jpg`,
    sizeBytes: 20_000_000 + n,
    mtimeNs: 1_800_000_000_000_000_000n + BigInt(n),
    ino: BigInt(n + 1),
    dev: 1n
  }))
  return inTransaction(db, () => {
    collections.add(collection)
    const { added } = frames.addMany(collection.id, files, { isPaused: false })
    for (const [n, id] of added.entries()) takeUp(id, n)
    return added
  })

  function takeUp(frameId: string, n: number): void {
    const sha256 = hash('sha256', frameId)
    const planned = [ORIGINAL, WEB].map((output, ordinal): Upload => {
      const key = `${name}/IMG_${n}-${output.id}`
      return {
        id: randomUUID(),
        frameId,
        frameSeq: frames.find(frameId)?.seq ?? 0,
        ordinal,
        output,
        accountId: 'studio',
        bucket: 'photos',
        baseKey: key,
        key,
        keyNumber: 1,
        state: firstState,
        spoolPath: null,
        sizeBytes: 20_000_000,
        sha256,
        widthPx: 300,
        heightPx: 200,
        contentType: 'image/jpeg',
        replaces: null
      }
    })
    uploads.addForFrame(planned, () => {
      frames.setPrepared(frameId, photoFacts, sha256, 'waiting')
      for (const upload of planned) uploads.claimKey(upload, upload.key, foldKey(upload.key))
    })
    for (const upload of planned) {
      if (n % 10 < 8) finish(upload, sha256)
      else if (n % 10 === 8 && upload.ordinal === 0) open(upload)
    }
  }

  function finish(upload: Upload, sha256: string): void {
    const sent = { ...upload, state: transition(start(upload).state, { kind: 'sent', etag: `etag-${upload.key}` }) }
    const proof = { sizeBytes: 20_000_000, sha256, etag: `etag-${upload.key}`, provedAtMs: 1, how: 'sent' as const }
    uploads.saveProof(sent, proof, sha256)
  }

  function open(upload: Upload): void {
    const multipart = { key: upload.key, uploadId: `held-${upload.key}`, partBytes: 8_388_608 }
    uploads.saveState(upload, transition(start(upload).state, { kind: 'opened', multipart }))
    for (const number of [1, 2]) uploads.recordPart(upload.id, { number, sizeBytes: 8_388_608, etag: 'e', md5: null })
  }

  function start(upload: Upload): Upload {
    return { ...upload, state: transition(upload.state, { kind: 'started' }) }
  }
}
