import { AppError } from '../../shared/errors.ts'
import type { WriteCondition } from './ObjectStore.ts'

/** @param etag Of the object that has the key now; null if none has. @throws AppError `conflict`. */
export function requireCondition(key: string, when: WriteCondition, etag: string | null): void {
  if (when.kind === 'absent' && etag !== null) throw new AppError('conflict', `There is an object already: ${key}`)
  if (when.kind === 'matches' && etag !== when.etag) {
    throw new AppError('conflict', `${key} is ${etag ?? 'absent'}, expected was ${when.etag}`)
  }
}
