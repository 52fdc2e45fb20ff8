import type { BucketSelection } from '../../shared/model/bucket.ts'
import type { ListedObject, ObjectStore } from '../store/ObjectStore.ts'
import { inParallel } from './inParallel.ts'
import { isInTrash } from './trashKeys.ts'

/** Without the account: the store is the account's. */
export type Selection = Pick<BucketSelection, 'keys' | 'folders'>

const MAX_AT_ONCE = 8

/**
 * The objects that a selection means, each once: those chosen by key, then everything below the chosen folders. What is
 * not there any more is left out, and so is the trash.
 */
export async function selectObjects(
  store: ObjectStore,
  { keys, folders }: Selection,
  signal: AbortSignal
): Promise<ReadonlyArray<ListedObject>> {
  signal.throwIfAborted()
  const chosen = new Map<string, ListedObject | null>()
  for (const key of keys) if (!isInTrash(key)) chosen.set(key, null) // keeps the order in which they were chosen
  await inParallel([...chosen.keys()], MAX_AT_ONCE, async (key) => {
    chosen.set(key, await store.head(key, signal))
  })
  for (const prefix of folders) {
    for (const object of await listBelow(store, prefix, signal)) {
      if (!isInTrash(object.key)) chosen.set(object.key, object)
    }
  }
  return [...chosen.values()].filter((object) => object !== null)
}

/** Everything below a prefix, in the order of the listing. */
export async function listBelow(
  store: ObjectStore,
  prefix: string,
  signal: AbortSignal
): Promise<ReadonlyArray<ListedObject>> {
  const objects: ListedObject[] = []
  let after: string | null = null
  do {
    const page = await store.list({ prefix, delimiter: null, after, limit: 1000 }, signal)
    objects.push(...page.objects)
    after = page.next
  } while (after !== null)
  return objects
}
