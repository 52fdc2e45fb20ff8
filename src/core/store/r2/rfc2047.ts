/** A word may have 75 characters (RFC 2047 §2); `=?UTF-8?B?` and `?=` take 12 and base64 comes in fours: 45 bytes. */
const MAX_WORD_BYTES = 45

const ENCODED_WORD = /=\?([A-Za-z0-9_.:+-]+)(?:\*[A-Za-z0-9-]+)?\?([BbQq])\?([!->@-~]*)\?=/g

/**
 * A metadata value as an HTTP header can carry it. R2 decodes RFC 2047 as it comes in and encodes it on the way out;
 * the SDK does neither (r2-facts §3).
 *
 * @returns Plain ASCII as it is; otherwise UTF-8 words in base64, separated by spaces. ASCII that a reader would take
 * for an encoded word, or whose outer spaces a server would cut off, is encoded as well.
 */
export function encodeMetadataValue(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value) && !value.includes('=?') && value.trim() === value) return value
  const words: string[] = []
  let word = Buffer.alloc(0)
  for (const character of value) {
    const bytes = Buffer.from(character)
    if (word.length + bytes.length > MAX_WORD_BYTES) {
      words.push(toWord(word))
      word = Buffer.alloc(0)
    }
    word = Buffer.concat([word, bytes])
  }
  words.push(toWord(word))
  return words.join(' ')
}

/** The value behind `encodeMetadataValue`, and behind what other programs wrote; what cannot be decoded stays as it is. */
export function decodeMetadataValue(header: string): string {
  // Spaces between two encoded words only keep them apart (RFC 2047 §6.2).
  const joined = header.replace(/(\?=)[ \t]+(?==\?)/g, '$1')
  return joined.replace(ENCODED_WORD, (word, charset: string, encoding: string, text: string) => {
    try {
      const bytes = encoding.toUpperCase() === 'B' ? Buffer.from(text, 'base64') : fromQ(text)
      return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return word
    }
  })
}

function toWord(bytes: Buffer): string {
  return `=?UTF-8?B?${bytes.toString('base64')}?=`
}

function fromQ(text: string): Buffer {
  const binary = text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(binary, 'latin1')
}
