import { isUtf8 } from 'node:buffer'
import { type Dirent, opendirSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { sep } from 'node:path'
import type { Problem } from '../../shared/errors.ts'
import { type FileProblem, type FrameFile, isPlaceholder, toFrameFile } from './FrameFile.ts'
import { type FolderStamp, type FolderStamps, folderStamp, isUnchanged } from './folderStamp.ts'
import type { Ignores } from './ignore.ts'
import { sortNaturally } from './naturalOrder.ts'
import { folderProblemOf, problemOf, systemCode } from './systemProblem.ts'

/** Told of everything a walk meets, in order. */
export type Visitor = {
  /** Of each folder that is there, before what is in it. */
  readonly onFolder: (relativePath: string, stamp: FolderStamp) => void
  readonly onFile: (file: FrameFile) => void
  /** A file whose content is not on this computer. */
  readonly onPlaceholder: (file: FrameFile) => void
  readonly onIgnored: () => void
  readonly onProblem: (problem: FileProblem) => void
}

/**
 * How much of a folder is read. `changed`: all folders are looked at, and those read that are new or do not look as they
 * did. `named`: these folders are read, and below them those that are new or look different.
 */
export type WalkScope =
  | { readonly kind: 'everything' }
  | { readonly kind: 'changed'; readonly known: FolderStamps }
  | { readonly kind: 'named'; readonly known: FolderStamps; readonly folders: ReadonlyArray<string> }

/**
 * Walks a folder, synchronously, since that is three times as quick as eight callbacks side by side (photo-facts §4.1);
 * it belongs in a thread of its own. A folder's own files come first, in natural order of their names, then each of its
 * folders whole. What cannot be read is told and the rest goes on.
 *
 * A link to a file inside the root is a frame of its own; one to a folder inside is passed over, since its files are
 * met where they lie, which also makes loops harmless. A link that leads out is told, never followed.
 *
 * @returns why the root itself cannot be read, `folder-missing` or `folder-unreadable`, or null.
 */
export function walkFolder(root: string, ignores: Ignores, visitor: Visitor, scope: WalkScope): Problem | null {
  let realRoot: string
  try {
    realRoot = realpathSync(root)
    opendirSync(root).closeSync()
  } catch (error) {
    const problem = folderProblemOf(error, root)
    if (problem) return problem
    throw error
  }
  const visited = new Set<string>()
  const inside = scope.kind === 'everything' ? new Map<string, string[]>() : childrenOf(scope.known)
  if (scope.kind === 'named') for (const folder of scope.folders) visit(folder)
  else enter('')
  return null

  function enter(relative: string): void {
    const stamp = stampOf(relative)
    if (stamp === null) return
    if (scope.kind === 'everything' || !isUnchanged(stamp, scope.known.get(relative))) read(relative, stamp)
    else if (scope.kind === 'changed') {
      visitor.onFolder(relative, stamp)
      for (const child of inside.get(relative) ?? []) enter(child)
    }
  }

  function visit(relative: string): void {
    const stamp = stampOf(relative)
    if (stamp !== null) read(relative, stamp)
  }

  function stampOf(relative: string): FolderStamp | null {
    const path = toPath(relative)
    try {
      const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
      return stats?.isDirectory() ? folderStamp(stats, Date.now()) : null
    } catch (error) {
      tell(path, folderProblemOf(error, path), error)
      return null
    }
  }

  function read(relative: string, stamp: FolderStamp): void {
    if (scope.kind === 'named' && visited.size === visited.add(relative).size) return
    const folder = toPath(relative)
    const listed = list(folder)
    if (!listed) return
    visitor.onFolder(relative, stamp)
    const above = relative === '' ? '' : `${relative}/`
    const folders: string[] = []
    for (const entry of sortNaturally(withoutForeignNames(folder, listed), ({ name }) => name)) {
      const isFolder = entry.isDirectory()
      if (ignores(above + entry.name, isFolder)) visitor.onIgnored()
      else if (isFolder) folders.push(above + entry.name)
      else if (entry.isFile()) visitFile(folder, above, entry.name)
      else if (entry.isSymbolicLink()) visitLink(folder, above, entry.name)
    }
    for (const child of folders) enter(child)
  }

  function visitFile(folder: string, above: string, name: string): void {
    const path = inFolder(folder, name)
    try {
      const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
      // Gone since the folder was listed, or something else by now: the next scan sees what it became.
      if (!stats?.isFile()) return
      const file = toFrameFile(path, above + name, stats)
      if (isPlaceholder(stats)) visitor.onPlaceholder(file)
      else visitor.onFile(file)
    } catch (error) {
      tell(path, problemOf(error, path), error)
    }
  }

  function visitLink(folder: string, above: string, name: string): void {
    const path = inFolder(folder, name)
    try {
      const target = realpathSync(path)
      if (target !== realRoot && !target.startsWith(inFolder(realRoot, ''))) {
        const detail = `${path}: a link that leads out of the folder is not followed`
        visitor.onProblem({ path, problem: { code: 'file-unreadable', detail } })
      } else if (statSync(target).isFile()) visitFile(folder, above, name)
    } catch (error) {
      tell(path, problemOf(error, path), error)
    }
  }

  function list(path: string): Dirent[] | null {
    try {
      return readdirSync(path, { withFileTypes: true })
    } catch (error) {
      // A folder that went away while we walked is no problem of the person's.
      if (systemCode(error) !== 'ENOENT') tell(path, folderProblemOf(error, path), error)
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

  function tell(path: string, problem: Problem | null, error: unknown): void {
    if (!problem) throw error
    visitor.onProblem({ path, problem })
  }

  function toPath(relative: string): string {
    return relative === '' ? root : inFolder(root, relative.replaceAll('/', sep))
  }
}

/** The folders directly below each. */
function childrenOf(known: FolderStamps): Map<string, string[]> {
  const children = new Map<string, string[]>()
  for (const relative of known.keys()) {
    if (relative === '') continue
    const above = relative.slice(0, Math.max(0, relative.lastIndexOf('/')))
    const siblings = children.get(above)
    if (siblings) siblings.push(relative)
    else children.set(above, [relative])
  }
  return children
}

/** Both parts are what the disk gave: nothing to resolve, and `join` would take a quarter of the walk. */
function inFolder(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name
}
