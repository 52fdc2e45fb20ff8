/** A number other than 0, which says "nowhere": Google Takeout writes it where it knows no place. */
const NUMBER = String.raw`[+-]?(?!0+(?:[.,]0*)?(?![.,]?\d))\d`
/** Degrees with a fraction, and not both 0: a short name may mean much else. */
const DEGREES = String.raw`[+-]?(?!0+[.,]0+(?!\d))\d{1,3}[.,]\d`
const BETWEEN = String.raw`["'\s:=([>]{1,8}`

/**
 * What other programs write in words of their own: DJI's `[latitude: 51.4169]` and `GPS (8.6499, …)`, JSON's
 * `"latitude": 51.4169`, GPX's `lat="51.4169"`, KML's and GeoJSON's coordinates, the NMEA sentences of a GPS receiver.
 */
const TOLD_IN_WORDS = new RegExp(
  [
    String.raw`\b(?:latitude|longitude)\b${BETWEEN}${NUMBER}`,
    String.raw`\b(?:gps|lat|lon|lng)\b${BETWEEN}${DEGREES}`,
    String.raw`<coordinates>\s{0,80}${DEGREES}`,
    String.raw`"coordinates"\s{0,20}:[\s[]{1,80}${DEGREES}`,
    String.raw`\$G[NP](?:GGA|RMC),\d`
  ].join('|'),
  'i'
)

/** Whether a text tells a position. */
export function isToldInWords(text: string): boolean {
  return TOLD_IN_WORDS.test(text)
}
