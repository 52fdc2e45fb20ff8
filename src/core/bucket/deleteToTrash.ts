import { randomUUID } from 'node:crypto'
import { AppError, type Problem, toProblem } from '../../shared/errors.ts'
import type { Deleted } from '../../shared/model/bucket.ts'
import type { ListedObject, ObjectStore } from '../store/ObjectStore.ts'
import { inParallel } from './inParallel.ts'
import { type Selection, selectObjects } from './selectObjects.ts'
import { trashFolder } from './trashKeys.ts'

/** A deletion is four small requests an object; R2 slows a bucket down that has too much at once. */
const MAX_AT_ONCE = 8

/**
 * Moves objects into the trash: copied, the copy looked at, and only then removed. Killed at any moment, each object is
 * in its place, in the trash, or in both.
 *
 * @param options.isTooLargeDeleted Whether objects that no copy can hold (`measure` counts them) are removed for good,
 * because the person said so. Otherwise they are reported and stay.
 * @returns what was done, and how to undo it, also where the signal was aborted meanwhile.
 * @throws the signal's reason if it was aborted before anything was done; AppError if the selection cannot be listed.
 */
export async function deleteToTrash(
  store: ObjectStore,
  selection: Selection,
  options: { readonly isTooLargeDeleted: boolean },
  signal: AbortSignal
): Promise<Deleted> {
  const objects = await selectObjects(store, selection, signal)
  const id = randomUUID()
  const folder = trashFolder(id)
  const failed: Array<{ key: string; problem: Problem }> = []
  let deleted = 0
  let isTrashUsed = false
  try {
    await inParallel(objects, MAX_AT_ONCE, async (object) => {
      try {
        if (object.sizeBytes <= store.maxPutBytes) {
          await copyToTrash(store, object, folder + object.key, signal)
          isTrashUsed = true
          await removeOrTakeBack(store, object.key, folder + object.key, signal)
        } else if (options.isTooLargeDeleted) {
          await remove(store, object.key, signal)
        } else {
          throw new AppError('file-too-large', `${object.key}: ${object.sizeBytes} bytes cannot be put in the trash`)
        }
        deleted += 1
      } catch (error) {
        signal.throwIfAborted()
        failed.push({ key: object.key, problem: toProblem(error) })
      }
    })
  } catch (error) {
    // What is in the trash must not be forgotten because the rest was not reached.
    if (!isTrashUsed && deleted === 0) throw error
  }
  return { deleted, undo: isTrashUsed ? id : null, failed }
}

/** @throws AppError `proof-failed` if the copy is not the object; `conflict` if the object is another one by now. */
async function copyToTrash(
  store: ObjectStore,
  object: ListedObject,
  trashKey: string,
  signal: AbortSignal
): Promise<void> {
  const etag = await store.copy(object.key, trashKey, { kind: 'always' }, signal) // nobody else can know its name
  const copy = await store.head(trashKey, signal)
  if (copy?.sizeBytes !== object.sizeBytes || copy.etag !== etag) {
    throw new AppError('proof-failed', `The copy of ${object.key} in the trash is not the object`)
  }
  const now = await store.head(object.key, signal)
  if (now?.etag !== object.etag) throw new AppError('conflict', `${object.key} was changed while it was being deleted`)
}

async function removeOrTakeBack(store: ObjectStore, key: string, trashKey: string, signal: AbortSignal): Promise<void> {
  try {
    await remove(store, key, signal)
  } catch (error) {
    // Refused for good: the object is in its place, and its copy would only cost. Otherwise it may be gone after all.
    if (error instanceof AppError && !error.isRetryable) await store.delete([trashKey], signal)
    throw error
  }
}

async function remove(store: ObjectStore, key: string, signal: AbortSignal): Promise<void> {
  const [failed] = await store.delete([key], signal)
  if (failed) throw failed.error
}
