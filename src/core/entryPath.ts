import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The files that start as a process or a thread of their own. Sources are named from here, built ones by the key. */
const entries = {
  engine: 'process.ts',
  darkroom: 'images/process.ts',
  digestWorker: 'transfer/digestWorker.ts',
  localR2: 'store/local/localR2Process.ts',
  scanWorker: 'files/scanWorker.ts'
} as const

/**
 * Where an entry lies. Under `node src/…` (tests, bench) that is its TypeScript source, which Node 24 runs as it is; in
 * the build it is `out/core/<name>.js`, and whatever chunk this function ends up in lies one folder below `out/`.
 */
export function entryPath(name: keyof typeof entries): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return import.meta.url.endsWith('.ts') ? join(here, entries[name]) : join(here, '..', 'core', `${name}.js`)
}
