import { toProblem } from '../../shared/errors.ts'
import type { Answers } from '../../shared/ipc/contract.ts'
import type { CollectionRules, CollectionView } from '../../shared/model/collection.ts'
import type { Totals } from '../../shared/model/frame.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { Dispatcher } from '../transfer/Dispatcher.ts'
import type { FrameCommands } from '../transfer/FrameCommands.ts'
import type { AccountStores } from './AccountStores.ts'
import type { Collections } from './Collections.ts'
import { keysFor } from './forecast.ts'

type CollectionCall = `collections:${'list' | 'watch' | 'change' | 'remove' | 'restore' | 'try-template'}`

export type CollectionParts = {
  readonly frames: CatalogFrames
  readonly collections: Collections
  readonly stores: AccountStores
  readonly dispatcher: Dispatcher
  readonly commands: FrameCommands
  readonly totals: (collectionId: string | null) => Totals
  readonly collectionViews: () => ReadonlyArray<CollectionView>
  readonly newRules: () => CollectionRules
}

/** Names for trying a template while there is no file to try it on. */
const SAMPLE_NAMES = ['DSC_0412.JPG', 'Zoë & Tim/IMG_0001.HEIC']

const MOST_SAMPLES = 3

/** What the window asks about collections. */
export function collectionAnswers(parts: CollectionParts): Answers<CollectionCall> {
  const { frames, collections, stores, dispatcher, commands, totals, collectionViews } = parts
  const viewOf = (id: string) => collections.view(collections.get(id), totals(id))

  return {
    'collections:list': async () => [...collectionViews()],
    'collections:watch': async ({ path, name, accountId }) =>
      viewOf(collections.watch(path, name, stores.default(accountId ?? undefined).id).id),
    'collections:change': async ({ collectionId, name, rules, isPaused }) => {
      const { isPaused: wasPaused } = collections.get(collectionId)
      collections.change(collectionId, { name, rules, isPaused })
      if (isPaused !== undefined && isPaused !== wasPaused) {
        const waiting = frames.ids({ collectionId, filter: 'all' })
        await (isPaused ? commands.pause(waiting) : commands.continue(waiting))
        dispatcher.wake()
      }
      return viewOf(collectionId)
    },
    'collections:remove': async ({ collectionId }) => {
      collections.remove(collectionId)
      await commands.pause(frames.ids({ collectionId, filter: 'all' }))
      return null
    },
    'collections:restore': async ({ collectionId }) => {
      const { isPaused } = collections.restore(collectionId)
      if (!isPaused) await commands.continue(frames.ids({ collectionId, filter: 'all' }))
      dispatcher.wake()
      return viewOf(collectionId)
    },
    'collections:try-template': async ({ rules, collectionId }) => {
      const collection = collectionId === null ? null : collections.get(collectionId)
      const known = collection ? frames.page(collection.id, 'all', 0, MOST_SAMPLES).frames : []
      const nowNs = BigInt(Date.now()) * 1_000_000n
      const files = known.length > 0 ? known : SAMPLE_NAMES.map((relativePath) => ({ relativePath, mtimeNs: nowNs }))
      const account = stores.find(collection?.accountId ?? '') ?? stores.list[0]
      const to = {
        account: account ?? { kind: 'local' as const, id: 'local', name: '', bucket: 'photos', prefix: '' },
        collectionName: collection?.name ?? 'Lake wedding',
        collectionPrefix: collection?.prefix ?? '',
        rules
      }
      try {
        const keys = files.flatMap((file, index) => keysFor(file, index + 1, to))
        return { keys: keys.slice(0, MOST_SAMPLES), problem: null }
      } catch (error) {
        return { keys: [], problem: toProblem(error) }
      }
    }
  }
}
