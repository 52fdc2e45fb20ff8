import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { AppError, type Problem, toProblem } from '../../shared/errors.ts'
import { type FileProblem, type FrameFile, isPlaceholder, placeholderProblem, toFrameFile } from './FrameFile.ts'
import { createIgnore, type IgnoreRules } from './ignore.ts'
import { scanFolder } from './scanFolder.ts'
import { toFileError } from './toFileError.ts'

export type Expanded = {
  /** In the order of the paths, a folder's files as `scanFolder` orders them; each path once. */
  readonly files: ReadonlyArray<FrameFile>
  /** Left out by the rules; an ignored folder counts once. */
  readonly ignored: number
  readonly refused: ReadonlyArray<FileProblem>
}

/**
 * The frames behind what was dropped or named on a command line: files and folders, mixed. A file has its bare name as
 * relative path, a file in a dropped folder its path inside that folder. Two files of one name stay two, told apart by
 * `path`. A folder that is named is taken whatever it is called; the rules hold for files and for what is inside.
 *
 * @param paths Absolute, or relative to the working folder.
 * @throws `signal.reason` when aborted. What cannot be read is in `refused`.
 */
export async function expandPaths(
  paths: ReadonlyArray<string>,
  ignore: IgnoreRules,
  signal: AbortSignal
): Promise<Expanded> {
  const ignores = createIgnore(ignore)
  const files = new Map<string, FrameFile>()
  const refused: FileProblem[] = []
  let ignored = 0
  for (const path of new Set(paths.map((path) => resolve(path)))) {
    signal.throwIfAborted()
    try {
      const stats = await stat(path, { bigint: true })
      const name = basename(path)
      if (stats.isDirectory()) {
        const inside = await scanFolder(path, { ignore, signal })
        for (const file of inside.files) keep(file)
        for (const { path, sizeBytes } of inside.placeholders) refuse(path, placeholderProblem(path, sizeBytes))
        ignored += inside.ignored
        refused.push(...inside.problems)
      } else if (!stats.isFile()) {
        throw new AppError('file-unreadable', `${path}: neither a file nor a folder`)
      } else if (ignores(name, false)) {
        ignored += 1
      } else if (isPlaceholder(stats)) {
        refuse(path, placeholderProblem(path, Number(stats.size)))
      } else {
        keep(toFrameFile(path, name, stats))
      }
    } catch (error) {
      signal.throwIfAborted()
      refuse(path, toProblem(toFileError(error, path)))
    }
  }
  return { files: [...files.values()], ignored, refused }

  function keep(file: FrameFile): void {
    if (!files.has(file.path)) files.set(file.path, file)
  }

  function refuse(path: string, problem: Problem): void {
    refused.push({ path, problem })
  }
}
