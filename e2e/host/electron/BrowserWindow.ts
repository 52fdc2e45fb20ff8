import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { CDPSession, Frame, Page } from 'playwright-core'
import { app } from './app.ts'
import { bridgeSource, type PageSide } from './bridge.ts'
import { browserContext } from './chromium.ts'
import { HostEvent } from './HostEvent.ts'
import { ipcMain } from './ipcMain.ts'
import { nativeTheme } from './nativeTheme.ts'
import { fromChromium, toChromium } from './protocol.ts'

const carriers = { invoke: 'silverdropHostInvoke', resolve: 'silverdropHostResolve' }

class HostWebContents
  extends EventEmitter
  implements
    Pick<
      Electron.WebContents,
      'send' | 'isDestroyed' | 'reload' | 'executeJavaScript' | 'getURL' | 'setWindowOpenHandler'
    >
{
  page: Page | null = null
  deniesWindows = false
  #sending: Promise<unknown> = Promise.resolve()

  /** In order, as structured clones; lost if nobody in the page listens, as in Electron. */
  send(channel: string, ...args: unknown[]): void {
    if (this.isDestroyed()) throw new Error('Object has been destroyed')
    const { page } = this
    const payload = structuredClone(args)
    if (!page) return
    this.#sending = this.#sending.then(() => page.evaluate(receive, { channel, payload })).catch(() => {}) // the page is between two documents
  }

  isDestroyed(): boolean {
    return this.page?.isClosed() ?? false
  }

  getURL(): string {
    return fromChromium(this.page?.url() ?? '')
  }

  reload(): void {
    void this.page?.reload()
  }

  async executeJavaScript(code: string): Promise<unknown> {
    return this.page?.evaluate(code)
  }

  setWindowOpenHandler(handler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0]): void {
    const details = { url: 'about:blank', frameName: '', features: '', disposition: 'new-window' } as const
    this.deniesWindows = handler({ ...details, referrer: { url: '', policy: 'default' } }).action === 'deny'
    if (!this.deniesWindows) throw new Error('The stand-in knows only windows that open no others')
  }
}

type Bounds = Electron.Rectangle

export class BrowserWindow
  extends EventEmitter
  implements
    Pick<
      Electron.BrowserWindow,
      | 'loadURL'
      | 'show'
      | 'hide'
      | 'focus'
      | 'blur'
      | 'close'
      | 'isFocused'
      | 'isVisible'
      | 'isMinimized'
      | 'isMaximized'
      | 'restore'
      | 'maximize'
      | 'getBounds'
      | 'setBounds'
      | 'getNormalBounds'
      | 'setProgressBar'
      | 'isDestroyed'
    >
{
  static readonly #all = new Set<BrowserWindow>()
  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.#all]
  }

  readonly webContents = new HostWebContents()
  readonly #preferences: Electron.WebPreferences
  readonly #opened: Promise<Page>
  #bounds: Bounds
  #isVisible: boolean
  #isFocused = false
  #isMaximized = false
  #isLoading = false
  /** For tests: what the task bar shows, -1 for nothing. */
  progress = -1

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super()
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    const { preload, sandbox = true, contextIsolation = true, nodeIntegration = false } = options.webPreferences ?? {}
    if (!sandbox || !contextIsolation || nodeIntegration) throw new Error('The stand-in knows sandboxed pages only')
    if (preload !== undefined && !isAbsolute(preload)) throw new Error(`preload is not an absolute path: ${preload}`)
    this.#preferences = options.webPreferences ?? {}
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 }
    this.#isVisible = options.show ?? true
    BrowserWindow.#all.add(this)
    app.windows.add(this)
    this.#opened = this.#open()
    this.#opened.catch((error: unknown) => {
      console.error(error)
      app.exit(1)
    })
  }

  async loadURL(address: string): Promise<void> {
    const page = await this.#opened
    this.#isLoading = true
    try {
      await page.goto(toChromium(address), { waitUntil: 'load' })
    } finally {
      this.#isLoading = false
    }
    this.webContents.emit('did-finish-load')
    this.emit('ready-to-show')
  }

  show(): void {
    this.#isVisible = true
    this.focus()
  }
  hide(): void {
    this.#isVisible = false
    this.#isFocused = false
  }
  focus(): void {
    this.#isFocused = true
    this.emit('focus')
  }
  blur(): void {
    this.#isFocused = false
    this.emit('blur')
  }
  close(): void {
    void this.tryToClose().then((closed) => closed && app.windowClosed(this))
  }
  isDestroyed = (): boolean => this.webContents.isDestroyed()
  isFocused = (): boolean => this.#isFocused
  isVisible = (): boolean => this.#isVisible
  isMinimized = (): boolean => false
  isMaximized = (): boolean => this.#isMaximized
  restore = (): void => this.show()
  maximize(): void {
    this.#isMaximized = true
  }
  getBounds = (): Bounds => this.#bounds
  getNormalBounds = (): Bounds => this.#bounds
  setBounds(bounds: Partial<Bounds>): void {
    this.#bounds = { ...this.#bounds, ...bounds }
    void this.#fit()
  }
  setProgressBar(progress: number): void {
    this.progress = progress
  }

  /** `close` may be forbidden. @returns whether the window is gone. */
  async tryToClose(): Promise<boolean> {
    const event = new HostEvent()
    this.emit('close', event)
    if (event.defaultPrevented) return false
    const page = await this.#opened
    page.removeAllListeners('close')
    BrowserWindow.#all.delete(this)
    await page.close()
    this.emit('closed')
    app.windows.delete(this)
    return true
  }

  async #open(): Promise<Page> {
    const context = await browserContext()
    // Chromium comes with an empty page, which serves the first window.
    const page = context.pages().find((one) => one.url() === 'about:blank') ?? (await context.newPage())
    this.webContents.page = page
    await this.#fit()
    page.once('close', () => this.#lost())
    page.on('crash', () =>
      this.webContents.emit('render-process-gone', new HostEvent(), { reason: 'crashed', exitCode: 1 })
    )
    page.on('popup', (popup) => this.webContents.deniesWindows && void popup.close())
    const follow = () => page.emulateMedia({ colorScheme: nativeTheme.forPages() }).catch(() => {})
    nativeTheme.on('updated', follow)
    await follow()
    const devtools = await context.newCDPSession(page)
    await this.#carry(page, devtools)
    await this.#watchNavigation(page, devtools)
    return page
  }

  /** A window closed by hand, or with its Chromium. */
  #lost(): void {
    BrowserWindow.#all.delete(this)
    this.emit('close', new HostEvent())
    this.emit('closed')
    app.windowClosed(this)
  }

  async #fit(): Promise<void> {
    const { width, height } = this.#bounds
    await this.webContents.page?.setViewportSize({ width, height })
  }

  /** The ways between main and page, and the preload at the page's end of them. */
  async #carry(page: Page, devtools: CDPSession): Promise<void> {
    await page.exposeBinding(carriers.invoke, ({ frame }, channel: string, args: unknown[]) =>
      ipcMain.answer(invokeEvent(this.webContents, frame), channel, args)
    )
    await page.exposeBinding(carriers.resolve, (_source, drop: number, count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => pathOfFile(devtools, drop, index)))
    )
    const { preload } = this.#preferences
    if (preload === undefined) return
    const { deniesWindows } = this.webContents
    await page.addInitScript({ content: bridgeSource(readFileSync(preload, 'utf8'), { ...carriers, deniesWindows }) })
  }

  /** Asks `will-navigate` before the page goes elsewhere by itself; not for `loadURL`, not for a reload. */
  async #watchNavigation(page: Page, devtools: CDPSession): Promise<void> {
    await devtools.send('Fetch.enable', { patterns: [{ resourceType: 'Document' }] })
    const { frameTree } = await devtools.send('Page.getFrameTree')
    devtools.on('Fetch.requestPaused', ({ requestId, request, frameId }) => {
      const isMainFrame = frameId === frameTree.frame.id
      const isReload = withoutHash(request.url) === withoutHash(page.url())
      const isForbidden = !this.#isLoading && !isReload && !this.#allows(isMainFrame, request.url)
      const answer = isForbidden
        ? devtools.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
        : devtools.send('Fetch.continueRequest', { requestId })
      answer.catch(() => {}) // the page went away meanwhile
    })
  }

  #allows(isMainFrame: boolean, address: string): boolean {
    const details = Object.assign(new HostEvent(), { url: fromChromium(address), isMainFrame })
    this.webContents.emit('will-frame-navigate', details)
    if (isMainFrame) this.webContents.emit('will-navigate', details)
    return !details.defaultPrevented
  }
}

/** Runs in the page. */
function receive({ channel, payload }: { channel: string; payload: unknown[] }): void {
  const side: PageSide | undefined = Reflect.get(window, Symbol.for('silverdrop.host'))
  side?.receive(channel, payload)
}

/** The little of the event that main may read. A frame that has gone leaves null. */
function invokeEvent(sender: HostWebContents, frame: Frame): Electron.IpcMainInvokeEvent {
  const senderFrame = frame.isDetached()
    ? null
    : { url: fromChromium(frame.url()), detached: false, parent: frame.parentFrame() }
  return { type: 'frame', sender, senderFrame } as unknown as Electron.IpcMainInvokeEvent
}

/** Chromium itself says where on disk a File of the page lies; `''` for one that was made by script. */
async function pathOfFile(devtools: CDPSession, drop: number, index: number): Promise<string> {
  const expression = `window[Symbol.for('silverdrop.host')].file(${drop}, ${index})`
  const { result } = await devtools.send('Runtime.evaluate', { expression })
  if (!result.objectId) return ''
  const { path } = await devtools.send('DOM.getFileInfo', { objectId: result.objectId })
  return path
}

function withoutHash(address: string): string {
  return address.split('#')[0] ?? ''
}
