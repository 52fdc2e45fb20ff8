import { useEffect, useState } from 'react'
import type { FrameDetail, FrameView } from '../../../shared/model/frame.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'

/** What the engine knows of a frame beyond its row; asked again when its state changes. Null until it is here. */
export function useFrameDetail({ id, status }: FrameView): FrameDetail | null {
  const { api } = useServices()
  const [answer, setAnswer] = useState<{ id: string; status: FrameView['status']; detail: FrameDetail | null } | null>(
    null
  )
  useEffect(() => {
    let isCurrent = true
    // The row beside it shows what is known; a failure here only leaves the facts out.
    ask(api, 'frames:detail', { frameId: id })
      .catch(() => null)
      .then((detail) => isCurrent && setAnswer({ id, status, detail }))
    return () => {
      isCurrent = false
    }
  }, [api, id, status])
  return answer?.id === id ? answer.detail : null
}
