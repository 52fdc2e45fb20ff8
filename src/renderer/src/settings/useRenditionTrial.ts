import { useEffect, useState } from 'react'
import { type Problem, toProblem } from '../../../shared/errors.ts'
import type { CallOutput } from '../../../shared/ipc/contract.ts'
import { type Rendition, renditionSchema } from '../../../shared/model/output.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'
import { useStore } from '../ui/useStore.ts'

/** A pause in turning the knobs: each trial is a whole rendering. */
const PAUSE_MS = 300

export type RenditionTrial = {
  /** The last that was made: it stays in sight while the next one is. Null: none yet. */
  readonly made: CallOutput<'renditions:try'>
  readonly isBusy: boolean
  /** Why there is none of what is asked for now. */
  readonly problem: Problem | null
}

/** The rendition as it would be of the photo that is chosen, or of the newest one; tried again when it changes. */
export function useRenditionTrial(rendition: Rendition, collectionId: string | null): RenditionTrial {
  const { api, selection } = useServices()
  const frameId = useStore(selection, () => selection.onlyId)
  const [trial, setTrial] = useState<RenditionTrial>({ made: null, isBusy: true, problem: null })
  useEffect(() => {
    // Half-typed: what was made before stays.
    if (!renditionSchema.safeParse(rendition).success) return
    let isCurrent = true
    setTrial(({ made }) => ({ made, isBusy: true, problem: null }))
    const timer = setTimeout(() => {
      ask(api, 'renditions:try', { rendition, collectionId, frameId }).then(
        (made) => isCurrent && setTrial({ made, isBusy: false, problem: null }),
        (error) => isCurrent && setTrial({ made: null, isBusy: false, problem: toProblem(error) })
      )
    }, PAUSE_MS)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [api, rendition, collectionId, frameId])
  return trial
}
