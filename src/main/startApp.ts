import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { app, dialog, type MessageBoxOptions, type MessageBoxReturnValue, nativeTheme } from 'electron/main'
import { accountFromEnvironment } from '../core/accountFromEnvironment.ts'
import { entryPath } from '../core/entryPath.ts'
import { hasLocalR2 } from '../core/store/local/startLocalR2.ts'
import { type Problem, toProblem } from '../shared/errors.ts'
import { Accounts } from './accounts/Accounts.ts'
import { BoundedLog } from './engine/BoundedLog.ts'
import { EngineProcess } from './engine/EngineProcess.ts'
import { engineEnvironment, nodePath, outsideArchive } from './engine/engineCommand.ts'
import { refusalWords } from './engine/refusalWords.ts'
import { answerCalls } from './ipc/answerCalls.ts'
import { engineAnswers } from './ipc/engineAnswers.ts'
import { shellAnswers } from './ipc/shellAnswers.ts'
import { DesktopStatus } from './life/DesktopStatus.ts'
import { drainBeforeQuit } from './life/drainBeforeQuit.ts'
import type { OpenedPaths } from './life/OpenedPaths.ts'
import { tellPower } from './life/tellPower.ts'
import { SettingsFile } from './settings/SettingsFile.ts'
import { AppTray } from './tray/AppTray.ts'
import { electronVault } from './vault/electronVault.ts'
import { SecretVault } from './vault/SecretVault.ts'
import { installAppMenu } from './windows/appMenu.ts'
import { MainWindow } from './windows/MainWindow.ts'
import { pageAddress, servePage } from './windows/servePage.ts'

/** How long the engine may take to end its requests when the app quits. */
const DRAIN_LIMIT_MS = 5_000

/** Wires the shell together and opens the window; the only file that knows all of its parts. After `ready`. */
export function startApp(out: string, opened: OpenedPaths): void {
  const home = app.getPath('userData')
  mkdirSync(home, { recursive: true })
  const log = new BoundedLog(join(home, 'logs', 'silverdrop.log'))
  process.on('unhandledRejection', (error) => log.write('main', toProblem(error).detail))
  log.write('main', `Silverdrop ${app.getVersion()} on ${JSON.stringify(process.versions)}`)

  const settings = new SettingsFile(home)
  nativeTheme.themeSource = settings.current.appearance
  const vault = new SecretVault(join(home, 'secrets.json'), electronVault)
  const page = pageAddress(app.isPackaged, process.env)
  const window = new MainWindow({ page, preload: join(out, 'preload', 'index.cjs'), home, log })

  const accounts = new Accounts({
    home,
    settings,
    vault,
    fromEnvironment: readEnvironment(window),
    hasLocalR2: hasLocalR2(),
    onChange: () => announceAccounts()
  })
  const engine = new EngineProcess({
    nodePath: nodePath({ ...installation(), env: process.env }),
    entry: outsideArchive(entryPath('engine')),
    home,
    env: engineEnvironment(process.env),
    log,
    configure: () => accounts.engineConfig(),
    onEvent: (name, payload) => {
      window.announce(name, payload)
      status.seeEvent(name, payload)
    },
    onState: (state) => {
      window.announce('engine:changed', [state])
      status.seeEngine(state)
    },
    onRefused: (problem, isOver) => void sayWhyRefused(window, problem, isOver ? () => engine.start() : null),
    onNoted: ({ detail }) =>
      tell(window, 'The queue’s file was damaged, so a new one was made of what it held.', detail),
    checksReplies: !app.isPackaged
  })
  const hold = (isHeld: boolean) => void engine.ask('queue:hold', { isHeld }).catch(() => {}) // its sentence stays
  const tray = new AppTray(
    join(app.getAppPath(), 'resources'),
    { open: () => void window.show(), hold, quit: () => app.quit() },
    log
  )
  const status = new DesktopStatus(window, tray)

  let lastListing: Promise<unknown> = Promise.resolve()
  function announceAccounts(): void {
    // One after the other: a vault that is slow to open must not let the older of two lists be told last.
    lastListing = lastListing
      .catch(() => {})
      .then(() => accounts.list())
      .then((views) => window.announce('accounts:changed', views))
    announceSettings()
  }
  function announceSettings(): void {
    window.announce('settings:changed', [settings.current])
    engine.reconfigure().catch(() => {}) // an engine that died meanwhile is told when it starts again
  }

  servePage(join(out, 'renderer'), home)
  answerCalls(
    {
      ...engineAnswers(engine),
      ...shellAnswers({
        window,
        settings,
        accounts,
        vault,
        engine,
        hasLocalR2: hasLocalR2(),
        onSettings: announceSettings
      })
    },
    page
  )
  installAppMenu(!app.isPackaged, (choice) => void window.announceInFront('menu:chosen', [choice]))
  tellPower(engine, announceAccounts)
  drainBeforeQuit(async () => {
    await engine.stop(DRAIN_LIMIT_MS)
    await log.close()
  })
  app.on('activate', () => void window.show())
  app.on('second-instance', () => void window.show())
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })

  engine.start()
  void window.show().then(() => sayWhatWasSetAside(window, [settings.setAsideAt, vault.setAsideAt]))
  opened.takeBy((paths) => void addPaths(paths, window, engine))
}

function installation() {
  return {
    isPackaged: app.isPackaged,
    resourcesPath: process.resourcesPath,
    appPath: app.getAppPath(),
    platform: process.platform
  }
}

/** A mistake in the environment is told, and the app starts without that account. */
function readEnvironment(window: MainWindow): ReturnType<typeof accountFromEnvironment> {
  try {
    return accountFromEnvironment(process.env)
  } catch (error) {
    tell(window, 'The account in the environment cannot be used.', toProblem(error).detail)
    return null
  }
}

async function addPaths(paths: string[], window: MainWindow, engine: EngineProcess): Promise<void> {
  await window.show()
  try {
    await engine.ask('queue:add', { paths, collectionId: null })
  } catch (error) {
    tell(window, 'These files were not added to the queue.', toProblem(error).detail)
  }
}

function sayWhatWasSetAside(window: MainWindow, files: ReadonlyArray<string | null>): void {
  for (const file of files) {
    if (file) tell(window, 'A file of Silverdrop could not be read, so it begins anew.', `The old one is kept: ${file}`)
  }
}

/** @param startAgain Where only a person can change it; otherwise the engine is started again by itself. */
async function sayWhyRefused(window: MainWindow, problem: Problem, startAgain: (() => void) | null): Promise<void> {
  const { message, detail } = refusalWords(problem)
  if (startAgain === null) {
    tell(window, message, detail)
    return
  }
  const buttons = ['Leave It Stopped', 'Try Again']
  const { response } = await showMessage(window, {
    type: 'warning',
    message,
    detail,
    buttons,
    defaultId: 1,
    cancelId: 0
  })
  if (response === 1) startAgain()
}

function tell(window: MainWindow, message: string, detail: string): void {
  void showMessage(window, { type: 'warning', message, detail })
}

function showMessage(window: MainWindow, options: MessageBoxOptions): Promise<MessageBoxReturnValue> {
  const { browserWindow } = window
  return browserWindow ? dialog.showMessageBox(browserWindow, options) : dialog.showMessageBox(options)
}
