import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectStore } from '../ObjectStore.ts'
import { mayFollow } from '../pageOf.ts'
import { ASIDE, toKey, toNames, toPrefix } from './keyPath.ts'
import { fsCode } from './toFolderError.ts'

/**
 * The keys that a page of a listing may need, in no order: folders that lie outside the prefix or wholly before the
 * page are not entered, and of one that the delimiter gathers a single key is enough.
 */
export async function* walkKeys(
  root: string,
  query: Parameters<ObjectStore['list']>[0],
  signal: AbortSignal,
  names: ReadonlyArray<string> = []
): AsyncGenerator<string> {
  signal.throwIfAborted()
  for (const entry of await readFolder(join(root, ...names))) {
    if (names.length === 0 && entry.name.toLowerCase() === ASIDE) continue
    const path = [...names, entry.name]
    if (entry.isFile()) {
      const key = toKey(path)
      // A name that no key has was given by hand: there is no way to ask for it.
      if (key.startsWith(query.prefix) && join(...toNames(key)) === join(...path)) yield key
    } else if (entry.isDirectory()) {
      const prefix = toPrefix(path)
      if (!prefix.startsWith(query.prefix) && !query.prefix.startsWith(prefix)) continue
      if (!mayFollow(prefix, query.after)) continue
      for await (const key of walkKeys(root, query, signal, path)) {
        yield key
        if (isGathered(prefix, query)) break
      }
    }
  }
}

/** Whether all keys below this prefix are one folder of the listing. */
function isGathered(prefix: string, { prefix: asked, delimiter }: Parameters<ObjectStore['list']>[0]): boolean {
  return delimiter !== null && prefix.startsWith(asked) && prefix.includes(delimiter, asked.length)
}

async function readFolder(path: string) {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (error) {
    if (fsCode(error) === 'ENOENT') return [] // it was removed while it was walked
    throw error
  }
}
