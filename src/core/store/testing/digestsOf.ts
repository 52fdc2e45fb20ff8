import { createHash } from 'node:crypto'
import type { BodyDigests } from '../ObjectStore.ts'

/** The digests that whoever reads a body hands to the store with it. */
export function digestsOf(bytes: Uint8Array): BodyDigests {
  const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex')
  return { md5: digest('md5'), sha256: digest('sha256') }
}
