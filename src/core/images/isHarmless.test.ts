import { expect, it } from 'vitest'
import { isHarmless } from './isHarmless.ts'

it.each([
  '[minor] Possibly incorrect maker notes offsets (fix by -30?)',
  '[minor] Suspicious MakerNotes offset for ExposureBracketValue',
  '[minor] Invalid CanonAFInfo data',
  '[minor] Fixed incorrect URI for xmlns:MicrosoftPhoto',
  '[Minor] Extracted only 1000 photoshop:DocumentAncestors items. Ignore minor errors to extract all',
  'IPTCDigest is not current. XMP may be out of sync',
  'Invalid EXIF text encoding for UserComment',
  '[minor] File contains multi-segment EXIF',
  '[minor] Error reading GainMapImage from trailer',
  "Can't decrypt Nikon information (no SerialNumber key)",
  'Item property association entries are out of order'
])('knows a slip in a file that was read whole: %s', (warning) => {
  expect(isHarmless(warning)).toBe(true)
})

it.each([
  'Install IO::Uncompress::Brotli to decode Brotli-compressed metadata',
  "Truncated 'moov' data (missing 120 bytes)",
  "Invalid 'mdat' atom size",
  '[minor] Protobuf format error',
  'Unknown protocol dvtm_new.proto (please submit sample for testing)',
  "[minor] Skipping 'udta' atom > 128 MiB",
  '[minor] Error parsing Canon CTMD data',
  "Can't yet decrypt EACHPAI timed GPS",
  'JPEG format error',
  'Something that a later version says'
])('does not trust a look that did not reach everything: %s', (warning) => {
  expect(isHarmless(warning)).toBe(false)
})
