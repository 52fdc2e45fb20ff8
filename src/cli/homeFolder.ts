import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * Where catalog and settings live: `SILVERDROP_HOME`, or the folder that Electron calls `userData`, so that the app and
 * the terminal work on the same ones. @see https://www.electronjs.org/docs/latest/api/app#appgetpathname
 */
export function homeFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env['SILVERDROP_HOME']) return resolve(env['SILVERDROP_HOME'])
  return join(appData(env, platform), 'Silverdrop')
}

function appData(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support')
  if (platform === 'win32') return env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming')
  return env['XDG_CONFIG_HOME'] || join(homedir(), '.config')
}
