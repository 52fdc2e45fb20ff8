import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { type FolderStamp, isSameFolder } from './folderStamp.ts'
import { type HintListener, type OpenHints, type Refusal, refusalOf } from './Hints.ts'
import { PROBE_NAME } from './ignore.ts'

/**
 * Names the folders in which something happened. Takes a fifth of what `hintsByFile` takes for 100,000 files in 10,000
 * folders, and next to nothing for each file (photo-facts §4.1); its price is that folders have to be read to find what
 * it was.
 */
export const hintsByFolder: OpenHints = (root, _ignores, listener) =>
  // Elsewhere the system itself watches a whole tree; there one handle for each folder would cost far more.
  process.platform === 'linux' ? watchEachFolder(root, listener) : watchTree(root, listener)

type Ear = { readonly watcher: FSWatcher; readonly stamp: FolderStamp }

function watchEachFolder(root: string, listener: HintListener): ReturnType<OpenHints> {
  const ears = new Map<string, Ear>()
  let hasListened = false

  /** @returns what the system said against it, or null. */
  function listen(folder: string, stamp: FolderStamp): Refusal | null {
    try {
      const path = join(root, folder)
      const watcher = watch(path, (event, name) => {
        if (folder === '' && name === PROBE_NAME) return listener.onProbe()
        // Its own name: the folder itself went away, and what takes its place would not be heard.
        if (event === 'rename' && name === basename(path)) stopListening(folder)
        if (folder === '' && !ears.has(folder)) listener.onUnclear()
        else listener.onFolder(folder)
      })
      watcher.on('error', (error) => {
        stopListening(folder)
        listener.onRefused(refusalOf(error))
      })
      ears.set(folder, { watcher, stamp })
      return null
    } catch (error) {
      return refusalOf(error)
    }
  }

  function stopListening(folder: string): void {
    ears.get(folder)?.watcher.close()
    ears.delete(folder)
    if (folder !== '') listener.onFolder(parentOf(folder))
  }

  return {
    cover: (folders, isComplete) => {
      const added: string[] = []
      for (const [folder, stamp] of folders) {
        const ear = ears.get(folder)
        if (ear && isSameFolder(ear.stamp, stamp)) continue
        ear?.watcher.close()
        ears.delete(folder)
        const refusal = listen(folder, stamp)
        if (!refusal) added.push(folder)
        else if (refusal.why !== 'gone') {
          listener.onRefused(refusal)
          // A limit that is reached is reached for all that follow. The next scan tries again.
          if (refusal.why !== 'refused') break
        }
      }
      for (const [folder, { watcher }] of isComplete ? ears : []) {
        if (folders.has(folder)) continue
        watcher.close()
        ears.delete(folder)
      }
      if (!hasListened) listener.onReady()
      hasListened = true
      return added
    },
    close: async () => {
      for (const { watcher } of ears.values()) watcher.close()
      ears.clear()
    }
  }
}

/** One handle for all. */
export function watchTree(root: string, listener: HintListener): ReturnType<OpenHints> {
  let watcher: FSWatcher | null = null
  return {
    cover: () => {
      if (watcher) return []
      try {
        watcher = watch(root, { recursive: true }, (_event, name) => {
          if (name === null) return listener.onUnclear() // more happened than the system could note
          if (name === PROBE_NAME) return listener.onProbe()
          listener.onFolder(parentOf(name.replaceAll(sep, '/')))
        })
        watcher.on('error', (error) => listener.onRefused(refusalOf(error)))
        listener.onReady()
      } catch (error) {
        listener.onRefused(refusalOf(error))
      }
      return []
    },
    close: async () => watcher?.close()
  }
}

/** @returns `''` for what lies in the root. */
function parentOf(relativePath: string): string {
  const parent = dirname(relativePath)
  return parent === '.' ? '' : parent
}
