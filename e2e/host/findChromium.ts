import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

/** The Chromium to show pages in: CHROMIUM_PATH, else the system's, else Playwright's own; null if there is none. */
export function findChromium(): string | null {
  const candidates = [
    process.env['CHROMIUM_PATH'],
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    chromium.executablePath()
  ]
  return candidates.find((path) => path !== undefined && path !== '' && existsSync(path)) ?? null
}
