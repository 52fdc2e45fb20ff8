import { join } from 'node:path'
import { nativeImage } from 'electron/common'
import { Menu, Tray } from 'electron/main'
import type { BoundedLog } from '../engine/BoundedLog.ts'

export type TrayActions = {
  readonly open: () => void
  readonly hold: (isHeld: boolean) => void
  readonly quit: () => void
}

/**
 * The icon in the system's tray, with one sentence and four actions. Where a desktop has no tray the app goes on without:
 * all of it is in the window too. Whoever makes one keeps it, or the icon goes away with it.
 */
export class AppTray {
  readonly #tray: Tray | null
  readonly #actions: TrayActions
  #shown = ''

  constructor(resources: string, actions: TrayActions, log: BoundedLog) {
    this.#tray = createTray(resources, log)
    this.#actions = actions
    this.#tray?.on('click', actions.open)
  }

  show(sentence: string, isHeld: boolean): void {
    const shown = `${sentence}\n${isHeld}`
    if (!this.#tray || shown === this.#shown) return
    this.#shown = shown
    const { open, hold, quit } = this.#actions
    this.#tray.setToolTip(`Silverdrop: ${sentence}`)
    // Made anew each time: Linux does not see changes inside a menu.
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { id: 'status', label: sentence, enabled: false },
        { type: 'separator' },
        { id: 'open', label: 'Open Silverdrop', click: open },
        isHeld
          ? { id: 'continue', label: 'Continue', click: () => hold(false) }
          : { id: 'pause', label: 'Pause', click: () => hold(true) },
        { type: 'separator' },
        { id: 'quit', label: 'Quit', click: quit }
      ])
    )
  }
}

function createTray(resources: string, log: BoundedLog): Tray | null {
  const name = process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png' // macOS recolours a "Template"
  const image = nativeImage.createFromPath(join(resources, 'tray', name))
  if (image.isEmpty()) {
    log.write('main', `No tray: ${name} cannot be read`)
    return null
  }
  try {
    return new Tray(image)
  } catch (error) {
    log.write('main', `No tray: ${String(error)}`)
    return null
  }
}
