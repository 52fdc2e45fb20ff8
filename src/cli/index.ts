#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// The catalog needs Node 24. A machine's own `node` is often older, so the one that comes with Silverdrop takes over
// before anything is imported that an older one does not have.

const NEEDED_MAJOR = 24

if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) {
  await import('./main.ts')
} else {
  const node = ownNode()
  if (node === null) {
    process.stderr.write(`silverdrop needs Node ${NEEDED_MAJOR}; this is ${process.version}.\n`)
    process.exitCode = 1
  } else {
    const again = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
    process.exitCode = again.status ?? 1
  }
}

/** The Node that is installed beside Silverdrop, or null. */
function ownNode(): string | null {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  } catch {
    return null
  }
}
