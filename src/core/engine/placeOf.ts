import type { FrameView } from '../../shared/model/frame.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame } from '../catalog/records.ts'
import type { Collections } from './Collections.ts'

export type PlaceParts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly collections: Pick<Collections, 'awayProblem' | 'settlingSinceMs'>
}

/** Where a frame stands by its shot, by the rules of its collection and by the folder it lies in. */
export function placeOf(
  frame: Frame,
  { frames, uploads, collections }: PlaceParts
): Pick<FrameView, 'shot' | 'leftOut' | 'waitsForQuiet' | 'settlingSinceMs'> & Partial<Pick<FrameView, 'problem'>> {
  const { id, status, collectionId, path } = frame
  const shot = frames.shots.of(id)
  const leftOut = frames.leftOut.reasonOf(id)
  const problem = status === 'waiting' ? collections.awayProblem(collectionId) : null
  const settlingSinceMs = status === 'settling' ? collections.settlingSinceMs(collectionId, path) : null
  return {
    ...(shot && { shot }),
    ...(leftOut !== null && { leftOut }),
    ...(uploads.quiet.holds(id) && { waitsForQuiet: true as const }),
    ...(problem && { problem }),
    ...(settlingSinceMs !== null && { settlingSinceMs })
  }
}
