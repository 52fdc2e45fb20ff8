import { AppError } from '../../shared/errors.ts'
import { formatBytes } from '../../shared/units.ts'
import { problemSentence } from '../../shared/words/problemWords.ts'
import { countOf } from '../../shared/words/stateWords.ts'
import { agrees } from '../agrees.ts'
import { EXIT } from '../output.ts'
import type { CommonOptions, Session } from '../withEngine.ts'

export type RmOptions = CommonOptions & { readonly yes?: boolean; readonly undo?: string }

/** Objects, and everything below keys that end in `/`, into the bucket's trash; `--undo` brings them back. */
export async function rm(keys: ReadonlyArray<string>, options: RmOptions, session: Session): Promise<number> {
  const { engine, account, output } = session
  if (options.undo !== undefined) {
    const undone = await engine.answers['bucket:restore']({ accountId: account.id, undo: options.undo })
    for (const { key, problem } of undone.failed) output.words(`${key}: ${problemSentence(problem, null)}`)
    output.result(undone)
    output.words(`${undone.restored} brought back`)
    return undone.failed.length > 0 || undone.restored === 0 ? EXIT.failed : EXIT.done
  }
  if (keys.length === 0)
    throw new AppError('bad-request', 'Name the keys to delete, or --undo with the word that a deletion gave')
  const selection = {
    accountId: account.id,
    keys: keys.filter((key) => !key.endsWith('/')),
    folders: keys.filter((key) => key.endsWith('/'))
  }
  const { objects, bytes, names } = await engine.answers['bucket:measure'](selection)
  if (objects === 0) {
    output.result({ deleted: 0, undo: null, failed: [] })
    output.words('There is nothing of that name in the bucket.')
    return EXIT.failed
  }
  const more = objects > names.length ? ` and ${objects - names.length} more` : ''
  const question = `Delete ${countOf(objects, 'object')}, ${formatBytes(bytes)} (${names.join(', ')}${more})?`
  if (!options.yes && !(await agrees(question))) return EXIT.failed
  const { deleted, undo, failed } = await engine.answers['bucket:delete'](selection)
  output.result({ deleted, undo, failed: failed.map(({ key, problem }) => ({ key, problem: problem.detail })) })
  for (const { key, problem } of failed) output.words(problemSentence(problem, key))
  output.words(`${deleted} deleted.${undo === null ? '' : ` To bring them back: silverdrop rm --undo ${undo}`}`)
  return failed.length > 0 ? EXIT.failed : EXIT.done
}
