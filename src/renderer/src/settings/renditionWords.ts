import {
  FULL_SIZE_PX,
  type MetadataPolicy,
  type Rendition,
  type RenditionColour,
  type Sharpening,
  type WatermarkPosition,
  WEB
} from '../../../shared/model/output.ts'
import { formatBytes } from '../../../shared/units.ts'

/** The ways to say how large a rendition is. */
export const sizeModes = ['edge', 'fit', 'fill', 'full'] as const
export type SizeMode = (typeof sizeModes)[number]

export const sizeModeWords: Readonly<Record<SizeMode, string>> = {
  edge: 'By the long edge',
  fit: 'Within a box',
  fill: 'Fills a box, cropped',
  full: 'Full size'
}

export const formatWords: Readonly<Record<Rendition['format'], string>> = {
  webp: 'WebP',
  jpeg: 'JPEG',
  avif: 'AVIF',
  png: 'PNG',
  keep: 'As the photo’s'
}

export const sharpeningWords: Readonly<Record<Sharpening, string>> = {
  none: 'None',
  low: 'Low',
  standard: 'Standard',
  high: 'High'
}

export const colourWords: Readonly<Record<RenditionColour, string>> = {
  srgb: 'sRGB, right everywhere',
  p3: 'Display P3, wider',
  keep: 'The photo’s own'
}

export const metadataWords: Readonly<Record<MetadataPolicy, string>> = {
  everything: 'Everything',
  description: 'Caption, keywords, camera, rights',
  rights: 'Creator, copyright, capture time',
  nothing: 'Nothing'
}

export const positionWords: Readonly<Record<WatermarkPosition, string>> = {
  'top-left': 'Top left',
  top: 'Top',
  'top-right': 'Top right',
  left: 'Left',
  centre: 'Centre',
  right: 'Right',
  'bottom-left': 'Bottom left',
  bottom: 'Bottom',
  'bottom-right': 'Bottom right'
}

const shortColours: Readonly<Record<RenditionColour, string>> = { srgb: 'sRGB', p3: 'Display P3', keep: 'own colours' }
const shortSharpening: Readonly<Record<Sharpening, ReadonlyArray<string>>> = {
  none: [],
  low: ['sharpened a little'],
  standard: ['sharpened'],
  high: ['sharpened much']
}
const shortMetadata: Readonly<Record<MetadataPolicy, string>> = {
  everything: 'all metadata',
  description: 'caption, camera and rights',
  rights: 'rights and time',
  nothing: 'no metadata'
}

export function sizeModeOf({ box, longEdgePx }: Rendition): SizeMode {
  if (box) return box.fit
  return longEdgePx === FULL_SIZE_PX ? 'full' : 'edge'
}

/** The same rendition measured in another way, as near to what it was as that way allows. */
export function withSizeMode(rendition: Rendition, mode: SizeMode): Rendition {
  const { box, longEdgePx } = rendition
  const edgePx = longEdgePx === FULL_SIZE_PX ? WEB.longEdgePx : longEdgePx
  switch (mode) {
    case 'edge':
      return { ...rendition, box: null, longEdgePx: box ? Math.max(box.widthPx, box.heightPx) : edgePx }
    case 'full':
      return { ...rendition, box: null, longEdgePx: FULL_SIZE_PX }
    case 'fit':
    case 'fill':
      return { ...rendition, box: { ...(box ?? { widthPx: edgePx, heightPx: edgePx }), fit: mode } }
  }
}

/** What stands under "More", in a line: "sRGB · rights and time · no position · watermark PROOF". */
export function moreSentence(rendition: Rendition): string {
  const { colour, sharpening, metadata, keepsPosition, enlarges, maxSizeBytes, watermark } = rendition
  return [
    shortColours[colour],
    ...shortSharpening[sharpening],
    shortMetadata[metadata],
    keepsPosition ? 'keeps the position' : 'no position',
    ...(enlarges ? ['enlarged'] : []),
    ...(maxSizeBytes === null ? [] : [`at most ${formatBytes(maxSizeBytes)}`]),
    ...(watermark === null ? [] : [watermark.kind === 'text' ? `watermark ${watermark.text}` : 'watermark'])
  ].join(' · ')
}
