import { stat } from 'node:fs/promises'
import type { PushPlan } from '../../core/engine/PushPlan.ts'
import { AppError } from '../../shared/errors.ts'
import { formatBytes } from '../../shared/units.ts'
import { problemSentence } from '../../shared/words/problemWords.ts'
import { countOf } from '../../shared/words/stateWords.ts'
import { agrees, canAsk } from '../agrees.ts'
import { oneLine } from '../oneLine.ts'
import type { Session } from '../withEngine.ts'

export type Extra = { readonly deleted: number; readonly undo: string | null; readonly failed: number }

/** Nothing was deleted. */
export const NO_EXTRA: Extra = { deleted: 0, undo: null, failed: 0 }

/**
 * Before anything is looked at: `--delete-extra` means one folder and one place in the bucket, and a person who says so.
 *
 * @param prefix As it will be put before the keys.
 * @throws AppError `bad-request` where one of them lacks.
 */
export async function requireDeletable(
  paths: ReadonlyArray<string>,
  prefix: string,
  options: { readonly yes?: boolean; readonly dryRun?: boolean }
): Promise<void> {
  if (prefix === '')
    throw new AppError('bad-request', '--delete-extra needs --prefix: the whole bucket is never cleared')
  const [only, ...others] = paths
  const isFolder = only !== undefined && others.length === 0 && (await stat(only).catch(() => null))?.isDirectory()
  if (!isFolder)
    throw new AppError('bad-request', '--delete-extra needs one folder that is there, and nothing beside it')
  if (!options.yes && !options.dryRun && !canAsk()) {
    throw new AppError('bad-request', '--delete-extra asks before it deletes. Where nobody can answer, say --yes')
  }
}

/**
 * Why nothing may be concluded from what the folder does not have, or null: an empty folder may be a drive that is not
 * there, and what cannot be read may be the very file that an object was made of (rule 1 of the design).
 */
export function whyNotDeletable({ frames, refused, leftOut }: PushPlan): string | null {
  if (leftOut > 0) return `${leftOut} files that are there are left out by the rules, and may have been sent before`
  if (frames.length === 0) return 'the folder has nothing to send: it may not be the folder that was meant'
  const unreadable = refused.length + frames.filter(({ problem }) => problem !== null).length
  return unreadable === 0 ? null : `${unreadable} of the files and folders cannot be read`
}

/**
 * Moves what is only in the bucket, below the prefix, into the bucket's trash, after listing it and asking.
 *
 * @param used Keys that were sent meanwhile: theirs whatever the plan said.
 */
export async function deleteExtra(
  plan: PushPlan,
  used: ReadonlySet<string>,
  options: { readonly yes?: boolean },
  { engine, account, output }: Session
): Promise<Extra> {
  const { prefix } = plan
  const extra = plan.onlyRemote.filter(({ key }) => prefix && key.startsWith(prefix) && !used.has(key.normalize('NFC')))
  if (extra.length === 0) return NO_EXTRA
  for (const { key } of extra) output.words(`only in the bucket: ${oneLine(key)}`)
  const bytes = extra.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const question = `Move ${countOf(extra.length, 'object')}, ${formatBytes(bytes)}, below ${prefix} into the bucket's trash?`
  if (!options.yes && !(await agrees(question))) return NO_EXTRA
  const selection = { accountId: account.id, keys: extra.map(({ key }) => key), folders: [] }
  const { deleted, undo, failed } = await engine.answers['bucket:delete'](selection)
  for (const { key, problem } of failed) output.words(problemSentence(problem, oneLine(key)))
  output.words(
    `${deleted} moved into the trash.${undo === null ? '' : ` To bring them back: silverdrop rm --undo ${undo}`}`
  )
  return { deleted, undo, failed: failed.length }
}
