import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { Multipart, SentPart } from './ObjectStore.ts'

/**
 * The rules by which R2 joins parts, for the stores that have to keep them by themselves.
 *
 * @param held What the store has, by number.
 * @param wanted What is to be joined, in any order.
 * @returns `wanted` by number, and the ETag of the whole: MD5 of the parts' binary MD5s, then `-` and their count.
 * @throws AppError `part-rejected` if one is missing, another one than was sent, doubled, or of the wrong size.
 * @see https://developers.cloudflare.com/r2/objects/upload-objects/ (equal parts; ETags)
 */
export function joinParts(
  multipart: Multipart,
  held: ReadonlyMap<number, SentPart>,
  wanted: ReadonlyArray<SentPart>
): { readonly parts: ReadonlyArray<SentPart>; readonly etag: string } {
  const parts = wanted.toSorted((a, b) => a.number - b.number)
  const [first] = parts
  const last = parts.at(-1)
  if (!first || !last) throw new AppError('part-rejected', `No parts to join: ${multipart.key}`)
  const whole = createHash('md5')
  for (const [index, part] of parts.entries()) {
    const kept = held.get(part.number)
    if (kept?.etag !== part.etag) throw new AppError('part-rejected', `Part ${part.number} of ${multipart.key}`)
    if (parts[index - 1]?.number === part.number) {
      throw new AppError('part-rejected', `Part ${part.number} of ${multipart.key} is named twice`)
    }
    if (part === last ? kept.sizeBytes > first.sizeBytes : kept.sizeBytes !== first.sizeBytes) {
      throw new AppError('part-rejected', `Parts of ${multipart.key} differ in size`)
    }
    whole.update(Buffer.from(kept.etag, 'hex'))
  }
  return { parts, etag: `${whole.digest('hex')}-${parts.length}` }
}
