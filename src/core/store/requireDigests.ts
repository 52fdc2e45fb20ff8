import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { PartDigests } from './ObjectStore.ts'

/** What R2 does with `Content-MD5` and the signed SHA-256. @throws AppError `digest-mismatch`. */
export function requireDigests(key: string, bytes: Uint8Array, digests: PartDigests): void {
  for (const algorithm of ['md5', 'sha256'] as const) {
    const announced = digests[algorithm]
    if (announced === null) continue
    const actual = createHash(algorithm).update(bytes).digest('hex')
    if (actual !== announced) {
      throw new AppError('digest-mismatch', `${algorithm} of ${key} is ${actual}, announced was ${announced}`)
    }
  }
}
