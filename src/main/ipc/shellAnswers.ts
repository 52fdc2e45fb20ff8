import { isAbsolute } from 'node:path'
import { shell } from 'electron/common'
import { app, clipboard, nativeTheme } from 'electron/main'
import { AppError } from '../../shared/errors.ts'
import type { Answers, CallOutput, ShellCallName } from '../../shared/ipc/contract.ts'
import type { Accounts } from '../accounts/Accounts.ts'
import { choosePaths } from '../dialogs/choosePaths.ts'
import { saveText } from '../dialogs/saveText.ts'
import type { EngineProcess } from '../engine/EngineProcess.ts'
import type { SettingsFile } from '../settings/SettingsFile.ts'
import type { SecretVault } from '../vault/SecretVault.ts'
import type { MainWindow } from '../windows/MainWindow.ts'

export type ShellParts = {
  readonly window: MainWindow
  readonly settings: SettingsFile
  readonly accounts: Accounts
  readonly vault: SecretVault
  readonly engine: EngineProcess
  readonly hasLocalR2: boolean
  /** Settings changed: the engine and the window should know. */
  readonly onSettings: () => void
}

/** Main's own part of the contract. */
export function shellAnswers(parts: ShellParts): Answers<ShellCallName> {
  const { window, settings, accounts, vault, engine, hasLocalR2, onSettings } = parts
  /** An engine starts in good faith; it is told of what is different. */
  let isOnline = true
  return {
    'app:state': async () => {
      window.pageListens()
      return {
        version: app.getVersion(),
        platform: platform(),
        vault: await vault.kind(),
        engine: engine.state,
        hasLocalR2
      }
    },
    'app:network': async (network) => {
      if (network.isOnline === isOnline) return null
      isOnline = network.isOnline
      await engine.ask('engine:power', { event: isOnline ? 'online' : 'offline' })
      return null
    },
    'settings:get': async () => settings.current,
    'settings:change': async ({ appearance, density, newCollection, transfer, privacyZones, previewCacheBytes }) => {
      const changed = settings.change({
        ...(appearance && { appearance }),
        ...(density && { density }),
        ...(newCollection && { newCollection }),
        ...(transfer && { transfer }),
        ...(privacyZones && { privacyZones }),
        ...(previewCacheBytes && { previewCacheBytes })
      })
      nativeTheme.themeSource = changed.appearance
      onSettings()
      return changed
    },
    'accounts:list': () => accounts.list(),
    'accounts:save': (input) => accounts.save(input),
    'accounts:remove': async ({ accountId }) => {
      accounts.remove(accountId)
      return null
    },
    'accounts:make-default': async ({ accountId }) => {
      accounts.makeDefault(accountId)
      return null
    },
    'accounts:test': async ({ account, secret }) =>
      engine.ask('engine:test-account', { account, secret: await accounts.secretFor(account, secret) }),
    'accounts:try-here': () => accounts.tryHere(),
    'dialog:choose-files': () => choosePaths('files', 'Add photos', window.browserWindow, settings),
    'dialog:choose-folder': ({ title }) => choosePaths('folder', title, window.browserWindow, settings),
    'dialog:save-text': ({ fileName, text }) => saveText(fileName, text, window.browserWindow, settings),
    'clipboard:write': async ({ text }) => {
      await clipboard.writeText(text)
      return null
    },
    'shell:open-link': async ({ url }) => {
      await shell.openExternal(url) // the contract lets http and https through, nothing that runs a program
      return null
    },
    'shell:show-file': async ({ path }) => {
      if (!isAbsolute(path)) throw new AppError('bad-request', `Not an absolute path: ${path}`)
      shell.showItemInFolder(path)
      return null
    }
  }
}

function platform(): CallOutput<'app:state'>['platform'] {
  const name = process.platform
  return name === 'linux' || name === 'darwin' || name === 'win32' ? name : 'other'
}
