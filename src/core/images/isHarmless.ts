/**
 * What ExifTool remarks on files that it has read whole: slips of cameras and editors that stand in good files. `[minor]`
 * is its own word. What it cannot read within maker notes holds no position that it would know elsewhere.
 */
const HARMLESS = [
  /^\[minor\] (?:Adjusted|Bad|Changed|Fixed|Invalid|Non-standard|Odd|Overlapping|Possibly incorrect|Short|Suspicious) /,
  /^\[minor\] (?:Improper EXIF header|IPTC |Unrecognized MakerNotes|XMP is missing xpacket wrapper)/,
  /^\[minor\] (?:Empty |Error reading (?:Preview|Thumbnail)|Error reading .+ from trailer|Ignored empty|Ignoring |MakerNotes shouldn't exist|Non standard PNG date)/,
  // Their bytes are looked at as well.
  /^\[minor\] (?:File contains multi-segment EXIF|Unknown garbage at start of EXIF segment|Incorrect EXIF segment identifier)/,
  /^\[minor\] (?:Skipped unknown \d+ bytes after JPEG|Text\/EXIF chunk\(s\) found after|Trailer data after)/,
  /^\[Minor\] (?:Extracted only 1000|Not decoding some large array)/,
  /^(?:Different 'rdf:about' attributes|Missing xpacket end|Superfluous BOM|Undefined XMP namespace|XMP namespace )/,
  /^(?:Invalid EXIF text encoding|Invalid GPS date\/time|IPTCDigest is not current|Multiple IPTC|Some IPTC characters)/,
  /^(?:Non-standard header for APP1 XMP segment|Non-standard PNG image \(Apple iPhone format\))/,
  /^(?:Incorrect RIFF chunk size|No padding on odd-sized|Out-of-order colr box|Wrapped JXL codestream)/,
  /^(?:\[minor\] )?(?:Data too short for|Can't decrypt Nikon information|Some Sony metadata is double-enciphered)/,
  /^(?:\[minor\] )?(?:Canon maker note footer|Item (?:info|property association) entries are out of order)/,
  /ICC_Profile|CFAPattern|Unrecognized CameraInfo/
]

/** Whether a file of which ExifTool says this was read nevertheless: anything else may mean that it could not look. */
export function isHarmless(warning: string): boolean {
  return HARMLESS.some((known) => known.test(warning))
}
