import type { Metadata } from 'sharp'
import { nameCamera } from './cameraName.ts'
import type { CaptureTime } from './captureTime.ts'
import { type ExifFacts, readExif } from './exif.ts'
import type { Exposure } from './exposure.ts'
import { type IptcFacts, readIptc } from './iptc.ts'
import { joinKeywords, type PictureMarks } from './marks.ts'
import type { Position } from './position.ts'
import { readXmp, type XmpFacts } from './xmp.ts'

/** What a picture's metadata tells about it, whichever block says so. */
export type Description = {
  readonly capturedAt: CaptureTime | null
  readonly camera: string | null
  readonly lens: string | null
  readonly exposure: Exposure
  readonly creator: string | null
  readonly copyright: string | null
  readonly usageTerms: string | null
  readonly webStatement: string | null
  readonly marks: PictureMarks | null
  readonly position: Position | null
  readonly hasPosition: boolean
  readonly isAdobeRgb: boolean
  /** What could not be read, in technical words. */
  readonly faults: ReadonlyArray<string>
}

/** Of a picture that tells nothing. */
export const NO_DESCRIPTION: Description = {
  capturedAt: null,
  camera: null,
  lens: null,
  exposure: { seconds: null, fNumber: null, iso: null, focalLengthMm: null },
  creator: null,
  copyright: null,
  usageTerms: null,
  webStatement: null,
  marks: null,
  position: null,
  hasPosition: false,
  isAdobeRgb: false,
  faults: []
}

/** Joins EXIF, XMP and IPTC as sharp hands them over. A block that cannot be read is a fault, and the others stand. */
export function readDescription(metadata: Pick<Metadata, 'exif' | 'xmp' | 'iptc'>): Description {
  const faults: string[] = []
  const exif = attempt('EXIF', metadata.exif, readExif, faults)
  const xmp = attempt('XMP', metadata.xmp, readXmp, faults)
  const iptc = attempt('IPTC', metadata.iptc, readIptc, faults)
  return {
    capturedAt: exif?.capturedAt ?? xmp?.capturedAt ?? iptc?.capturedAt ?? null,
    camera: exif && nameCamera(exif.make, exif.model),
    lens: exif?.lens ?? xmp?.lens ?? null,
    exposure: exif?.exposure ?? NO_DESCRIPTION.exposure,
    ...rights(exif, xmp, iptc),
    marks: joinKeywords(xmp?.marks ?? null, iptc?.keywords ?? []),
    position: exif?.position ?? xmp?.position ?? null,
    hasPosition: (exif?.hasPosition ?? false) || (xmp?.hasPosition ?? false),
    isAdobeRgb: exif?.isAdobeRgb ?? false,
    faults
  }
}

/** XMP first: it is UTF-8 by definition, where EXIF may have lost its accents. */
function rights(exif: ExifFacts | null, xmp: XmpFacts | null, iptc: IptcFacts | null) {
  return {
    creator: xmp?.creator ?? exif?.creator ?? iptc?.creator ?? null,
    copyright: xmp?.copyright ?? exif?.copyright ?? iptc?.copyright ?? null,
    usageTerms: xmp?.usageTerms ?? null,
    webStatement: xmp?.webStatement ?? null
  }
}

function attempt<T>(name: string, block: Buffer | undefined, read: (block: Buffer) => T, faults: string[]): T | null {
  if (block === undefined || block.length === 0) return null
  try {
    return read(block)
  } catch (error) {
    faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}
