import { AppError } from '../../shared/errors.ts'
import type { Answers } from '../../shared/ipc/contract.ts'
import { deleteToTrash } from '../bucket/deleteToTrash.ts'
import { type Knowledge, listPage } from '../bucket/listPage.ts'
import { measure } from '../bucket/measure.ts'
import { restoreFromTrash } from '../bucket/restoreFromTrash.ts'
import { listBelow, selectObjects } from '../bucket/selectObjects.ts'
import { trashFolder } from '../bucket/trashKeys.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { ListedObject } from '../store/ObjectStore.ts'
import { type AccountStores, bucketOf } from './AccountStores.ts'
import type { PreviewMaker } from './PreviewMaker.ts'
import { previewUrlOf } from './toFrameView.ts'

type BucketCall = `bucket:${'list' | 'preview' | 'measure' | 'delete' | 'restore'}`

export type BucketParts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly stores: AccountStores
  readonly previews: PreviewMaker
  readonly onFrameChanged: (frameId: string) => void
}

/** Objects of a page that are looked up together: listing is the expensive class, our own catalog is not. */
type Known = ReadonlyMap<string, { readonly etag: string; readonly frameId: string }>

/** What the window asks about what is in a bucket. */
export function bucketAnswers(parts: BucketParts): Answers<BucketCall> {
  const { frames, uploads, stores, previews, onFrameChanged } = parts
  const { signal } = new AbortController()

  return {
    'bucket:list': async ({ accountId, prefix, after, limit }) => {
      const store = await stores.store(accountId)
      const bucket = bucketOf(stores.account(accountId))
      const known = uploads.proofs.below(accountId, bucket, prefix)
      return listPage(store, { prefix, after, limit }, (object) => whatIsKnown(object, known, frames), signal)
    },
    'bucket:preview': async (object) => {
      const store = await stores.store(object.accountId)
      return { previewUrl: await previews.forObject(store, object) }
    },
    'bucket:measure': async (selection) => measure(await stores.store(selection.accountId), selection, signal),
    'bucket:delete': async (selection) => {
      const { accountId } = selection
      const store = await stores.store(accountId)
      const keys = (await selectObjects(store, selection, signal)).map(({ key }) => key)
      const bucket = bucketOf(stores.account(accountId))
      // Before the first goes: however this ends, no row may go on saying "in the bucket, proved" of what is gone.
      for (const frameId of uploads.markRemoved(accountId, bucket, keys)) onFrameChanged(frameId)
      let inDoubt: ReadonlyArray<string> = keys
      try {
        const result = await deleteToTrash(store, selection, { isTooLargeDeleted: false }, signal)
        inDoubt = result.failed.map(({ key }) => key)
        return result
      } finally {
        const there: string[] = []
        for (const key of inDoubt) {
          const found = await store.head(key, signal).catch(() => null)
          if (found && found.etag === uploads.proofs.find(accountId, bucket, key)?.proof.etag) there.push(key)
        }
        for (const frameId of uploads.markRestored(accountId, bucket, there)) onFrameChanged(frameId)
      }
    },
    'bucket:restore': async ({ accountId, undo }) => {
      const store = await stores.store(accountId)
      const folder = trashFolder(undo)
      const keys = (await listBelow(store, folder, signal)).map(({ key }) => key.slice(folder.length))
      const { restored, failed } = await restoreFromTrash(store, undo, signal)
      const kept = new Set(failed.map(({ key }) => key))
      const back = keys.filter((key) => !kept.has(key))
      for (const frameId of uploads.markRestored(accountId, bucketOf(stores.account(accountId)), back))
        onFrameChanged(frameId)
      const [first] = failed
      if (restored === 0 && first) throw new AppError(first.problem.code, first.problem.detail)
      return { restored, failed: failed.map(({ key, problem }) => ({ key, problem })) }
    }
  }
}

function whatIsKnown(object: ListedObject, known: Known, frames: CatalogFrames): ReturnType<Knowledge> {
  const proof = known.get(object.key)
  if (proof?.etag !== object.etag) return { isProved: false, previewUrl: null }
  const thumbhash = frames.thumbs.hashOf(proof.frameId)
  return {
    isProved: true,
    previewUrl: frames.thumbs.hasPreview(proof.frameId) ? previewUrlOf(proof.frameId) : null,
    ...(thumbhash === null ? {} : { thumbhash })
  }
}
