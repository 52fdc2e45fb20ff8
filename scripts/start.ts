// npm start [-- files or folders…]: the app in a window, ready for a drop.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeFolder } from '../src/cli/homeFolder.ts'
import { migrateSettings } from '../src/shared/settings/migrateSettings.ts'
import { ensureBuild } from './buildApp.ts'
import { browserSentence, findBrowser } from './ensureBrowser.ts'
import { run } from './runTool.ts'

const root = join(import.meta.dirname, '..')

process.exitCode = await start(process.argv.slice(2))

async function start(paths: ReadonlyArray<string>): Promise<number> {
  const browser = findBrowser()
  if (!browser) {
    console.error('There is neither Electron nor Chromium: install one (on Debian: `apt-get install chromium`).')
    return 1
  }
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    console.error('There is no display to open a window on; `xvfb-run npm start` makes one that nobody sees.')
    return 1
  }
  await ensureBuild()
  process.on('SIGINT', () => {}) // Ctrl+C reaches the app as well, which takes a moment to end; then so does this
  console.log(browserSentence(browser))
  const env = { ...process.env, ...(hasAccount() ? {} : { R2_MOCK_MODE: 'true' }) }
  if (browser.kind === 'electron') return run(browser.path, [root, ...paths], { env })
  return run(process.execPath, [join(root, 'e2e/host/run.ts'), join(root, 'out/main/index.js'), ...paths], {
    env: { ...env, SILVERDROP_HOST_VISIBLE: '1' }
  })
}

/** Whether the person has said where their photos go; otherwise they go to the R2 on this computer. */
function hasAccount(): boolean {
  if (Object.keys(process.env).some((name) => name.startsWith('R2_'))) return true
  try {
    const text = readFileSync(join(homeFolder(process.env, process.platform), 'config.json'), 'utf8')
    return migrateSettings(JSON.parse(text)).accounts.length > 0
  } catch {
    return false // there are no settings yet, or damaged ones, which the app itself sets aside
  }
}
