import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Collection } from '../../shared/model/collection.ts'
import type { FrameView, UploadView } from '../../shared/model/frame.ts'
import { formatBytes } from '../../shared/units.ts'
import { problemSentence } from '../../shared/words/problemWords.ts'
import { EXIT } from '../output.ts'
import { type RuleOptions, rulesFromOptions } from '../rulesFromOptions.ts'
import type { CommonOptions, Session } from '../withEngine.ts'

export type PushOptions = CommonOptions & RuleOptions & { readonly prefix?: string; readonly name?: string }

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

/** Sends what is new or changed, waits until it is proved, and says what became of each. */
export async function push(paths: ReadonlyArray<string>, options: PushOptions, session: Session): Promise<number> {
  const { engine, output, signal, newCollection } = session
  const startedAtMs = Date.now()
  const rules = rulesFromOptions(newCollection, options)
  const collection = engine.push.collection(rootOf(paths), normalisePrefix(options.prefix ?? ''), rules)
  const pushed = await engine.push.add(collection, paths, signal)
  await settle(collection, session)
  const rows = engine.push.rows(collection, pushed.paths)
  const links = await linksOf(rows, session)
  const uploads = rows.flatMap(({ uploads }) => uploads)
  const sent = uploads.filter(({ proof }) => proof?.how === 'sent' && proof.provedAtMs >= startedAtMs)
  const failed = rows.filter(({ status }) => status === 'failed' || status === 'attention')
  for (const row of failed) tellFailure(row, session)
  const summary = {
    files: rows.length,
    outputs: uploads.length,
    uploaded: sent.length,
    skipped: uploads.filter(isThere).length - sent.length,
    failed: failed.length,
    bytes: sent.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
    seconds: Math.round(Date.now() - startedAtMs) / 1000,
    objects: rows.flatMap((row) => objectsOf(row, links))
  }
  for (const { link, key } of summary.objects) output.line(link ?? key)
  output.result(summary)
  output.words(
    `${summary.uploaded} sent (${formatBytes(summary.bytes)}), ${summary.skipped} already there, ${summary.failed} failed`
  )
  return summary.failed > 0 ? EXIT.failed : EXIT.done
}

/** Waits, drawing the bar. @throws AppError where a person has to mend the account first. */
async function settle(collection: Collection, { engine, output, signal }: Session): Promise<void> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const drawing = setInterval(() => {
    output.bar(engine.totals(collection.id))
    const hold = engine.hold()
    if (hold?.kind === 'account' && hold.problem) stop.abort(new AppError(hold.problem.code, hold.problem.detail))
  }, 200)
  try {
    await engine.settled(collection.id, either)
  } finally {
    clearInterval(drawing)
    output.clearBar()
  }
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
  while (others.some((path) => path !== root && !path.startsWith(root === '/' ? root : `${root}/`)))
    root = dirname(root)
  return root
}

export function normalisePrefix(prefix: string): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, '')
  return trimmed === '' ? '' : `${trimmed}/`
}
