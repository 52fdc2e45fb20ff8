import type { BucketPage, ObjectView } from '../../shared/model/bucket.ts'
import type { ListedObject, ObjectStore } from '../store/ObjectStore.ts'
import { isInTrash } from './trashKeys.ts'

/** What Silverdrop knows of an object beyond the listing. */
export type Knowledge = (object: ListedObject) => Pick<ObjectView, 'isProved' | 'previewUrl' | 'thumbhash'>

/**
 * One page of what lies directly below a prefix. The trash is not shown; a page may be shorter for it, even empty, and
 * still have a next one.
 */
export async function listPage(
  store: ObjectStore,
  query: { readonly prefix: string; readonly after: string | null; readonly limit: number },
  knownOf: Knowledge,
  signal: AbortSignal
): Promise<BucketPage> {
  const page = await store.list({ ...query, delimiter: '/' }, signal)
  return {
    folders: page.folders.filter((folder) => !isInTrash(folder)),
    objects: page.objects.filter(({ key }) => !isInTrash(key)).map((object) => ({ ...object, ...knownOf(object) })),
    next: page.next
  }
}
