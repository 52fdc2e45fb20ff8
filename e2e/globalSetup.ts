import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './host/findChromium.ts'
import { findElectron } from './launch.ts'

/** Says in one sentence what a run lacks, and which of the two ways it takes. */
export default function globalSetup(): void {
  if (!existsSync(join(import.meta.dirname, '..', 'out', 'main', 'index.js'))) {
    throw new Error('There is no build to test: run `npm run build` first.')
  }
  const electron = findElectron()
  if (electron) {
    console.log(`Running in Electron: ${electron}`)
    return
  }
  const chromium = findChromium()
  if (!chromium) throw new Error('Install Chromium (Debian: `apt-get install chromium`), or name one in CHROMIUM_PATH.')
  console.log(`Running in the stand-in for Electron, with ${chromium}`)
}
