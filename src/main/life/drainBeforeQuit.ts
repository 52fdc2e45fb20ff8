import { app } from 'electron/main'

/** Holds the end of the app until `drain` has settled, once. Whoever drains sees to it that this takes no longer than it may. */
export function drainBeforeQuit(drain: () => Promise<void>): void {
  let state: 'open' | 'draining' | 'drained' = 'open'
  app.on('will-quit', (event) => {
    if (state === 'drained') return
    event.preventDefault()
    if (state === 'draining') return
    state = 'draining'
    void drain().finally(() => {
      state = 'drained'
      app.quit()
    })
  })
}
