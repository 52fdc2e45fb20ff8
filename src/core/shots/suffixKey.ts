import { MAX_KEY_BYTES } from './keyTemplate.ts'

/**
 * What twins have in common: keys that differ only in normalisation or case, which many file systems and people take
 * for one. Upper case first, since only that opens `ß` and joins the two small sigmas.
 */
export function foldKey(key: string): string {
  return key.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC')
}

/**
 * The key for the `n`th of several objects that want the same one: `name-2.ext`. Where that would be too long the name
 * is cut, between characters, so that the key stays within 1,024 bytes.
 *
 * @param n From 2 up.
 */
export function suffixKey(key: string, n: number): string {
  if (!Number.isSafeInteger(n) || n < 2) throw new RangeError(`Expected \`n\` to be a whole number from 2 up, got ${n}`)
  const { stem, extension } = splitKey(key)
  const end = `-${n}${extension}`
  return cutToBytes(stem, MAX_KEY_BYTES - Buffer.byteLength(end)) + end
}

/** Where `suffixKey` puts its number. */
export function splitKey(key: string): { readonly stem: string; readonly extension: string } {
  // A dot in front makes a hidden file, and what is long or odd after a dot is part of the name.
  const extension = /(?<=[^/])\.[A-Za-z0-9]{1,16}$/.exec(key)?.[0] ?? ''
  return { stem: key.slice(0, key.length - extension.length), extension }
}

/** The longest start of whole characters, as people count them, that fits. */
function cutToBytes(text: string, mostBytes: number): string {
  if (Buffer.byteLength(text) <= mostBytes) return text
  let kept = ''
  let keptBytes = 0
  for (const { segment } of new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)) {
    keptBytes += Buffer.byteLength(segment)
    if (keptBytes > mostBytes) break
    kept += segment
  }
  return kept
}
