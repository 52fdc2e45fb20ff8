/**
 * An object's address below a base, percent-encoded segment by segment: slashes stay, everything that means something
 * in a URL, in HTML or in Markdown is escaped.
 *
 * @param base With or without a slash at its end.
 */
export function toObjectUrl(base: string, key: string): string {
  return `${base.replace(/\/+$/, '')}/${encodeKey(key)}`
}

/** A key as the path of a URL, and as S3's `x-amz-copy-source` wants it. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeSegment).join('/')
}

/** `encodeURIComponent` leaves `!'()*`, which RFC 3986 reserves and which end a link in Markdown and CSS. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  )
}
