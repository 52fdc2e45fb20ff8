import { AppError } from '../../shared/errors.ts'
import { compareKeys } from './compareKeys.ts'
import type { ObjectStore } from './ObjectStore.ts'

type ListQuery = Parameters<ObjectStore['list']>[0]
type KeyPage = {
  readonly keys: ReadonlyArray<string>
  readonly folders: ReadonlyArray<string>
  readonly next: string | null
}

/**
 * One page of a listing as S3 makes it, from all keys of a store that has no listing of its own.
 *
 * @param keys Every key that may begin with the prefix, in any order.
 * @throws AppError `bad-request` if `after` is not a token of an earlier page.
 */
export function pageOf(keys: Iterable<string>, query: ListQuery): KeyPage {
  const after = query.after === null ? null : parseToken(query.after)
  const wanted = [...keys].filter((key) => key.startsWith(query.prefix) && isAfter(key, after)).sort(compareKeys)
  const page = { keys: [] as string[], folders: [] as string[] }
  let last: string | null = null
  for (const key of wanted) {
    const folder = folderOf(key, query)
    if (folder !== null && folder === page.folders.at(-1)) continue
    if (page.keys.length + page.folders.length === query.limit) return { ...page, next: last }
    if (folder === null) page.keys.push(key)
    else page.folders.push(folder)
    last = folder === null ? `k${key}` : `f${folder}`
  }
  return { ...page, next: null }
}

/** Whether a listing that ended at `after` (see `parseToken`) may still have something that begins with `prefix`. */
export function mayFollow(prefix: string, after: string | null): boolean {
  if (after === null) return true
  const { kind, name } = parseToken(after)
  if (kind === 'folder' && prefix.startsWith(name)) return false
  return name.startsWith(prefix) || compareKeys(prefix, name) > 0
}

type Token = { readonly kind: 'key' | 'folder'; readonly name: string }

/** A token is the last thing of its page: `k` and a key, or `f` and a common prefix. */
function parseToken(token: string): Token {
  if (token.startsWith('k')) return { kind: 'key', name: token.slice(1) }
  if (token.startsWith('f')) return { kind: 'folder', name: token.slice(1) }
  throw new AppError('bad-request', 'Not a token of this listing')
}

function isAfter(key: string, after: Token | null): boolean {
  if (after === null) return true
  if (after.kind === 'folder' && key.startsWith(after.name)) return false
  return compareKeys(key, after.name) > 0
}

function folderOf(key: string, { prefix, delimiter }: ListQuery): string | null {
  if (delimiter === null) return null
  const end = key.indexOf(delimiter, prefix.length)
  return end === -1 ? null : key.slice(0, end + delimiter.length)
}
