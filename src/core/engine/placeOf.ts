import type { FrameView } from '../../shared/model/frame.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'

/** Where a frame stands by its shot and by the rules of its collection. */
export function placeOf(
  frameId: string,
  { frames, uploads }: { readonly frames: CatalogFrames; readonly uploads: CatalogUploads }
): Pick<FrameView, 'shot' | 'leftOut' | 'waitsForQuiet'> {
  const shot = frames.shots.of(frameId)
  const leftOut = frames.leftOut.reasonOf(frameId)
  return {
    ...(shot && { shot }),
    ...(leftOut !== null && { leftOut }),
    ...(uploads.quiet.holds(frameId) && { waitsForQuiet: true as const })
  }
}
