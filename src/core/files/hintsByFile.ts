import { realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { watch } from 'chokidar'
import { type OpenHints, refusalOf } from './Hints.ts'
import { PROBE_NAME } from './ignore.ts'
import { toFolderError } from './toFileError.ts'

/** Names each file that something happened to. Takes some 5 KB of memory for each file there is (photo-facts §4.1). */
export const hintsByFile: OpenHints = (root, ignores, listener) => {
  // A root that is a link would not be followed, since links below it must not be: chokidar would say nothing at all.
  const realRoot = realPathOf(root)
  const inside = realRoot.endsWith(sep) ? realRoot : realRoot + sep
  const toRelative = (path: string): string => path.slice(inside.length).replaceAll(sep, '/')
  const probe = inside + PROBE_NAME
  const watcher = watch(realRoot, {
    ignoreInitial: true,
    followSymlinks: false,
    alwaysStat: true,
    ignored: (path, stats) =>
      path.startsWith(inside) && path !== probe && ignores(toRelative(path), stats?.isDirectory() ?? false)
  })
  watcher.on('all', (event, path, stats) => {
    if (path === probe) listener.onProbe()
    else if (event === 'unlinkDir' && path === realRoot) listener.onUnclear()
    else if (event === 'addDir' || event === 'unlinkDir' || !path.startsWith(inside)) return
    // Whether a link leads out of the folder is for the scan to say.
    else if (stats?.isSymbolicLink()) listener.onUnclear()
    else listener.onPath(join(root, path.slice(inside.length)), toRelative(path))
  })
  watcher.on('error', (error) => listener.onRefused(refusalOf(error)))
  watcher.on('ready', () => listener.onReady())
  return { cover: () => [], close: () => watcher.close() }
}

function realPathOf(root: string): string {
  try {
    return realpathSync(root)
  } catch (error) {
    throw toFolderError(error, root)
  }
}
