import { EventEmitter } from 'node:events'
import { mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { HostEvent } from './HostEvent.ts'

type Known = Pick<
  Electron.App,
  | 'isPackaged'
  | 'whenReady'
  | 'isReady'
  | 'quit'
  | 'exit'
  | 'getPath'
  | 'setPath'
  | 'getAppPath'
  | 'getName'
  | 'getVersion'
  | 'enableSandbox'
  | 'setAppUserModelId'
  | 'requestSingleInstanceLock'
>

const root = join(import.meta.dirname, '..', '..', '..')
const manifest: { productName: string; version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** What the app needs of its windows to quit: each may refuse. */
type Closable = { tryToClose(): Promise<boolean> }

class HostApp extends EventEmitter implements Known {
  readonly isPackaged = false
  readonly #ready = Promise.withResolvers<void>()
  readonly #paths = new Map<string, string>()
  #isReady = false
  #isQuitting = false
  #lockedFolder: string | null = null
  /** Filled by BrowserWindow, which knows this object and not the other way round. */
  readonly windows = new Set<Closable>()
  /** Ends Chromium. */
  closeBrowser: () => Promise<void> = async () => {}

  /** Called when the entry is evaluated, its top-level awaits included: not a moment earlier. */
  becomeReady(): void {
    this.#isReady = true
    this.#ready.resolve()
    this.emit('ready')
  }

  whenReady(): Promise<void> {
    return this.#ready.promise
  }

  isReady(): boolean {
    return this.#isReady
  }

  getAppPath(): string {
    return root
  }

  getName(): string {
    return manifest.productName
  }

  getVersion(): string {
    return manifest.version
  }

  getPath(name: Parameters<Electron.App['getPath']>[0]): string {
    const fallback =
      { home: homedir(), temp: tmpdir() }[name as string] ?? join(homedir(), '.config', manifest.productName)
    return this.#paths.get(name) ?? fallback
  }

  setPath(name: string, path: string): void {
    mkdirSync(path, { recursive: true })
    this.#paths.set(name, path)
  }

  enableSandbox(): void {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready')
  }

  setAppUserModelId(): void {}

  /** The lock belongs to the user data folder. The loser leaves its data there, where the holder is watching. */
  requestSingleInstanceLock(additionalData: Record<string, unknown> = {}): boolean {
    const folder = join(this.getPath('userData'), 'host-lock')
    mkdirSync(folder, { recursive: true })
    const holder = Number(readOrEmpty(join(folder, 'pid')))
    if (holder > 0 && holder !== process.pid && isAlive(holder)) {
      writeFileSync(join(folder, `second-${process.pid}.json`), JSON.stringify(additionalData))
      return false
    }
    writeFileSync(join(folder, 'pid'), String(process.pid))
    this.#lockedFolder = folder
    watch(folder, { persistent: false }, (_kind, name) => this.#seeSecond(folder, name))
    return true
  }

  #seeSecond(folder: string, name: string | null): void {
    if (!name?.startsWith('second-')) return
    const text = readOrEmpty(join(folder, name))
    if (text === '' || !text.endsWith('}')) return // still being written: another change follows
    rmSync(join(folder, name), { force: true })
    const data: unknown = JSON.parse(text)
    void this.whenReady().then(() => this.emit('second-instance', new HostEvent(), [], process.cwd(), data))
  }

  /** `before-quit`, then every window's `close`, then `will-quit`: each of them may forbid it. */
  quit(): void {
    if (this.#isQuitting) return
    this.#isQuitting = true
    void this.#tryToQuit().finally(() => {
      this.#isQuitting = false
    })
  }

  async #tryToQuit(): Promise<void> {
    if (!this.#allows('before-quit')) return
    for (const window of [...this.windows]) if (!(await window.tryToClose())) return
    if (!this.#allows('will-quit')) return
    this.emit('quit', new HostEvent(), 0)
    await this.#leave(0)
  }

  #allows(name: string): boolean {
    const event = new HostEvent()
    this.emit(name, event)
    return !event.defaultPrevented
  }

  exit(code = 0): void {
    void this.#leave(code)
  }

  async #leave(code: number): Promise<void> {
    if (this.#lockedFolder) rmSync(this.#lockedFolder, { recursive: true, force: true })
    await this.closeBrowser()
    process.exit(code)
  }

  windowClosed(window: Closable): void {
    this.windows.delete(window)
    if (this.windows.size > 0 || this.#isQuitting) return
    if (this.listenerCount('window-all-closed') === 0) this.quit()
    else this.emit('window-all-closed')
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export const app = new HostApp()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
