import type { Answers } from '../../shared/ipc/contract.ts'
import type { CoverageState } from '../../shared/model/coverage.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { Frame } from '../catalog/records.ts'
import { coverageStateOf } from '../insight/coverage/compareFrames.ts'
import { mapInSlices } from '../transfer/mapInSlices.ts'
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

/** What "send what is missing" sends. */
const SENT: ReadonlySet<CoverageState> = new Set<CoverageState>(['missing', 'stale'])

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
      const paths = new Set(
        compared.frames.flatMap((frame) => (SENT.has(coverageStateOf(frame)) ? [frame.file.path] : []))
      )
      const lacking = compared.files.filter(({ path }) => paths.has(path))
      const known = compared.collection
      const isFree = known !== null && (await collections.canTake(known, lacking))
      const collection = isFree
        ? known
        : await collections.forDrop(known?.rootPath ?? compared.folder, account.id, lacking, known?.rules)
      await collections.take(collection, lacking)
      const taken = await mapInSlices(lacking, ({ path }) => frames.findByPath(collection.id, path) ?? [], signal)
      await tryAgain(taken.flat(), signal)
      return { collectionId: collection.id, files: lacking.length }
    }
  }
}
