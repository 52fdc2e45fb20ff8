import { createContext, useContext } from 'react'
import { AppError } from '../../shared/errors.ts'
import type { WindowApi } from '../../shared/ipc/contract.ts'
import { BucketStore } from './bucket/BucketStore.ts'
import { ConflictStore } from './conflicts/ConflictStore.ts'
import { CoverageStore } from './coverage/CoverageStore.ts'
import { LinkActions } from './links/LinkActions.ts'
import { countFor } from './queue/listing.ts'
import { QueueActions } from './queue/QueueActions.ts'
import { QueueStore } from './queue/QueueStore.ts'
import { SelectionStore } from './queue/SelectionStore.ts'
import { ReceiptStore } from './receipts/ReceiptStore.ts'
import { AppStore } from './shell/AppStore.ts'
import { IntakeActions } from './shell/IntakeActions.ts'
import { NetworkReport } from './shell/NetworkReport.ts'
import { WorkspaceStore } from './shell/WorkspaceStore.ts'
import { ToastStore } from './ui/ToastStore.ts'

/** The window's stores and the things a person can do, wired once. */
export type Services = ReturnType<typeof createServices>

export function createServices(api: WindowApi, storage: Pick<Storage, 'getItem' | 'setItem'>) {
  const toasts = new ToastStore()
  const app = new AppStore(api)
  const workspace = new WorkspaceStore(storage)
  const queue = new QueueStore(api)
  return {
    api,
    toasts,
    app,
    workspace,
    network: new NetworkReport(api),
    queue,
    selection: new SelectionStore(queue, () => {
      const { collectionId, filter } = queue.state
      const totals = app.state.totals.get(collectionId)
      return totals && filter !== 'left-out' ? countFor(totals, filter) : null
    }),
    bucket: new BucketStore(api, toasts),
    conflicts: new ConflictStore(api, toasts),
    coverage: new CoverageStore(api, toasts),
    receipts: new ReceiptStore(api, toasts),
    queueActions: new QueueActions(api, toasts),
    linkActions: new LinkActions(api, toasts),
    intake: new IntakeActions(api, app, workspace, toasts)
  }
}

export const ServicesContext = createContext<Services | null>(null)

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (services === null) throw new AppError('internal', 'A component is outside ServicesContext')
  return services
}
