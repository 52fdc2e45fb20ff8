import { once } from 'node:events'
import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { CollectionView } from '../../shared/model/collection.ts'
import type { FrameView } from '../../shared/model/frame.ts'
import { problemSentence } from '../../shared/words/problemWords.ts'
import { frameSentence } from '../../shared/words/stateWords.ts'
import { EXIT } from '../output.ts'
import { rulesFromOptions } from '../rulesFromOptions.ts'
import type { SelectionOptions } from '../selectionFromOptions.ts'
import type { CommonOptions, Session } from '../withEngine.ts'

const PAGE = 500

/** A file that is being written for longer than this has a line of its own. */
const LONG_WRITTEN_MS = 5_000

export type WatchCommandOptions = CommonOptions & SelectionOptions & { readonly name?: string }

/**
 * Watches until it is stopped, with a line for each frame that has come to an end. Rules that are given hold for the
 * collection from now on.
 *
 * @throws AppError `bad-request` naming the option; nothing is watched then.
 */
export async function watch(folder: string, options: WatchCommandOptions, session: Session): Promise<number> {
  const { engine, output, account, newCollection, signal } = session
  rulesFromOptions(newCollection, options) // before a collection is made that nobody meant
  const collection = await engine.answers['collections:watch']({
    path: resolve(folder),
    name: options.name ?? null,
    accountId: account.id
  })
  output.words(`Watching ${collection.rootPath}. Ctrl+C ends it.`)
  const rules = rulesFromOptions(collection.rules, options)
  if (!isDeepStrictEqual(rules, collection.rules)) {
    await engine.answers['collections:change']({ collectionId: collection.id, rules })
  }
  let toldNote: string | null = null
  const tellNote = (collections: ReadonlyArray<CollectionView>) => {
    const own = collections.find(({ id }) => id === collection.id)
    const note = own ? (own.watchNote ?? (own.problem && problemSentence(own.problem, null))) : null
    if (note !== null && note !== toldNote) output.words(note)
    toldNote = note
  }
  session.onEvent('collections:changed', tellNote)
  tellNote(await engine.answers['collections:list']({}))
  const told = new Map<string, string>()
  const tell = (frame: FrameView) => {
    if (frame.status === 'waiting' || frame.status === 'working') return
    if (frame.status === 'settling' && Date.now() - (frame.settlingSinceMs ?? Date.now()) < LONG_WRITTEN_MS) return
    const sentence = frame.leftOut ?? frameSentence(frame, Date.now())
    if (told.get(frame.id) === sentence) return
    told.set(frame.id, sentence)
    output.line(`${frame.path}: ${sentence}`)
  }
  const tellAll = async () => {
    if (engine.totals(collection.id).working > 0) return // the rows that change are told one by one
    let page = await readPage(0)
    for (let offset = 0; offset < page.total; offset += PAGE) {
      if (offset > 0) page = await readPage(offset)
      page.frames.forEach(tell)
    }
  }
  const readPage = (offset: number) =>
    engine.answers['queue:page']({ collectionId: collection.id, filter: 'all', offset, limit: PAGE })
  session.onEvent('queue:changed', (frames) =>
    frames.filter(({ collectionId }) => collectionId === collection.id).forEach(tell)
  )
  session.onEvent('queue:reordered', () => void tellAll())
  if (!signal.aborted) await once(signal, 'abort')
  const totals = engine.totals(collection.id)
  output.result({ frames: totals.frames, done: totals.done, needsYou: totals.needsYou, waiting: totals.waiting })
  return totals.needsYou > 0 ? EXIT.failed : EXIT.done
}
