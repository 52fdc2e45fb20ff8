import { once } from 'node:events'
import { resolve } from 'node:path'
import type { FrameView } from '../../shared/model/frame.ts'
import { frameSentence } from '../../shared/words/stateWords.ts'
import { EXIT } from '../output.ts'
import type { CommonOptions, Session } from '../withEngine.ts'

const PAGE = 500

/** Watches until it is stopped, with a line for each frame that has come to an end. */
export async function watch(
  folder: string,
  options: CommonOptions & { name?: string },
  session: Session
): Promise<number> {
  const { engine, output, account, signal } = session
  const collection = await engine.answers['collections:watch']({
    path: resolve(folder),
    name: options.name ?? null,
    accountId: account.id
  })
  output.words(`Watching ${collection.rootPath}. Ctrl+C ends it.`)
  const told = new Map<string, string>()
  const tell = (frame: FrameView) => {
    if (frame.status === 'waiting' || frame.status === 'working' || frame.status === 'settling') return
    const sentence = frameSentence(frame, Date.now())
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
