import { isUtf8 } from 'node:buffer'
import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs'
import { sep } from 'node:path'
import { AppError, toProblem } from '../../shared/errors.ts'
import { type FileProblem, type FrameFile, toFrameFile } from './FrameFile.ts'
import type { Ignores } from './ignore.ts'
import { sortNaturally } from './naturalOrder.ts'
import { systemCode, toFileError, toFolderError } from './toFileError.ts'

/** Told of everything a walk meets, in order. */
export type Visitor = {
  readonly onFile: (file: FrameFile) => void
  readonly onIgnored: () => void
  readonly onProblem: (problem: FileProblem) => void
}

/**
 * Walks a folder, synchronously, since that is three times as quick as eight callbacks side by side (photo-facts §4.1);
 * it belongs in a thread of its own. A folder's own files come first, in natural order of their names, then each of its
 * folders whole. What cannot be read is told and the rest goes on.
 *
 * A link to a file inside the root is a frame of its own; one to a folder inside is passed over, since its files are
 * met where they lie, which also makes loops harmless. A link that leads out is told, never followed.
 *
 * @throws AppError `folder-missing` or `folder-unreadable` for the root itself.
 */
export function walkFolder(root: string, ignores: Ignores, visitor: Visitor): void {
  let realRoot: string
  try {
    realRoot = realpathSync(root)
    visit(root, '', readdirSync(root, { withFileTypes: true }))
  } catch (error) {
    throw toFolderError(error, root)
  }

  function visit(folder: string, above: string, listed: Dirent[]): void {
    const folders: string[] = []
    for (const entry of sortNaturally(withoutForeignNames(folder, listed), ({ name }) => name)) {
      const isFolder = entry.isDirectory()
      if (ignores(above + entry.name, isFolder)) visitor.onIgnored()
      else if (isFolder) folders.push(entry.name)
      else if (entry.isFile()) visitFile(folder, above, entry.name)
      else if (entry.isSymbolicLink()) visitLink(folder, above, entry.name)
    }
    for (const name of folders) {
      const path = inFolder(folder, name)
      const inside = list(path)
      if (inside) visit(path, `${above}${name}/`, inside)
    }
  }

  function visitFile(folder: string, above: string, name: string): void {
    const path = inFolder(folder, name)
    try {
      const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
      // Gone since the folder was listed, or something else by now: the next scan sees what it became.
      if (stats?.isFile()) visitor.onFile(toFrameFile(path, above + name, stats))
    } catch (error) {
      visitor.onProblem({ path, problem: toProblem(toFileError(error, path)) })
    }
  }

  function visitLink(folder: string, above: string, name: string): void {
    const path = inFolder(folder, name)
    try {
      const target = realpathSync(path)
      if (target !== realRoot && !target.startsWith(inFolder(realRoot, ''))) {
        throw new AppError('file-unreadable', `${path}: a link that leads out of the folder is not followed`)
      }
      if (statSync(target).isFile()) visitFile(folder, above, name)
    } catch (error) {
      visitor.onProblem({ path, problem: toProblem(toFileError(error, path)) })
    }
  }

  function list(path: string): Dirent[] | null {
    try {
      return readdirSync(path, { withFileTypes: true })
    } catch (error) {
      // A folder that went away while we walked is no problem of the person's.
      if (systemCode(error) !== 'ENOENT') visitor.onProblem({ path, problem: toProblem(toFolderError(error, path)) })
      return null
    }
  }

  /** A name that is not UTF-8 cannot be opened by the text Node makes of it: it is named, and left. */
  function withoutForeignNames(folder: string, entries: Dirent[]): Dirent[] {
    if (!entries.some(({ name }) => name.includes('\ufffd'))) return entries
    const foreign = new Set(
      readdirSync(folder, { encoding: 'buffer' })
        .filter((name) => !isUtf8(name))
        .map((name) => name.toString())
    )
    for (const name of foreign) {
      const path = inFolder(folder, name)
      visitor.onProblem({ path, problem: { code: 'name-not-utf8', detail: `${path}: the name is not UTF-8` } })
    }
    return entries.filter(({ name }) => !foreign.has(name))
  }
}

/** Both parts are what the disk gave: nothing to resolve, and `join` would take a quarter of the walk. */
function inFolder(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name
}
