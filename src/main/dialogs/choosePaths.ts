import { dirname } from 'node:path'
import { app, type BrowserWindow, dialog, type OpenDialogOptions } from 'electron/main'
import type { SettingsFile } from '../settings/SettingsFile.ts'

type Kind = 'files' | 'folder'

/**
 * Asks for files or a folder, starting where the last dialog ended: left alone, the system starts in Downloads.
 *
 * @returns absolute paths, none if the person cancelled.
 */
export async function choosePaths(
  kind: Kind,
  title: string,
  window: BrowserWindow | null,
  settings: SettingsFile
): Promise<string[]> {
  const options: OpenDialogOptions = {
    title,
    defaultPath: settings.current.lastFolder ?? app.getPath('pictures'),
    properties: propertiesFor(kind)
  }
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  const [first] = filePaths
  if (canceled || first === undefined) return []
  settings.change({ lastFolder: dirname(first) })
  return filePaths
}

function propertiesFor(kind: Kind): NonNullable<OpenDialogOptions['properties']> {
  if (kind === 'folder') return ['openDirectory']
  // One dialog for both exists on macOS only; elsewhere asking for both shows a folder picker.
  return process.platform === 'darwin'
    ? ['openFile', 'openDirectory', 'multiSelections']
    : ['openFile', 'multiSelections']
}
