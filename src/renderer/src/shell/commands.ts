import {
  CircleHelp,
  CircleUser,
  Cloud,
  Copy,
  File,
  Folder,
  FolderPlus,
  FolderSearch,
  FolderSync,
  ImagePlus,
  Images,
  Laptop,
  Layers,
  ListX,
  type LucideIcon,
  Moon,
  PanelLeft,
  PanelRight,
  Pause,
  Play,
  ReceiptText,
  RotateCcw,
  Rows2,
  Rows4,
  Search,
  Send,
  Settings,
  SlidersHorizontal,
  SquareCheck,
  Sun
} from 'lucide-react'
import { toProblem } from '../../../shared/errors.ts'
import type { CallInput, EventPayload } from '../../../shared/ipc/contract.ts'
import { accountPlace } from '../accounts/accountWords.ts'
import { ask } from '../ask.ts'
import type { Services } from '../services.ts'

export type Command = {
  readonly id: string
  readonly label: string
  readonly icon: LucideIcon
  readonly run: () => void
}

export type MenuChoice = EventPayload<'menu:chosen'>[number]

/** Every action of the window, for the palette. */
export function listCommands(services: Services): Command[] {
  const { app, conflicts, coverage, workspace, selection, queueActions, intake, receipts } = services
  const { collections, accounts } = app.state
  const menu = (choice: MenuChoice) => () => runMenuChoice(services, choice)
  const select = selection.toFrameSelection()
  return [
    { id: 'add-files', label: 'Add photos…', icon: ImagePlus, run: menu('add-files') },
    { id: 'add-folder', label: 'Add a folder…', icon: FolderPlus, run: menu('add-folder') },
    { id: 'watch-folder', label: 'Watch a folder…', icon: FolderSync, run: menu('watch-folder') },
    {
      id: 'coverage',
      label: 'Compare a folder with the bucket…',
      icon: FolderSearch,
      run: () => void coverage.choose()
    },
    { id: 'copy-links', label: 'Copy links', icon: Copy, run: menu('copy-links') },
    { id: 'pause', label: 'Pause everything', icon: Pause, run: menu('pause') },
    { id: 'continue', label: 'Continue everything', icon: Play, run: menu('continue') },
    { id: 'retry-all', label: 'Try all again that need you', icon: RotateCcw, run: menu('retry-all') },
    {
      id: 'answer',
      label: 'Answer the questions of taken names…',
      icon: CircleHelp,
      run: () => void conflicts.open(null)
    },
    { id: 'choose-all', label: 'Choose all frames', icon: SquareCheck, run: () => void selection.chooseEverything() },
    { id: 'by-shot', label: 'Queue: a row for each shot', icon: Layers, run: () => workspace.group('shot') },
    { id: 'by-file', label: 'Queue: a row for each file', icon: File, run: () => workspace.group('frame') },
    ...(select === null
      ? []
      : [
          {
            id: 'pause-chosen',
            label: 'Pause the chosen frames',
            icon: Pause,
            run: () => void queueActions.pause(select)
          },
          {
            id: 'continue-chosen',
            label: 'Continue the chosen frames',
            icon: Play,
            run: () => void queueActions.continue(select)
          },
          {
            id: 'cancel-chosen',
            label: 'Cancel the chosen frames',
            icon: RotateCcw,
            run: () => void queueActions.cancel(select)
          },
          {
            id: 'take-anyway-chosen',
            label: 'Send the chosen frames all the same',
            icon: Send,
            run: () => void queueActions.takeAnyway(select)
          }
        ]),
    { id: 'show-queue', label: 'Go to all photos', icon: Images, run: menu('show-queue') },
    ...collections.map(({ id, name }) => ({
      id: `collection-${id}`,
      label: `Go to ${name}`,
      icon: Folder,
      run: () => workspace.go({ kind: 'queue', collectionId: id, filter: 'all' })
    })),
    ...collections
      .filter(({ leftOut = 0 }) => leftOut > 0)
      .map(({ id, name }) => ({
        id: `left-out-${id}`,
        label: `What the rules of ${name} leave out`,
        icon: ListX,
        run: () => workspace.go({ kind: 'queue', collectionId: id, filter: 'left-out' })
      })),
    ...collections.map(({ id, name }) => ({
      id: `receipt-${id}`,
      label: `Receipt of ${name}…`,
      icon: ReceiptText,
      run: () => void receipts.open(id)
    })),
    ...collections.map(({ id, name }) => ({
      id: `settings-${id}`,
      label: `Settings of ${name}…`,
      icon: SlidersHorizontal,
      run: () => workspace.openDialog({ kind: 'collection-settings', collectionId: id })
    })),
    ...accounts.map(({ account }) => ({
      id: `bucket-${account.id}`,
      label: `Open bucket ${accountPlace(account)} (${account.name})`,
      icon: Cloud,
      run: () => workspace.go({ kind: 'bucket', accountId: account.id, prefix: '' })
    })),
    { id: 'show-accounts', label: 'Accounts', icon: CircleUser, run: menu('show-accounts') },
    { id: 'show-settings', label: 'Settings', icon: Settings, run: menu('show-settings') },
    { id: 'toggle-sidebar', label: 'Show or fold the sidebar', icon: PanelLeft, run: menu('toggle-sidebar') },
    { id: 'toggle-inspector', label: 'Show or fold the inspector', icon: PanelRight, run: menu('toggle-inspector') },
    {
      id: 'light',
      label: 'Appearance: light',
      icon: Sun,
      run: () => changeSettings(services, { appearance: 'light' })
    },
    { id: 'dark', label: 'Appearance: dark', icon: Moon, run: () => changeSettings(services, { appearance: 'dark' }) },
    {
      id: 'system',
      label: 'Appearance: as the system',
      icon: Laptop,
      run: () => changeSettings(services, { appearance: 'system' })
    },
    { id: 'compact', label: 'Rows: compact', icon: Rows4, run: () => changeSettings(services, { density: 'compact' }) },
    {
      id: 'comfortable',
      label: 'Rows: comfortable',
      icon: Rows2,
      run: () => changeSettings(services, { density: 'comfortable' })
    },
    ...(app.state.info?.hasLocalR2 && accounts.every(({ account }) => account.kind !== 'local')
      ? [{ id: 'try-here', label: 'Try it here', icon: Search, run: () => void intake.tryHere() }]
      : [])
  ]
}

/** What the application menu, the tray or a shortcut asked for. */
export function runMenuChoice(services: Services, choice: MenuChoice): void {
  const { app, workspace, queue, selection, queueActions, linkActions, intake } = services
  const actions: Readonly<Record<MenuChoice, () => void>> = {
    'add-files': () => void intake.chooseFiles(),
    'add-folder': () => void intake.chooseFolder(),
    'watch-folder': () => void intake.watchFolder(),
    'copy-links': () => {
      const select = selection.toFrameSelection() ?? queue.everything
      // What is left out has no links.
      if (select) void linkActions.copy({ kind: 'frames', select, outputId: null }, null, 'plain')
    },
    pause: () => void queueActions.hold(true),
    continue: () => void queueActions.hold(false),
    'retry-all': () => void queueActions.retry({ collectionId: null, filter: 'needs-you' }),
    'show-queue': () => workspace.go({ kind: 'queue', collectionId: null, filter: 'all' }),
    'show-bucket': () => {
      const { accounts } = app.state
      const view = accounts.find(({ isDefault }) => isDefault) ?? accounts[0]
      if (view) workspace.go({ kind: 'bucket', accountId: view.account.id, prefix: '' })
      else workspace.go({ kind: 'accounts' })
    },
    'show-accounts': () => workspace.go({ kind: 'accounts' }),
    'show-settings': () => workspace.go({ kind: 'settings' }),
    palette: () => workspace.openDialog({ kind: 'palette' }),
    'toggle-sidebar': () => workspace.toggle('sidebar'),
    'toggle-inspector': () => workspace.toggle('inspector')
  }
  actions[choice]()
}

/** Failures are told, never thrown. */
export function changeSettings({ api, toasts }: Services, change: CallInput<'settings:change'>): void {
  ask(api, 'settings:change', change).catch((error: unknown) => toasts.showProblem(toProblem(error)))
}
