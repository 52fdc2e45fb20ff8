import { existsSync, statSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Collection } from '../../shared/model/collection.ts'
import type { FrameView, Totals, UploadView } from '../../shared/model/frame.ts'
import { formatBytes } from '../../shared/units.ts'
import { problemSentence } from '../../shared/words/problemWords.ts'
import { holdSentences } from '../../shared/words/stateWords.ts'
import { normalisePrefix } from '../normalisePrefix.ts'
import { EXIT } from '../output.ts'
import { type RuleOptions, rulesFromOptions } from '../rulesFromOptions.ts'
import type { CommonOptions, Session } from '../withEngine.ts'
import { deleteExtra, type Extra, NO_EXTRA, requireDeletable, whyNotDeletable } from './deleteExtra.ts'
import { countPlan, countsSentence, tellPlan } from './planWords.ts'

export type PushOptions = CommonOptions &
  RuleOptions & {
    readonly prefix?: string
    readonly dryRun?: boolean
    readonly deleteExtra?: boolean
    readonly yes?: boolean
  }

/** One line of `objects` in the answer of `push --json`. */
type PushedObject = {
  readonly source: string
  readonly key: string
  readonly size: number
  readonly etag: string
  readonly sha256: string
  readonly output: string
  readonly link: string | null
}

/**
 * Sends what is new or changed, waits until it is proved, and says what became of each. Deletes nothing, unless the
 * person says so.
 *
 * @throws AppError `bad-request`, and what stops the push as a whole: a bucket that cannot be listed, a wrong secret.
 */
export async function push(paths: ReadonlyArray<string>, options: PushOptions, session: Session): Promise<number> {
  const { engine, output, signal, newCollection } = session
  const startedAtMs = Date.now()
  const rules = rulesFromOptions(newCollection, options)
  const prefix = normalisePrefix(options.prefix ?? '')
  if (options.deleteExtra) await requireDeletable(paths, prefix, options)
  const rootPath = rootOf(paths)
  const plan = await engine.push.plan({ rootPath, prefix, rules, paths }, signal)
  const whyNot = options.deleteExtra ? whyNotDeletable(plan) : null
  if (whyNot !== null) output.words(`Nothing will be deleted: ${whyNot}.`)
  if (options.dryRun) {
    tellPlan(plan, options.deleteExtra === true && whyNot === null, output)
    return EXIT.done
  }
  const collection = engine.push.collection(rootPath, prefix, rules)
  const pushed = await engine.push.add(collection, paths, signal, plan)
  await settle(collection, session)
  const rows = await engine.push.rows(collection, pushed.paths)
  const links = await linksOf(rows, session)
  const uploads = rows.flatMap(({ uploads }) => uploads)
  const sent = uploads.filter(({ proof }) => proof?.how === 'sent' && proof.provedAtMs >= startedAtMs)
  const failed = rows.filter(({ status }) => status === 'failed' || status === 'attention')
  for (const row of failed) tellFailure(row, session)
  const extra = await deleteWhatIsExtra()
  const counts = countPlan(plan)
  const summary = {
    files: rows.length,
    outputs: uploads.length,
    uploaded: sent.length,
    skipped: uploads.filter(isThere).length - sent.length,
    failed: failed.length,
    ...counts,
    deleted: extra.deleted,
    undo: extra.undo,
    bytes: sent.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
    seconds: Math.round(Date.now() - startedAtMs) / 1000,
    objects: rows.flatMap((row) => objectsOf(row, links))
  }
  for (const { link, key } of summary.objects) output.line(link ?? key)
  output.result(summary)
  output.words(
    `${summary.uploaded} sent (${formatBytes(summary.bytes)}), ${summary.skipped} already there, ${summary.failed} failed`
  )
  output.words(countsSentence(counts))
  return summary.failed + extra.failed > 0 || whyNot !== null ? EXIT.failed : EXIT.done

  async function deleteWhatIsExtra(): Promise<Extra> {
    if (!options.deleteExtra || whyNot !== null) return NO_EXTRA
    if (failed.length > 0) {
      output.words('Nothing is deleted, since something could not be sent.')
      return NO_EXTRA
    }
    const used = new Set(uploads.flatMap(({ key }) => key ?? []))
    return deleteExtra(plan, used, options, session)
  }
}

/** Waits, drawing the bar and saying what it waits for. @throws AppError where a person has to mend the account first. */
async function settle(collection: Collection, { engine, output, signal }: Session): Promise<void> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  let told: Totals['hold'] = null
  const drawing = setInterval(() => {
    const hold = engine.hold()
    const kind = hold?.kind ?? null
    if (kind !== told && kind !== null) output.words(holdWords[kind])
    told = kind
    output.bar(engine.totals(collection.id))
    if (hold?.kind === 'account' && hold.problem) stop.abort(new AppError(hold.problem.code, hold.problem.detail))
  }, 200)
  try {
    await engine.settled(collection.id, either)
  } finally {
    clearInterval(drawing)
    output.clearBar()
  }
}

/** What is waited for, in a terminal where nobody sees the window. */
const holdWords: Readonly<Record<NonNullable<Totals['hold']>, string>> = {
  paused: holdSentences.paused,
  account: holdSentences.account,
  offline: 'Waiting: no network. It goes on by itself; Ctrl+C ends, and the same command goes on later',
  'disk-full': "Waiting: this computer's disk is full. It goes on by itself when there is room",
  timetable: 'Waiting: the timetable in the settings of the app sends nothing at this hour',
  resting: 'Waiting: the bucket asked for a pause. It goes on by itself'
}

/** Public links as the collection makes them, by key. */
async function linksOf(rows: ReadonlyArray<FrameView>, { engine }: Session): Promise<ReadonlyMap<string, string>> {
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const { links } = await engine.answers['links:make']({ select: { ids }, outputId: null, link: null, format: 'plain' })
  return new Map(links.flatMap(({ key, url }) => (url === null ? [] : [[key, url]])))
}

function objectsOf(row: FrameView, links: ReadonlyMap<string, string>): ReadonlyArray<PushedObject> {
  return row.uploads.flatMap(({ proof, key, outputId }) => {
    if (!proof || key === null) return []
    const { sizeBytes: size, etag, sha256 } = proof
    return [{ source: row.path, key, size, etag, sha256, output: outputId, link: links.get(key) ?? null }]
  })
}

function tellFailure(row: FrameView, { output }: Session): void {
  const problems = row.problem ? [row.problem] : row.uploads.flatMap(({ problem }) => (problem ? [problem] : []))
  for (const problem of problems) output.words(`${row.path}: ${problemSentence(problem, null)}`)
  if (problems.length === 0) output.words(`${row.path}: something else has this name in the bucket`)
}

function isThere({ status }: UploadView): boolean {
  return status === 'done' || status === 'skipped'
}

/** The folder that was named, or the one that all named files lie in. @throws AppError `file-missing`. */
export function rootOf(paths: ReadonlyArray<string>): string {
  const absolute = paths.map((path) => resolve(path))
  const missing = absolute.find((path) => !existsSync(path))
  if (missing !== undefined) throw new AppError('file-missing', missing)
  const [first = process.cwd(), ...others] = absolute.map((path) =>
    statSync(path).isDirectory() ? path : dirname(path)
  )
  let root = first
  while (others.some((path) => path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep))) {
    if (dirname(root) === root) throw new AppError('bad-request', 'The files named lie on several drives')
    root = dirname(root)
  }
  return root
}
