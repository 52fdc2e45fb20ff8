/** File systems take names of 255 bytes; room is left for what is put behind. */
const MAX_NAME_BYTES = 200

/** Ends a piece of a name that is too long for one; what follows is in the folder of that name. */
const CONTINUED = '%~'

/** Names that Windows keeps for devices, with any extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=$|\.)/i

/**
 * A key as names below the store's folder, each safe on all file systems: other keys have other names, `toKey` gives
 * the key back, and ordinary keys stay as they are. What is unsafe becomes `%XX`, the last dot of `..` included, and an
 * empty segment a single `%`: no key leads out of the folder.
 */
export function toNames(key: string): ReadonlyArray<string> {
  return key.split('/').flatMap((segment, index) => splitLong(encodeSegment(segment, index === 0)))
}

/** The key that `toNames` made the names of. */
export function toKey(names: ReadonlyArray<string>): string {
  return names
    .map((name, index) => decodeName(name) + (isContinued(name) || index === names.length - 1 ? '' : '/'))
    .join('')
}

/** The beginning that all keys below a folder share. */
export function toPrefix(names: ReadonlyArray<string>): string {
  return toKey([...names, '%'])
}

/** The folder beside the objects in which the store keeps what it knows about them. */
export const ASIDE = '.silverdrop'

function encodeSegment(segment: string, isFirst: boolean): string {
  if (segment === '') return '%'
  const escaped = segment
    .replace(/[%<>:"|?*\\\p{Cc}]/gu, escapeCharacter)
    .replace(/[. ]$/, escapeCharacter) // Windows drops them
    .replace(RESERVED, (name) => escapeCharacter(name.charAt(0)) + name.slice(1))
  return isFirst && escaped.toLowerCase() === ASIDE ? escapeCharacter('.') + escaped.slice(1) : escaped
}

/** All that are escaped lie below U+0100, and are written as that number. */
function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

function splitLong(name: string): ReadonlyArray<string> {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return [name]
  const names: string[] = []
  let piece = ''
  for (const unit of name.match(/%[0-9A-F]{2}|./gsu) ?? []) {
    if (Buffer.byteLength(piece + unit) > MAX_NAME_BYTES) {
      names.push(piece + CONTINUED)
      piece = ''
    }
    piece += unit
  }
  return [...names, piece]
}

function isContinued(name: string): boolean {
  return name.endsWith(CONTINUED)
}

function decodeName(name: string): string {
  if (name === '%') return ''
  const piece = isContinued(name) ? name.slice(0, -CONTINUED.length) : name
  return piece.replace(/%([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
