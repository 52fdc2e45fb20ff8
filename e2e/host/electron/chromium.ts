import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { findChromium } from '../findChromium.ts'
import { app } from './app.ts'
import { serveSources } from './protocol.ts'
import { grantsEverything } from './session.ts'

let running: Promise<BrowserContext> | null = null

/** The one Chromium of this app, with its profile in the user data folder, started with the first window. */
export function browserContext(): Promise<BrowserContext> {
  running ??= start()
  return running
}

/** Where a test can connect, over the DevTools protocol. */
export async function debuggingAddress(): Promise<string> {
  const [port] = (await readFile(join(profile(), 'DevToolsActivePort'), 'utf8')).split('\n')
  return `http://127.0.0.1:${port}`
}

function profile(): string {
  return join(app.getPath('userData'), 'chromium')
}

async function start(): Promise<BrowserContext> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('No Chromium: install the package chromium, or name one in CHROMIUM_PATH')
  mkdirSync(profile(), { recursive: true })
  const context = await chromium.launchPersistentContext(profile(), {
    executablePath,
    headless: process.env['SILVERDROP_HOST_VISIBLE'] !== '1',
    chromiumSandbox: process.getuid?.() !== 0, // Chromium refuses to run sandboxed as root
    handleSIGINT: false, // to quit is the app's own business
    handleSIGTERM: false,
    handleSIGHUP: false,
    viewport: null,
    args: ['--remote-debugging-port=0', '--no-proxy-server', `--host-resolver-rules=${await serveSources()}`]
  })
  if (grantsEverything()) await context.grantPermissions(['notifications', 'geolocation', 'clipboard-read'])
  app.closeBrowser = () => context.close()
  return context
}
