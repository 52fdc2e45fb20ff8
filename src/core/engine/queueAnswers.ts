import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Answers } from '../../shared/ipc/contract.ts'
import type { CollectionRules } from '../../shared/model/collection.ts'
import type { FrameView, Totals } from '../../shared/model/frame.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Clock } from '../files/Clock.ts'
import { expandPaths } from '../files/expandPaths.ts'
import { defaultIgnoreRules } from '../shots/ignoreRules.ts'
import type { Dispatcher } from '../transfer/Dispatcher.ts'
import type { FrameCommands } from '../transfer/FrameCommands.ts'
import { type AccountStores, bucketOf } from './AccountStores.ts'
import type { Collections } from './Collections.ts'
import { forecast } from './forecast.ts'
import type { PreviewMaker } from './PreviewMaker.ts'
import type { QuietHours } from './QuietHours.ts'
import { toFrameDetail } from './toFrameView.ts'

type QueueCall =
  | 'drop:forecast'
  | `queue:${'add' | 'page' | 'left-out' | 'ids' | 'totals' | 'pause' | 'continue' | 'retry' | 'cancel' | 'take-anyway' | 'resolve' | 'hold'}`
  | 'frames:detail'

export type QueueParts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly collections: Collections
  readonly stores: AccountStores
  readonly dispatcher: Dispatcher
  readonly commands: FrameCommands
  readonly previews: PreviewMaker
  readonly quiet: QuietHours
  readonly viewOf: (frameId: string) => FrameView | null
  readonly totals: (collectionId: string | null) => Totals
  readonly newRules: () => CollectionRules
  readonly clock: Clock
}

/** What the window asks about the queue. */
export function queueAnswers(parts: QueueParts): Answers<QueueCall> {
  const { frames, collections, stores, dispatcher, commands, previews, viewOf, totals } = parts

  const thenWake = async (changed: Promise<number>) => {
    const count = await changed
    parts.quiet.look()
    dispatcher.wake()
    return { changed: count }
  }

  const shown = async (frameIds: ReadonlyArray<string>): Promise<FrameView[]> => {
    await previews.see(frameIds)
    return frameIds.flatMap((id) => viewOf(id) ?? [])
  }

  return {
    'drop:forecast': async ({ paths }) => {
      const expanded = await expandPaths(paths, defaultIgnoreRules, new AbortController().signal)
      const account = stores.default()
      const rootPath = await onlyFolder(paths)
      const collectionName = collections.nameForDrop(rootPath)
      // What is dropped again goes on in its own collection, by its own rules.
      const known = await collections.findDrop(rootPath, account.id, expanded.files)
      return forecast(expanded, { account, collectionName, rules: known?.rules ?? parts.newRules() })
    },
    'queue:add': async ({ paths, collectionId }) => {
      const expanded = await expandPaths(paths, defaultIgnoreRules, new AbortController().signal)
      const collection =
        collectionId === null
          ? await collections.forDrop(await onlyFolder(paths), stores.default().id, expanded.files)
          : collections.get(collectionId)
      const { added, known } = await collections.take(collection, expanded.files)
      collections.refuse(collection, expanded.refused)
      const { ignored, refused } = expanded
      return { collectionId: collection.id, added, known, ignored, refused: [...refused] }
    },
    'queue:page': async ({ collectionId, filter, offset, limit, groupBy }) => {
      if (groupBy === 'shot') {
        const { total, frameIds } = frames.shotPage(collectionId, filter, offset, limit)
        return { total, frames: await shown(frameIds) }
      }
      const page = frames.page(collectionId, filter, offset, limit)
      return { total: page.total, frames: await shown(page.frames.map(({ id }) => id)) }
    },
    'queue:left-out': async ({ collectionId, offset, limit }) => ({
      total: frames.leftOut.count(collectionId),
      frames: await shown(frames.leftOut.ofCollection(collectionId, offset, limit))
    }),
    'queue:ids': async ({ collectionId, filter, offset, limit }) => [
      ...frames.ids({ collectionId, filter }, offset, limit)
    ],
    'queue:totals': async ({ collectionId }) => totals(collectionId),
    'queue:pause': (select) => thenWake(commands.pause(frames.ids(select))),
    'queue:continue': (select) => thenWake(commands.continue(frames.ids(select))),
    'queue:retry': (select) => thenWake(commands.retry(frames.ids(select))),
    'queue:cancel': (select) => thenWake(commands.cancel(frames.ids(select))),
    'queue:take-anyway': (select) => thenWake(commands.takeAnyway(frames.ids(select))),
    'queue:resolve': ({ select, answer }) => thenWake(commands.resolve(frames.ids(select), answer)),
    'queue:hold': async ({ isHeld }) => {
      dispatcher.setHeld(isHeld)
      return null
    },
    'frames:detail': async ({ frameId }) => {
      const frame = frames.find(frameId)
      const view = viewOf(frameId)
      if (!frame || !view) return null
      const account = stores.find(collections.get(frame.collectionId).accountId)
      return toFrameDetail(frame, view, {
        accountName: account?.name ?? 'An account that was removed',
        bucket: account ? bucketOf(account) : ''
      })
    }
  }
}

/** The folder, where exactly one was dropped. */
async function onlyFolder(paths: ReadonlyArray<string>): Promise<string | null> {
  const [only, ...others] = paths
  if (only === undefined || others.length > 0) return null
  const stats = await stat(only).catch(() => null)
  return stats?.isDirectory() ? resolve(only) : null
}
