import { formatBytes } from '../../shared/units.ts'
import { collectionWords, totalsSentence } from '../../shared/words/stateWords.ts'
import { EXIT } from '../output.ts'
import type { CommonOptions, Session } from '../withEngine.ts'

/** What the catalog knows: each collection, and how far it is. Looks only; sends nothing. */
export async function status(_options: CommonOptions, { engine, account, output }: Session): Promise<number> {
  const collections = await engine.answers['collections:list']({})
  const rows = collections.map((collection) => ({ collection, totals: engine.totals(collection.id) }))
  output.line(`Account: ${account.name}`)
  for (const { collection, totals } of rows) {
    output.line(
      `${collection.name}  ${collectionWords[collection.state]}  ${totalsSentence(totals)}  ${formatBytes(totals.totalBytes)}`
    )
  }
  if (rows.length === 0) output.line('Nothing has been sent from here yet.')
  const all = engine.totals(null)
  output.result({
    account: account.name,
    collections: rows.map(({ collection: { id, kind, name, rootPath, state }, totals }) => {
      const { frames, done, waiting, working, needsYou, totalBytes, doneBytes } = totals
      return {
        id,
        kind,
        name,
        folder: rootPath,
        state,
        frames,
        done,
        waiting,
        working,
        needsYou,
        bytes: totalBytes,
        doneBytes
      }
    }),
    frames: all.frames,
    done: all.done,
    needsYou: all.needsYou
  })
  return EXIT.done
}
