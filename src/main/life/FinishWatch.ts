import type { CollectionView } from '../../shared/model/collection.ts'
import { countOf } from '../../shared/words/stateWords.ts'

/** Notices when a collection that was being worked on is through. What was through before the start is no news. */
export class FinishWatch {
  readonly #atWork = new Set<string>()

  /** @returns the collections that came to their end with this change. */
  see(collections: ReadonlyArray<CollectionView>): CollectionView[] {
    return collections.filter(({ id, state }) => {
      if (state === 'working') this.#atWork.add(id)
      const isThrough = state === 'done' || state === 'attention'
      return isThrough && this.#atWork.delete(id)
    })
  }
}

/** What a notification says of it. */
export function finishWords({ name, state, frames }: CollectionView): { title: string; body: string } {
  return state === 'attention'
    ? { title: `${name} needs you`, body: 'Some of it could not be sent.' }
    : { title: `${name} is in the bucket`, body: `${countOf(frames, 'frame')}, each one proved.` }
}
