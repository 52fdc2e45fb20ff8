import { sep } from 'node:path'
import { watch } from 'chokidar'
import type { Ignores } from './ignore.ts'

export type HintListener = {
  /** Something may have happened to a file. */
  readonly onPath: (path: string, relativePath: string) => void
  /** Something happened that a hint cannot tell; only a scan can. */
  readonly onUnclear: () => void
  /** The system refused to watch some of it: what happens there will not be heard. */
  readonly onDeaf: () => void
  /** From here on changes are heard. */
  readonly onReady: () => void
}

/**
 * Hears about changes in a folder early. It promises nothing: events get lost in every system, on network drives they
 * never come, and names that are not UTF-8 make none (photo-facts §4).
 *
 * @param root Absolute, normalised.
 */
export function watchHints(root: string, ignores: Ignores, listener: HintListener): { close(): Promise<void> } {
  const inside = root.endsWith(sep) ? root : root + sep
  const toRelative = (path: string): string => path.slice(inside.length).replaceAll(sep, '/')
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    alwaysStat: true,
    ignored: (path, stats) => path.startsWith(inside) && ignores(toRelative(path), stats?.isDirectory() ?? false)
  })
  watcher.on('all', (event, path, stats) => {
    if (event === 'unlinkDir' && path === root) listener.onUnclear()
    else if (event === 'addDir' || event === 'unlinkDir' || !path.startsWith(inside)) return
    // Whether a link leads out of the folder is for the scan to say.
    else if (stats?.isSymbolicLink()) listener.onUnclear()
    else listener.onPath(path, toRelative(path))
  })
  watcher.on('error', () => listener.onDeaf())
  watcher.on('ready', () => listener.onReady())
  return { close: () => watcher.close() }
}
