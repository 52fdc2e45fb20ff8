// What `electron`, `electron/main` and `electron/common` are to a program that the stand-in runs: the part of each that
// this app uses, held to Electron's own types where they are made. What is missing here is missing at the import.
import { app } from './app.ts'
import { BrowserWindow } from './BrowserWindow.ts'
import {
  clipboard,
  dialog,
  Menu,
  MenuItem,
  messages,
  Notification,
  nativeImage,
  openedOutside,
  powerMonitor,
  powerSaveBlocker,
  screen,
  shell,
  Tray
} from './desktop.ts'
import { ipcMain } from './ipcMain.ts'
import { nativeTheme } from './nativeTheme.ts'
import { protocol } from './protocol.ts'
import { safeStorage } from './safeStorage.ts'
import { session } from './session.ts'

const electron = {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  MenuItem,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  /** Only here: what a test may look at. */
  host: { messages, openedOutside }
}
export default electron
export {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  MenuItem,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray
}
