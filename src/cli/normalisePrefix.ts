import { keyPrefix } from '../core/shots/keyTemplate.ts'

/** What was typed as `--prefix`, as it is put before keys: `''`, or ends in `/` and begins with none. */
export function normalisePrefix(prefix: string): string {
  return keyPrefix('', prefix)
}
