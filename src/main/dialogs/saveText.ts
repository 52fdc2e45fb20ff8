import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { app, type BrowserWindow, dialog, type SaveDialogOptions } from 'electron/main'
import { AppError } from '../../shared/errors.ts'
import type { SettingsFile } from '../settings/SettingsFile.ts'

/**
 * Asks where to, starting where the last dialog ended, and writes the text there.
 *
 * @returns the path, or null if the person cancelled.
 * @throws AppError `disk-full`, `file-unreadable`.
 */
export async function saveText(
  fileName: string,
  text: string,
  window: BrowserWindow | null,
  settings: SettingsFile
): Promise<string | null> {
  const folder = settings.current.lastFolder ?? app.getPath('documents')
  const options: SaveDialogOptions = { defaultPath: join(folder, fileName) }
  const { canceled, filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options))
  if (canceled || filePath === '') return null
  try {
    await writeFile(filePath, text)
  } catch (cause) {
    const isFull = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')
    throw new AppError(isFull ? 'disk-full' : 'file-unreadable', `${filePath} cannot be written`, { cause })
  }
  settings.change({ lastFolder: dirname(filePath) })
  return filePath
}
