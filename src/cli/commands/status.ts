import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { coverageStates } from '../../shared/model/coverage.ts'
import { formatBytes } from '../../shared/units.ts'
import { countCoverage, coverageSentence, coverageWords, isCovered } from '../../shared/words/coverageWords.ts'
import { problemSentence } from '../../shared/words/problemWords.ts'
import { collectionWords, totalsSentence } from '../../shared/words/stateWords.ts'
import { normalisePrefix } from '../normalisePrefix.ts'
import { oneLine } from '../oneLine.ts'
import { EXIT } from '../output.ts'
import type { CommonOptions, Session } from '../withEngine.ts'

export type StatusOptions = CommonOptions & { readonly prefix?: string; readonly all?: boolean }

/** What has been sent from here, or how a folder stands to the bucket. Looks only; sends nothing. */
export async function status(folder: string | null, options: StatusOptions, session: Session): Promise<number> {
  if (folder !== null) return statusOfFolder(folder, options, session)
  if (options.prefix !== undefined) throw new AppError('bad-request', '--prefix belongs to a folder')
  return statusOfCatalog(session)
}

/**
 * Which files of a folder are in the bucket, and what is only there.
 *
 * @returns 0 where every file is in the bucket as it is on disk, else 1.
 * @throws AppError `folder-missing`; where the bucket cannot be asked.
 */
async function statusOfFolder(folder: string, options: StatusOptions, session: Session): Promise<number> {
  const { engine, output, signal } = session
  if (!(await isFolder(folder))) throw new AppError('folder-missing', folder)
  const prefix = options.prefix === undefined ? null : normalisePrefix(options.prefix)
  const coverage = await engine.cover({ folder, prefix }, signal)
  const counts = countCoverage(coverage.rows)
  for (const state of coverageStates) {
    if (state === 'there' && !options.all) continue
    for (const { name, problem } of coverage.rows.filter((row) => row.state === state)) {
      const why = problem ? `: ${problemSentence(problem, null)}` : ''
      output.line(`${coverageWords[state].padEnd(STATE_WIDTH)}  ${oneLine(name)}${why}`)
    }
  }
  output.result({
    folder: coverage.folder,
    account: coverage.accountName,
    bucket: coverage.bucket,
    collection: coverage.collectionName,
    prefix: coverage.prefix,
    there: counts.there,
    stale: counts.stale,
    missing: counts.missing,
    unreadable: counts.unreadable,
    onlyRemote: counts['only-remote'],
    ignored: coverage.ignored,
    rows: coverage.rows.map(({ state, name, sizeBytes: size, keys, problem }) => ({
      state,
      name,
      size,
      keys,
      problem: problem?.detail ?? null
    }))
  })
  output.words(`${coverageSentence(coverage)}.`)
  return isCovered(counts) ? EXIT.done : EXIT.failed
}

const STATE_WIDTH = Math.max(...coverageStates.map((state) => coverageWords[state].length))

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false
}

/** What the catalog knows: each collection, and how far it is. */
async function statusOfCatalog({ engine, account, output }: Session): Promise<number> {
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
    collections: rows.map(({ collection: { id, kind, name, rootPath, state, leftOut = 0 }, totals }) => {
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
        leftOut,
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
