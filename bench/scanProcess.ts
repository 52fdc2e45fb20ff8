// Scans one folder as a watch does, in a process of its own, so that the memory it takes is the scan's: scanProcess.ts <folder>.
import { scanInBatches } from '../src/core/files/scanInBatches.ts'
import { defaultIgnoreRules } from '../src/core/shots/ignoreRules.ts'

/** What it tells its parent. */
export type ScanTimes = { readonly files: number; readonly seconds: number; readonly peakBytes: number }

const [folder = ''] = process.argv.slice(2)
const startedMs = performance.now()
let files = 0
await scanInBatches(folder, {
  ignore: defaultIgnoreRules,
  scope: { kind: 'everything' },
  signal: new AbortController().signal,
  onFiles: (batch) => {
    files += batch.length
  }
})
const times: ScanTimes = {
  files,
  seconds: (performance.now() - startedMs) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024 // kilobytes on every system
}
process.send?.(times)
