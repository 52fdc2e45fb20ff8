// Scans one folder in a process of its own, so that the memory that it takes is the scan's: scanProcess.ts <folder>.
import { scanFolder } from '../src/core/files/scanFolder.ts'
import { defaultIgnoreRules } from '../src/core/shots/ignoreRules.ts'

/** What it tells its parent. */
export type ScanTimes = { readonly seconds: number; readonly peakBytes: number }

const [folder = ''] = process.argv.slice(2)
const startedMs = performance.now()
await scanFolder(folder, { ignore: defaultIgnoreRules, signal: new AbortController().signal })
const times: ScanTimes = {
  seconds: (performance.now() - startedMs) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024 // kilobytes on every system
}
process.send?.(times)
