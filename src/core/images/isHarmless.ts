/**
 * What ExifTool remarks on files that it has read whole: slips of cameras and editors that stand in good files. `[minor]`
 * is its own word, and in maker notes everything is.
 */
const HARMLESS = [
  /^\[minor\] (?:Adjusted|Bad|Changed|Fixed|Invalid|Non-standard|Odd|Overlapping|Possibly incorrect|Short|Suspicious) /,
  /^\[minor\] (?:Improper EXIF header|IPTC |Unrecognized MakerNotes|XMP is missing xpacket wrapper)/,
  /^\[minor\] (?:Empty XMP|Error reading (?:Preview|Thumbnail)|Ignored empty|Ignoring |MakerNotes shouldn't exist|Non standard PNG date)/,
  // Their bytes are looked at as well.
  /^\[minor\] (?:Skipped unknown \d+ bytes after JPEG|Text\/EXIF chunk\(s\) found after|Trailer data after)/,
  /^\[Minor\] (?:Extracted only 1000|Not decoding some large array)/,
  /^(?:Different 'rdf:about' attributes|Missing xpacket end|Superfluous BOM|Undefined XMP namespace|XMP namespace )/,
  /^(?:Invalid EXIF text encoding|Invalid GPS date\/time|IPTCDigest is not current|Multiple IPTC|Some IPTC characters)/,
  /^(?:Non-standard header for APP1 XMP segment|Non-standard PNG image \(Apple iPhone format\))/,
  /^(?:Incorrect RIFF chunk size|No padding on odd-sized|Out-of-order colr box|Wrapped JXL codestream)/,
  /ICC_Profile|CFAPattern|Unrecognized CameraInfo/
]

/** Whether a file of which ExifTool says this was read nevertheless: anything else may mean that it could not look. */
export function isHarmless(warning: string): boolean {
  return HARMLESS.some((known) => known.test(warning))
}
