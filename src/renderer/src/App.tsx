import { useEffect } from 'react'
import { I18nProvider } from 'react-aria-components'
import { type Services, ServicesContext } from './services.ts'
import { Shell } from './shell/Shell.tsx'

/** The whole window over one set of services, which listen to the engine as long as it stands. */
export function App({ services }: { readonly services: Services }) {
  useEffect(() => {
    const { app, queue, bucket, intake, network } = services
    queue.start()
    bucket.start()
    app.start()
    network.start()
    // What was dropped before there was a place for it goes with the first account.
    const off = app.subscribe(() => {
      if (app.state.pendingPaths.length > 0 && app.state.accounts.length > 0) void intake.addPending()
    })
    return () => {
      off()
      network.stop()
      app.stop()
      bucket.stop()
      queue.stop()
    }
  }, [services])
  return (
    // Numbers and words are English throughout, whatever the system's language.
    <I18nProvider locale="en-US">
      <ServicesContext value={services}>
        <Shell />
      </ServicesContext>
    </I18nProvider>
  )
}
