import type { Exif } from 'sharp'
import { formatCaptureTime } from './captureTime.ts'
import type { Description } from './description.ts'
import type { Position } from './position.ts'

/** EXIF's two words for a colour space; any but sRGB is "uncalibrated", and the embedded profile tells. */
const SRGB = '1'
const UNCALIBRATED = '65535'

/**
 * What a rendition tells about itself as EXIF: who made it, whose it is, when. Never more, so that neither serial
 * numbers nor the source's thumbnail get out. libvips reduces the text to ASCII; XMP has it whole.
 */
export function toExif(description: Description, keepsPosition: boolean, isSrgb: boolean): Exif {
  const { creator, copyright, capturedAt } = description
  const position = keepsPosition ? description.position : null
  return {
    IFD0: known({ Artist: creator, Copyright: copyright }),
    IFD2: known({
      ColorSpace: isSrgb ? SRGB : UNCALIBRATED,
      DateTimeOriginal: capturedAt?.local.replaceAll('-', ':').replace('T', ' '),
      OffsetTimeOriginal: capturedAt?.offset?.replace('Z', '+00:00'),
      SubSecTimeOriginal: capturedAt?.subSeconds
    }),
    ...(position && { IFD3: gpsTags(position) })
  }
}

function known(tags: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter((tag): tag is [string, string] => typeof tag[1] === 'string'))
}

function gpsTags({ latitudeDeg, longitudeDeg, altitudeM }: Position): Record<string, string> {
  return {
    GPSLatitudeRef: latitudeDeg < 0 ? 'S' : 'N',
    GPSLatitude: degreesMinutesSeconds(latitudeDeg),
    GPSLongitudeRef: longitudeDeg < 0 ? 'W' : 'E',
    GPSLongitude: degreesMinutesSeconds(longitudeDeg),
    ...(altitudeM !== null && {
      GPSAltitudeRef: altitudeM < 0 ? '1' : '0',
      GPSAltitude: `${Math.round(Math.abs(altitudeM) * 100)}/100`
    })
  }
}

/** Three rationals; a ten-thousandth of a second is 3 mm on the ground. */
function degreesMinutesSeconds(angleDeg: number): string {
  const units = Math.round(Math.abs(angleDeg) * 36_000_000)
  const degrees = Math.floor(units / 36_000_000)
  const minutes = Math.floor((units % 36_000_000) / 600_000)
  return `${degrees}/1 ${minutes}/1 ${units % 600_000}/10000`
}

/** The same as XMP, in UTF-8, with the terms of use; null if there is nothing to tell. */
export function toXmp(description: Description, keepsPosition: boolean): string | null {
  const { creator, copyright, usageTerms, webStatement, capturedAt, position } = description
  const properties = [
    creator && `<dc:creator><rdf:Seq><rdf:li>${escapeXml(creator)}</rdf:li></rdf:Seq></dc:creator>`,
    copyright && alternative('dc:rights', copyright),
    copyright && '<xmpRights:Marked>True</xmpRights:Marked>',
    usageTerms && alternative('xmpRights:UsageTerms', usageTerms),
    webStatement && `<xmpRights:WebStatement>${escapeXml(webStatement)}</xmpRights:WebStatement>`,
    capturedAt && `<photoshop:DateCreated>${formatCaptureTime(capturedAt)}</photoshop:DateCreated>`,
    keepsPosition && position && coordinates(position)
  ].filter((property) => typeof property === 'string')
  if (properties.length === 0) return null
  return [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ' xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"',
    ' xmlns:exif="http://ns.adobe.com/exif/1.0/">',
    ...properties,
    '</rdf:Description></rdf:RDF></x:xmpmeta>',
    '<?xpacket end="w"?>'
  ].join('\n')
}

function alternative(name: string, text: string): string {
  return `<${name}><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(text)}</rdf:li></rdf:Alt></${name}>`
}

function coordinates({ latitudeDeg, longitudeDeg }: Position): string {
  const latitude = degreesMinutes(latitudeDeg, 'N', 'S')
  const longitude = degreesMinutes(longitudeDeg, 'E', 'W')
  return `<exif:GPSLatitude>${latitude}</exif:GPSLatitude><exif:GPSLongitude>${longitude}</exif:GPSLongitude>`
}

/** `51,28.979700N` (XMP Part 2, GPSCoordinate). */
function degreesMinutes(angleDeg: number, positive: string, negative: string): string {
  const units = Math.round(Math.abs(angleDeg) * 60_000_000)
  const minutes = ((units % 60_000_000) / 1_000_000).toFixed(6)
  return `${Math.floor(units / 60_000_000)},${minutes}${angleDeg < 0 ? negative : positive}`
}

/** Control characters cannot stand in XML in any spelling. */
function escapeXml(text: string): string {
  const kept = [...text].filter((character) => character >= ' ' || character === '\n' || character === '\t').join('')
  return kept.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
