import { useEffect, useState } from 'react'
import type { FrameDetail, FrameView } from '../../../shared/model/frame.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'
import { useStore } from '../ui/useStore.ts'

/**
 * What the engine knows of a frame beyond its row; asked again when its state changes, or the engine's. Null until it is
 * here.
 */
export function useFrameDetail({ id, status }: FrameView): FrameDetail | null {
  const { api, app } = useServices()
  const engine = useStore(app, (state) => state.engine)
  const [answer, setAnswer] = useState<{ id: string; status: FrameView['status']; detail: FrameDetail | null } | null>(
    null
  )
  useEffect(() => {
    if (engine !== 'running') return // what is known stays in sight until the next one runs
    let isCurrent = true
    // The row beside it shows what is known; a failure here only leaves the facts out.
    ask(api, 'frames:detail', { frameId: id })
      .catch(() => null)
      .then((detail) => isCurrent && setAnswer({ id, status, detail }))
    return () => {
      isCurrent = false
    }
  }, [api, engine, id, status])
  return answer?.id === id ? answer.detail : null
}
