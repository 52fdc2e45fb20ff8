import type { Output } from '../../shared/model/output.ts'

/** The bytes that go are made in the darkroom and lie in the spool; otherwise the file's own go. */
export function isMade(output: Output): boolean {
  return output.kind === 'rendition' || output.removesPosition === true
}
