import type { CollectionRules } from '../../shared/model/collection.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import type { ObjectFacts, ObjectStore } from '../store/ObjectStore.ts'
import type { BufferPool } from './BufferPool.ts'
import type { Digester } from './Digester.ts'

export type SendPorts = {
  /** Its `put` and `sendPart` wait for their turn on the line. */
  readonly store: ObjectStore
  readonly uploads: CatalogUploads
  readonly frames: CatalogFrames
  readonly pool: BufferPool
  readonly digester: Digester
  /** Part size that the person set for new multipart uploads, or null. */
  readonly partBytes: () => number | null
  /** Bytes of this upload that the store has acknowledged so far; falls back when it starts again. */
  readonly onProgress: (upload: Upload, sentBytes: number) => void
  readonly onChange: (upload: Upload) => void
  readonly nowMs: () => number
}

/** What is to be sent: the upload, where it comes from, and the rules that hold for it. */
export type SendJob = {
  /** In state `sending` or `proving`: so the catalog gives it out. */
  readonly upload: Upload
  readonly frame: Frame
  readonly rules: Pick<CollectionRules, 'conflict' | 'cacheControl'>
}

/** What is known of whatever has the key. */
export type Taken = {
  /** As a look has just shown it; null where nobody has looked. */
  readonly found: ObjectFacts | null
  /** Of our own bytes, where they go in one request: R2's ETag of an object that anyone put there so. */
  readonly md5: string | null
}

/** What came of trying to send: `upload` is as the catalog has it now. */
export type Outcome =
  /** In the bucket, and proved. */
  | { readonly kind: 'done'; readonly upload: Upload }
  /** The store has said yes; the object is still to be looked at. */
  | { readonly kind: 'sent'; readonly upload: Upload }
  /** Something has the key. */
  | ({ readonly kind: 'taken'; readonly upload: Upload } & Taken)
  /** The store has lost what was sent of it, for the reason in its state: it begins again. */
  | { readonly kind: 'lost'; readonly upload: Upload }
