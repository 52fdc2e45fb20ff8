import { join } from 'node:path'
import { ipcMain } from 'electron/main'
import ElectronStore from 'electron-store'
import { AppError } from '../../shared/errors.ts'
import { defaultSettings, type Settings } from '../../shared/model/settings.ts'
import { migrateSettings } from '../../shared/settings/migrateSettings.ts'
import { setAside } from './setAside.ts'

/** The settings in `config.json`, written whole and at once. Nothing secret is ever in them. */
export class SettingsFile {
  readonly #store: ElectronStore<Settings>
  #current: Settings
  /** Where a file that could not be read has been put; null in most lives. */
  readonly setAsideAt: string | null

  constructor(home: string) {
    const { store, settings, setAsideAt } = open(home)
    this.#store = store
    this.#current = settings
    this.setAsideAt = setAsideAt
  }

  get current(): Settings {
    return this.#current
  }

  change(part: Partial<Settings>): Settings {
    this.#current = { ...this.#current, ...part }
    this.#store.store = this.#current
    return this.#current
  }
}

type Opened = {
  readonly store: ElectronStore<Settings>
  readonly settings: Settings
  readonly setAsideAt: string | null
}

function open(home: string): Opened {
  try {
    const store = createStore(home)
    return { store, settings: migrateSettings(store.store), setAsideAt: null }
  } catch (error) {
    if (!isDamage(error)) throw new AppError('file-unreadable', 'The settings cannot be read', { cause: error })
    const setAsideAt = setAside(join(home, 'config.json'))
    return { store: createStore(home), settings: defaultSettings, setAsideAt }
  }
}

/** @throws SyntaxError if the file is not JSON, and a TypeError if it is no object. */
function createStore(home: string): ElectronStore<Settings> {
  const store = new ElectronStore<Settings>({ name: 'config', cwd: home, accessPropertiesByDotNotation: false })
  // The store offers the app's folder to any page that asks in this way. Ours has no reason to.
  ipcMain.removeAllListeners('electron-store-get-data')
  return store
}

function isDamage(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'settings-damaged'
  return error instanceof SyntaxError || error instanceof TypeError
}
