import type { CallOutput } from '../../../shared/ipc/contract.ts'
import type { FrameView } from '../../../shared/model/frame.ts'
import { FULL_SIZE_PX, type Rendition } from '../../../shared/model/output.ts'

const SOURCE = { widthPx: 4608, heightPx: 3072 }

/** A rendition that nobody makes: its picture is the row's own. Null while there is no row with a picture. */
export function fakeTrial(
  { longEdgePx, box, quality, keepsPosition }: Rendition,
  frames: ReadonlyArray<FrameView>,
  frameId: string | null
): CallOutput<'renditions:try'> {
  const frame = frames.find(({ id }) => id === frameId) ?? frames.findLast(({ status }) => status !== 'settling')
  if (!frame) return null
  const edgePx = longEdgePx === FULL_SIZE_PX ? SOURCE.widthPx : longEdgePx
  const widthPx = box?.widthPx ?? Math.min(edgePx, SOURCE.widthPx)
  const heightPx = box?.heightPx ?? Math.round((widthPx * SOURCE.heightPx) / SOURCE.widthPx)
  const url = frame.previewUrl ?? 'previews/none.webp'
  return {
    name: frame.name,
    sourceUrl: url,
    renditionUrl: url,
    sourceBytes: frame.sizeBytes,
    renditionBytes: Math.round(widthPx * heightPx * quality * 0.0018),
    widthPx,
    heightPx,
    notes: [
      'Made of the picture that the RAW carries for showing.',
      keepsPosition ? 'It keeps the position inside.' : 'The position inside is left out.'
    ]
  }
}
