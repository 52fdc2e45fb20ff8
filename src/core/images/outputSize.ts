import type { Rendition } from '../../shared/model/output.ts'
import type { EncodedFormat } from './outputFormat.ts'

export type Size = { readonly widthPx: number; readonly heightPx: number }

export type OutputSize = Size & {
  /** The picture is cut to this shape; otherwise it has it already. */
  readonly crops: boolean
  /** Longest side of the whole picture at this scale, never more than the source's: what has to be decoded. */
  readonly decodedEdgePx: number
}

/** WebP counts its sides in 14 bits, and the AV1 encoder in libheif takes no more than 2¹⁴; JPEG and GIF have 16 bits. */
const MAX_SIDE_PX: Readonly<Record<EncodedFormat, number>> = {
  webp: 16_383,
  avif: 16_384,
  jpeg: 65_535,
  png: 65_535,
  gif: 65_535
}

/**
 * The size of a rendition, in whole pixels, at least 1. A box to be filled keeps its shape where the source is smaller
 * and nothing may be enlarged.
 *
 * @param source Upright.
 */
export function outputSize(
  { longEdgePx, box, enlarges }: Pick<Rendition, 'longEdgePx' | 'box' | 'enlarges'>,
  source: Size,
  format: EncodedFormat
): OutputSize {
  const { widthPx, heightPx, fit } = box ?? { widthPx: longEdgePx, heightPx: longEdgePx, fit: 'fit' }
  const [across, down] = [widthPx / source.widthPx, heightPx / source.heightPx]
  const crops = fit === 'fill'
  const wanted = crops ? Math.max(across, down) : Math.min(across, down)
  const allowed = enlarges ? wanted : Math.min(1, wanted)
  const shape = crops ? { widthPx: widthPx / wanted, heightPx: heightPx / wanted } : source
  const scale = Math.min(allowed, MAX_SIDE_PX[format] / longEdgeOf(shape))
  return {
    widthPx: Math.max(1, Math.round(shape.widthPx * scale)),
    heightPx: Math.max(1, Math.round(shape.heightPx * scale)),
    crops,
    decodedEdgePx: Math.ceil(longEdgeOf(source) * Math.min(1, scale))
  }
}

export function longEdgeOf({ widthPx, heightPx }: Size): number {
  return Math.max(widthPx, heightPx)
}
