import type { Answers } from '../../shared/ipc/contract.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { Frame } from '../catalog/records.ts'
import { coverageStateOf } from '../insight/coverage/compareFrames.ts'
import type { AccountStores } from './AccountStores.ts'
import type { Collections } from './Collections.ts'
import type { FolderComparison } from './FolderComparison.ts'

type CoverageCall = `coverage:${'make' | 'send'}`

export type CoverageParts = {
  readonly comparison: FolderComparison
  readonly stores: AccountStores
  readonly collections: Collections
  readonly frames: CatalogFrames
  /** What failed, or is done and no longer in the bucket, is sent again. */
  readonly tryAgain: (frames: ReadonlyArray<Frame>, signal: AbortSignal) => Promise<void>
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal
}

/** What the window asks about folders and the bucket. */
export function coverageAnswers(parts: CoverageParts): Answers<CoverageCall> {
  const { comparison, stores, collections, frames, tryAgain, signal } = parts

  return {
    'coverage:make': async ({ folder, accountId }) =>
      comparison.cover({ folder, account: stores.default(accountId ?? undefined), prefix: null }, signal),
    'coverage:send': async ({ folder, accountId }) => {
      const account = stores.default(accountId ?? undefined)
      // Looked at again: what the window shows may be old by now.
      const compared = await comparison.compareFolder({ folder, account, prefix: null }, signal)
      const lacking = new Set(
        compared.frames.flatMap((frame) => {
          const state = coverageStateOf(frame)
          return state === 'missing' || state === 'stale' ? [frame.file.path] : []
        })
      )
      const collection = compared.collection ?? collections.forDrop(compared.folder, account.id)
      await collections.take(
        collection,
        compared.files.filter(({ path }) => lacking.has(path))
      )
      await tryAgain(
        [...lacking].flatMap((path) => frames.findByPath(collection.id, path) ?? []),
        signal
      )
      return { collectionId: collection.id, files: lacking.size }
    }
  }
}
