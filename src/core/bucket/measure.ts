import type { BucketMeasure } from '../../shared/model/bucket.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { type Selection, selectObjects } from './selectObjects.ts'

/** As many as a confirmation can name. */
const MAX_NAMES = 5

/** What a deletion of the selection would take. */
export async function measure(store: ObjectStore, selection: Selection, signal: AbortSignal): Promise<BucketMeasure> {
  const total = { objects: 0, bytes: 0, names: [] as string[], tooLargeForTrash: 0 }
  for (const { key, sizeBytes } of await selectObjects(store, selection, signal)) {
    total.objects += 1
    total.bytes += sizeBytes
    if (total.names.length < MAX_NAMES) total.names.push(key.slice(key.lastIndexOf('/', key.length - 2) + 1))
    if (sizeBytes > store.maxPutBytes) total.tooLargeForTrash += 1
  }
  return total
}
