import { AppError, type Problem, toProblem } from '../../shared/errors.ts'
import type { ListedObject, ObjectStore } from '../store/ObjectStore.ts'
import { inParallel } from './inParallel.ts'
import { listBelow } from './selectObjects.ts'
import { trashFolder } from './trashKeys.ts'

const MAX_AT_ONCE = 8

export type Restored = {
  readonly restored: number
  /** Still in the trash. `conflict`: something else has the key by now, and is left alone. */
  readonly failed: ReadonlyArray<{ readonly key: string; readonly problem: Problem }>
}

/**
 * Brings back what one deletion put in the trash: copied, looked at, and only then taken out of the trash. Stopped at
 * any moment, running it again brings back the rest.
 *
 * @param undo What `deleteToTrash` gave. @throws AppError `bad-request` for anything else.
 */
export async function restoreFromTrash(store: ObjectStore, undo: string, signal: AbortSignal): Promise<Restored> {
  const folder = trashFolder(undo)
  const failed: Array<{ key: string; problem: Problem }> = []
  let restored = 0
  await inParallel(await listBelow(store, folder, signal), MAX_AT_ONCE, async (object) => {
    const key = object.key.slice(folder.length)
    try {
      await bringBack(store, object, key, signal)
      const [kept] = await store.delete([object.key], signal)
      if (kept) throw kept.error
      restored += 1
    } catch (error) {
      signal.throwIfAborted()
      failed.push({ key, problem: toProblem(error) })
    }
  })
  return { restored, failed }
}

async function bringBack(store: ObjectStore, object: ListedObject, key: string, signal: AbortSignal): Promise<void> {
  try {
    await store.copy(object.key, key, { kind: 'absent' }, signal)
  } catch (error) {
    // An earlier attempt may have brought it back, and not have come to the end.
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error
    const there = await store.head(key, signal)
    if (there?.etag !== object.etag || there.sizeBytes !== object.sizeBytes) throw error
    return
  }
  const back = await store.head(key, signal)
  if (back?.sizeBytes !== object.sizeBytes) throw new AppError('proof-failed', `${key} was not brought back whole`)
}
