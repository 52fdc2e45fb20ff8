import { useEffect, useRef, useState } from 'react'
import { VisuallyHidden } from 'react-aria-components'
import { totalsSentence } from '../../../shared/words/stateWords.ts'
import { useServices } from '../services.ts'

/** Often enough to follow along, seldom enough to do something else meanwhile. */
const EVERY_MS = 10_000

/** Tells a screen reader how far all of it is: "12 of 22 in the bucket". */
export function LiveRegion({ everyMs = EVERY_MS }: { readonly everyMs?: number }) {
  const { app } = useServices()
  const [sentence, setSentence] = useState('')
  const said = useRef<string | null>(null)
  useEffect(() => {
    const timer = setInterval(() => {
      const totals = app.state.totals.get(null)
      if (!totals) return
      const next = totalsSentence(totals)
      // What stood there when the window opened is no news.
      if (said.current !== null && said.current !== next) setSentence(next)
      said.current = next
    }, everyMs)
    return () => clearInterval(timer)
  }, [app, everyMs])
  return (
    <VisuallyHidden>
      <div role="status" aria-live="polite">
        {sentence}
      </div>
    </VisuallyHidden>
  )
}
