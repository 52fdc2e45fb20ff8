import { readFileSync } from 'node:fs'
import { findChromium } from '../e2e/host/findChromium.ts'
import { findElectron } from '../e2e/launch.ts'
import { run, runTool } from './runTool.ts'

/** What shows the app: Electron itself, or a Chromium in which the stand-in of e2e/host shows it. */
export type AppBrowser = { readonly kind: 'electron' | 'chromium'; readonly path: string }

export function findBrowser(): AppBrowser | null {
  const electron = findElectron()
  if (electron) return { kind: 'electron', path: electron }
  const chromium = findChromium()
  return chromium ? { kind: 'chromium', path: chromium } : null
}

/**
 * The browser that is there, else one that is fetched: Debian's own package where that may be installed, elsewhere the
 * one that Playwright brings.
 *
 * @throws with a sentence that says what to install.
 */
export async function ensureBrowser(): Promise<AppBrowser> {
  const present = findBrowser()
  if (present) return present
  if (isDebianAsRoot()) {
    console.log('There is neither Electron nor Chromium: installing the Debian package chromium.')
    if ((await run('apt-get', ['update'])) === 0) await run('apt-get', ['install', '-y', 'chromium'])
  } else {
    console.log('There is neither Electron nor Chromium: fetching Playwright’s Chromium.')
    await runTool('@playwright/test', 'playwright', ['install', 'chromium'])
  }
  const installed = findBrowser()
  if (installed) return installed
  throw new Error('Install Chromium (on Debian: `apt-get install chromium`), or name one in CHROMIUM_PATH.')
}

/** In one sentence, for whoever reads the output. */
export function browserSentence({ kind, path }: AppBrowser): string {
  return kind === 'electron' ? `In Electron: ${path}` : `In the stand-in for Electron, with ${path}`
}

function isDebianAsRoot(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false // no Linux, or one that does not say what it is
  }
}
