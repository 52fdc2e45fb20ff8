import { BrowserWindow, screen } from 'electron/main'
import type { EventName, EventPayload } from '../../shared/ipc/contract.ts'
import type { BoundedLog } from '../engine/BoundedLog.ts'
import { isWithinReach, readWindowState, writeWindowState } from './windowState.ts'

/** The layout is useful from 900 × 600 (look.md); a first window is 1280 × 800. */
const FIRST_SIZE = { width: 1280, height: 800 }
const LEAST_SIZE = { minWidth: 900, minHeight: 600 }
/** A page whose process dies more often than this in a row has a fault that loading it again does not mend. */
const MOST_RELOADS = 3

export type MainWindowOptions = {
  readonly page: URL
  /** The preload script, absolute. */
  readonly preload: string
  readonly home: string
  readonly log: BoundedLog
}

/** The one window: opened when it is needed, closed and opened again as people do. */
export class MainWindow {
  readonly #options: MainWindowOptions
  #window: BrowserWindow | null = null
  #loaded: Promise<void> = Promise.resolve()
  #listening = Promise.withResolvers<void>()

  constructor(options: MainWindowOptions) {
    this.#options = options
  }

  /** For dialogs, which belong to a window where there is one. */
  get browserWindow(): BrowserWindow | null {
    return this.#window
  }

  get isFocused(): boolean {
    return this.#window?.isFocused() ?? false
  }

  /** Brings the window to the front, opening it if need be. Resolves when its page has loaded. */
  show(): Promise<void> {
    if (this.#window) {
      if (this.#window.isMinimized()) this.#window.restore()
      this.#window.show()
      this.#window.focus()
    } else {
      this.#listening = Promise.withResolvers()
      this.#loaded = this.#create()
    }
    return this.#loaded
  }

  /** Tells the page, if there is one: what it misses it asks for when it opens. */
  announce<N extends EventName>(name: N, payload: EventPayload<N>): void {
    const contents = this.#window?.webContents
    if (contents && !contents.isDestroyed()) contents.send(name, payload)
  }

  /** Brings the window to the front and tells its page, one that is only being opened as soon as it listens. */
  async announceInFront<N extends EventName>(name: N, payload: EventPayload<N>): Promise<void> {
    await this.show()
    await this.#listening.promise
    this.announce(name, payload)
  }

  /** The page has asked what there is, which it does once it listens. */
  pageListens(): void {
    this.#listening.resolve()
  }

  /** On the window's button in the dock or task bar. @param fraction 0 to 1, or null for none. */
  showProgress(fraction: number | null): void {
    this.#window?.setProgressBar(fraction ?? -1)
  }

  async #create(): Promise<void> {
    const { home, preload, page, log } = this.#options
    const state = readWindowState(home)
    const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
    const window = new BrowserWindow({
      ...(state && isWithinReach(state.bounds, areas) ? state.bounds : FIRST_SIZE),
      ...LEAST_SIZE,
      show: false,
      title: 'Silverdrop',
      webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, spellcheck: false }
    })
    this.#window = window
    if (state?.isMaximized) window.maximize()
    window.once('ready-to-show', () => window.show())
    window.on('close', () =>
      writeWindowState(home, { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() })
    )
    window.once('closed', () => {
      this.#window = null
    })
    this.#guard(window)
    try {
      await window.loadURL(page.href)
    } catch (error) {
      log.write('main', `The page did not load: ${String(error)}`)
    }
  }

  #guard(window: BrowserWindow): void {
    const { log } = this.#options
    const contents = window.webContents
    contents.on('will-navigate', (details) => details.preventDefault())
    contents.on('will-frame-navigate', (details) => details.preventDefault())
    contents.on('will-redirect', (details) => details.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('preload-error', (_event, _path, error) => log.write('main', `The preload failed: ${error.message}`))
    let reloads = 0
    contents.on('render-process-gone', (_event, { reason }) => {
      log.write('main', `The window's process left: ${reason}`)
      if (reason === 'clean-exit' || reloads === MOST_RELOADS) return
      reloads += 1
      contents.reload()
    })
  }
}
