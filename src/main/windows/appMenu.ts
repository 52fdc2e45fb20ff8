import { Menu, type MenuItemConstructorOptions } from 'electron/main'
import type { EventPayload } from '../../shared/ipc/contract.ts'

export type MenuChoice = EventPayload<'menu:chosen'>[number]

/** The application's menu: every action of the window has its place here. Edit roles make copy and paste work on macOS. */
export function installAppMenu(isDevelopment: boolean, choose: (choice: MenuChoice) => void): void {
  const item = (label: string, choice: MenuChoice, accelerator?: string): MenuItemConstructorOptions => ({
    id: choice,
    label,
    ...(accelerator ? { accelerator } : {}),
    click: () => choose(choice)
  })
  const line: MenuItemConstructorOptions = { type: 'separator' }
  const isMac = process.platform === 'darwin'
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        item('Add Photos…', 'add-files', 'CmdOrCtrl+O'),
        item('Add Folder…', 'add-folder', 'CmdOrCtrl+Shift+O'),
        item('Watch a Folder…', 'watch-folder', 'CmdOrCtrl+Shift+W'),
        line,
        ...(isMac ? [] : [item('Settings', 'show-settings', 'CmdOrCtrl+,'), line]),
        { role: isMac ? 'close' : 'quit' }
      ]
    },
    { role: 'editMenu' },
    {
      label: '&Transfer',
      submenu: [
        item('Copy Links', 'copy-links', 'CmdOrCtrl+Shift+C'),
        line,
        item('Pause', 'pause', 'CmdOrCtrl+Shift+P'),
        item('Continue', 'continue', 'CmdOrCtrl+Shift+R'),
        item('Try Failed Ones Again', 'retry-all', 'CmdOrCtrl+Shift+T')
      ]
    },
    {
      label: '&View',
      submenu: [
        item('Queue', 'show-queue', 'CmdOrCtrl+1'),
        item('Bucket', 'show-bucket', 'CmdOrCtrl+2'),
        item('Accounts', 'show-accounts', 'CmdOrCtrl+3'),
        ...(isMac ? [item('Settings', 'show-settings', 'CmdOrCtrl+,')] : []),
        line,
        item('Find an Action…', 'palette', 'CmdOrCtrl+K'),
        item('Sidebar', 'toggle-sidebar', 'CmdOrCtrl+B'),
        item('Inspector', 'toggle-inspector', 'CmdOrCtrl+I'),
        line,
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { role: 'togglefullscreen' },
        ...(isDevelopment ? [{ role: 'toggleDevTools' } as const] : [])
      ]
    },
    { role: 'windowMenu' }
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
