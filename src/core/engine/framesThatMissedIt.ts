import type { Problem } from '../../shared/errors.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'

/** What happens to frames whose folder goes away under them. */
const AWAY_CODES: ReadonlySet<string> = new Set<Problem['code']>(['file-missing', 'file-unreadable'])

export type MissingParts = {
  readonly frames: Pick<CatalogFrames, 'ids' | 'find'>
  readonly uploads: Pick<CatalogUploads, 'ofFrame'>
}

/** Frames of a collection that failed as they do when their folder goes away. @returns their ids. */
export function framesThatMissedIt(collectionId: string, { frames, uploads }: MissingParts): ReadonlyArray<string> {
  return frames.ids({ collectionId, filter: 'needs-you' }).filter((id) => {
    const code = frames.find(id)?.problem?.code
    if (code !== undefined) return AWAY_CODES.has(code)
    return uploads.ofFrame(id).some(({ state }) => state.kind === 'failed' && AWAY_CODES.has(state.problem.code))
  })
}
