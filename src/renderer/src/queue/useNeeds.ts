import { useEffect, useRef, useState } from 'react'
import type { FrameView } from '../../../shared/model/frame.ts'
import { ask } from '../ask.ts'
import { isInConflict } from '../conflicts/conflictsOf.ts'
import { useServices } from '../services.ts'
import { isInCloud } from './rowSentence.ts'

/** Enough to count what one person answers; beyond, only what kinds there are is told. */
const MOST_ROWS = 500
/** Totals may change ten times a second; rows are not asked for as often. */
const PAUSE_MS = 500

/** What of a collection needs the person. */
export type Needs = {
  readonly questions: number
  /** Frames of which something failed. */
  readonly failures: number
  /** Frames whose content is in a cloud folder only. */
  readonly inCloud: number
  /** Whether the figures are of all frames, or of the first 500 of them. */
  readonly isCounted: boolean
}

/**
 * @param collectionId Null: of all collections.
 * @param needsYou How many frames need the person, as the totals say: when that changes, it is looked at again.
 * @returns null while nothing is known, or nothing needs the person.
 */
export function useNeeds(collectionId: string | null, needsYou: number): Needs | null {
  const { api } = useServices()
  const [answer, setAnswer] = useState<{ readonly of: string | null; readonly needs: Needs } | null>(null)
  const asked = useRef<{ readonly of: string | null; readonly atMs: number } | null>(null)
  useEffect(() => {
    if (needsYou === 0) return
    const last = asked.current?.of === collectionId ? asked.current.atMs : 0
    const timer = setTimeout(
      () => {
        asked.current = { of: collectionId, atMs: Date.now() }
        ask(api, 'queue:page', { collectionId, filter: 'needs-you', offset: 0, limit: MOST_ROWS }).then(
          ({ total, frames }) => {
            const questions = frames.filter(isInConflict).length
            const failures = frames.filter(hasFailed).length
            const inCloud = frames.filter(isInCloud).length
            setAnswer({ of: collectionId, needs: { questions, failures, inCloud, isCounted: total <= MOST_ROWS } })
          },
          () => undefined // the list below says what is wrong
        )
      },
      Math.max(0, last + PAUSE_MS - Date.now())
    )
    return () => clearTimeout(timer)
  }, [api, collectionId, needsYou])
  return needsYou > 0 && answer?.of === collectionId ? answer.needs : null
}

function hasFailed(frame: FrameView): boolean {
  if (isInCloud(frame)) return false
  return frame.status === 'failed' || frame.uploads.some((upload) => upload.status === 'failed')
}
