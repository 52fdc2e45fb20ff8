import { LoaderCircle, Unplug } from 'lucide-react'
import { useEffect } from 'react'
import { AccountsScreen } from '../accounts/AccountsScreen.tsx'
import { BucketScreen } from '../bucket/BucketScreen.tsx'
import { ConflictDialog } from '../conflicts/ConflictDialog.tsx'
import { CoverageDialog } from '../coverage/CoverageDialog.tsx'
import { Inspector } from '../inspector/Inspector.tsx'
import { QueueScreen } from '../queue/QueueScreen.tsx'
import { ReceiptDialog } from '../receipts/ReceiptDialog.tsx'
import { useServices } from '../services.ts'
import { CollectionDialog } from '../settings/CollectionDialog.tsx'
import { SettingsScreen } from '../settings/SettingsScreen.tsx'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Toasts } from '../ui/Toasts.tsx'
import { useStore } from '../ui/useStore.ts'
import { CommandPalette } from './CommandPalette.tsx'
import { runMenuChoice } from './commands.ts'
import { DropOverlay } from './DropOverlay.tsx'
import { LiveRegion } from './LiveRegion.tsx'
import styles from './Shell.module.css'
import { Sidebar } from './Sidebar.tsx'
import { Splitter } from './Splitter.tsx'
import { TitleBar } from './TitleBar.tsx'
import { TransferStrip } from './TransferStrip.tsx'
import { isShown } from './WorkspaceStore.ts'

const css = classNames(styles)

/** Below this three columns leave the list too little. */
const NARROW = '(max-width: 1039px)'

export function Shell() {
  const services = useServices()
  const { api, app, workspace, toasts } = services
  const phase = useStore(app, (state) => state.phase)
  const dialog = useStore(workspace, (state) => state.dialog)
  const sidebar = useStore(workspace, (state) => state.sidebar)
  const inspector = useStore(workspace, (state) => state.inspector)
  const isInspectorShown = useStore(workspace, (state) => isShown(state, 'inspector'))
  // Only photographs and objects have something to inspect.
  const hasSubject = useStore(workspace, ({ route }) => route.kind === 'queue' || route.kind === 'bucket')
  const hasAccount = useStore(app, (state) => state.accounts.length > 0)
  const hasInspector = isInspectorShown && hasSubject && hasAccount
  const isNarrow = useStore(workspace, (state) => state.isNarrow)

  useEffect(() => {
    const query = window.matchMedia(NARROW)
    const follow = () => workspace.setNarrow(query.matches)
    follow()
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [workspace])

  useEffect(
    () =>
      api.on('menu:chosen', (choices) => {
        for (const choice of choices) runMenuChoice(services, choice)
      }),
    [api, services]
  )

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.key === 'Escape' && workspace.state.isInspectorOver) workspace.setOpen('inspector', false)
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      workspace.openDialog({ kind: 'palette' })
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [workspace])

  return (
    <div className={css('shell')}>
      <TitleBar />
      <div className={css('columns')}>
        {sidebar.isOpen && (
          <>
            <div className={css('sidebar')} style={{ width: sidebar.widthPx }}>
              <Sidebar />
            </div>
            <Splitter pane="sidebar" label="Width of the sidebar" />
          </>
        )}
        <main className={css('main')}>{phase === 'ready' ? <Screen /> : <NotReady />}</main>
        {hasInspector && (
          <>
            {!isNarrow && <Splitter pane="inspector" label="Width of the inspector" />}
            <aside
              aria-label="Inspector"
              className={css('inspector', isNarrow && 'over')}
              style={{ width: inspector.widthPx }}
            >
              <Inspector />
            </aside>
          </>
        )}
      </div>
      <TransferStrip />
      <LiveRegion />
      <Toasts store={toasts} />
      <DropOverlay />
      <ConflictDialog />
      <ReceiptDialog />
      <CoverageDialog />
      {dialog?.kind === 'palette' && <CommandPalette />}
      {dialog?.kind === 'collection-settings' && <CollectionDialog collectionId={dialog.collectionId} />}
    </div>
  )
}

function Screen() {
  const { workspace } = useServices()
  const route = useStore(workspace, (state) => state.route)
  switch (route.kind) {
    case 'queue':
      return <QueueScreen collectionId={route.collectionId} filter={route.filter} />
    case 'bucket':
      return <BucketScreen accountId={route.accountId} prefix={route.prefix} />
    case 'accounts':
      return <AccountsScreen />
    case 'settings':
      return <SettingsScreen />
  }
}

function NotReady() {
  const { app } = useServices()
  const phase = useStore(app, (state) => state.phase)
  if (phase === 'loading')
    return <EmptyState icon={LoaderCircle} title="Opening" text="Silverdrop reads its settings." />
  return (
    <EmptyState
      icon={Unplug}
      title="Silverdrop could not start"
      text="Its settings could not be read. Nothing in your buckets has changed."
    >
      <Button onPress={() => void app.load()}>Try again</Button>
    </EmptyState>
  )
}
