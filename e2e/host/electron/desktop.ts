import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { app } from './app.ts'

// The desktop around the app. Nothing is shown; what was asked for is kept where a test can look at it, and menus and
// notifications can be clicked.

type Template = Electron.MenuItemConstructorOptions

export class MenuItem {
  readonly id: string
  readonly label: string
  readonly enabled: boolean
  readonly role: string | undefined
  readonly submenu: Menu | null
  readonly #template: Template

  constructor(template: Template) {
    this.id = template.id ?? ''
    this.label = template.label ?? ''
    this.enabled = template.enabled ?? true
    this.role = template.role
    this.submenu = Array.isArray(template.submenu) ? Menu.buildFromTemplate(template.submenu) : null
    this.#template = template
  }

  click(): void {
    if (this.enabled) Reflect.apply(this.#template.click ?? (() => {}), undefined, [this, undefined, {}])
  }
}

export class Menu {
  static #application: Menu | null = null
  static buildFromTemplate(template: ReadonlyArray<Template | Electron.MenuItem>): Menu {
    return new Menu((template as ReadonlyArray<Template>).map((item) => new MenuItem(item)))
  }
  static setApplicationMenu(menu: Menu | null): void {
    Menu.#application = menu
  }
  static getApplicationMenu(): Menu | null {
    return Menu.#application
  }

  readonly items: ReadonlyArray<MenuItem>
  constructor(items: ReadonlyArray<MenuItem>) {
    this.items = items
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id)
      if (found) return found
    }
    return null
  }
}

export class Tray extends EventEmitter {
  /** For tests: all that were made. */
  static readonly all: Tray[] = []
  menu: Menu | null = null
  toolTip = ''

  constructor(image: { isEmpty(): boolean }) {
    super()
    if (image.isEmpty()) throw new Error('Failed to load image')
    Tray.all.push(this)
  }
  setToolTip(text: string): void {
    this.toolTip = text
  }
  setContextMenu(menu: Menu | null): void {
    this.menu = menu
  }
}

export class Notification extends EventEmitter {
  /** For tests: all that were shown. */
  static readonly shown: Notification[] = []
  static isSupported(): boolean {
    return true
  }

  readonly title: string
  readonly body: string
  constructor({ title = '', body = '' }: Electron.NotificationConstructorOptions = {}) {
    super()
    this.title = title
    this.body = body
  }
  show(): void {
    Notification.shown.push(this)
    this.emit('show')
  }
}

let clipboardText = ''
/** Asynchronous throughout, as since Electron 44. */
export const clipboard = {
  writeText: async (text) => {
    clipboardText = text
  },
  readText: async () => clipboardText,
  clear: () => {
    clipboardText = ''
  }
} satisfies Pick<Electron.Clipboard, 'writeText' | 'readText' | 'clear'>

/** For tests: what was said, and asked. A test that wants an answer replaces a dialog, as it would in Electron. */
export const messages: Electron.MessageBoxOptions[] = []
export const dialog = {
  showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
  showSaveDialog: async () => ({ canceled: true, filePath: '' }),
  showMessageBox: async (...args: unknown[]) => {
    if (!app.isReady()) throw new Error('dialog module can only be used after app is ready')
    messages.push(args.at(-1) as Electron.MessageBoxOptions)
    return { response: 0, checkboxChecked: false }
  },
  showErrorBox: (title, content) => console.error(`${title}: ${content}`)
} satisfies Pick<Electron.Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox' | 'showErrorBox'>

/** For tests: what was opened outside. */
export const openedOutside: string[] = []
export const shell = {
  openExternal: async (url) => {
    openedOutside.push(url)
  },
  showItemInFolder: (path) => {
    openedOutside.push(path)
  }
} satisfies Pick<Electron.Shell, 'openExternal' | 'showItemInFolder'>

class HostPowerMonitor extends EventEmitter {}
export const powerMonitor = new HostPowerMonitor()

const blockers = new Set<number>()
let lastBlocker = 0
export const powerSaveBlocker = {
  start: () => {
    lastBlocker += 1
    blockers.add(lastBlocker)
    return lastBlocker
  },
  stop: (id) => blockers.delete(id),
  isStarted: (id) => blockers.has(id)
} satisfies Pick<Electron.PowerSaveBlocker, 'start' | 'stop' | 'isStarted'>

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 2560, height: 1440 } } as Electron.Display]
} satisfies Pick<Electron.Screen, 'getAllDisplays'>

export const nativeImage = {
  createFromPath: (path: string) => ({ isEmpty: () => !existsSync(path) })
}
