import { AppError } from '../../shared/errors.ts'

/** Where deleted objects wait. Its folders have random names, since anyone can read a public bucket who knows a key. */
export const TRASH_PREFIX = '.silverdrop-trash/'

/** Whether a key, or everything below a prefix, belongs to the trash. */
export function isInTrash(keyOrPrefix: string): boolean {
  return keyOrPrefix.startsWith(TRASH_PREFIX)
}

/**
 * The folder of one deletion.
 *
 * @param id A random UUID. @throws AppError `bad-request` for anything else: it could name the whole trash.
 */
export function trashFolder(id: string): string {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new AppError('bad-request', 'Not a deletion')
  return `${TRASH_PREFIX}${id}/`
}
