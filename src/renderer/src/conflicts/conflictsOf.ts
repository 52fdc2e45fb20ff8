import type { FrameView, Occupant, UploadView } from '../../../shared/model/frame.ts'

/** An upload that waits for an answer, with what stands at its key. */
export type Conflict = { readonly upload: UploadView; readonly key: string; readonly occupant: Occupant }

export function isInConflict(frame: FrameView): boolean {
  return conflictsOf(frame).length > 0
}

/** The outputs of a frame whose names are taken, in the frame's own order. */
export function conflictsOf({ uploads }: FrameView): ReadonlyArray<Conflict> {
  return uploads.flatMap((upload) => {
    const { status, key, occupant } = upload
    return status === 'conflict' && key !== null && occupant !== null ? [{ upload, key, occupant }] : []
  })
}

/** Why a frame asks. `shrinks` where any of its outputs does: replacing that one would lose most. */
export function conflictReason(frame: FrameView): Occupant['reason'] {
  return conflictsOf(frame).some(({ occupant }) => occupant.reason === 'shrinks') ? 'shrinks' : 'other'
}

/** Why it is asked, in whole sentences. */
export const reasonWords: Readonly<Record<Occupant['reason'], string>> = {
  other: 'What is there has different content. Nothing has been overwritten.',
  shrinks:
    'The file is under a tenth of the size of what is there, so it was not replaced without asking. It may be a fragment.'
}
