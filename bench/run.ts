// npm run bench [-- --quick] [-- name…]: JSON lines on standard output, words on standard error.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { GiB, MiB } from '../src/shared/units.ts'
import { type BenchName, benches } from './benches.ts'
import type { Scale } from './Measurement.ts'

const FULL: Scale = {
  rounds: 3,
  settings: 4,
  oneFileBytes: GiB,
  smallFiles: 5_000,
  tinyFiles: 20_000,
  scanFolders: 10_000,
  pictures: 24
}
/** Shows that the bench works. Its figures mean nothing. */
const QUICK: Scale = {
  rounds: 1,
  settings: 1,
  oneFileBytes: 24 * MiB,
  smallFiles: 40,
  tinyFiles: 40,
  scanFolders: 20,
  pictures: 2
}

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true })
const all = Object.keys(benches) as BenchName[]
const unknown = positionals.find((name) => !Object.hasOwn(benches, name))
if (unknown !== undefined) {
  console.error(`Not a bench: ${unknown}. There are: ${all.join(', ')}`)
  process.exit(2)
}

for (const name of all) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const folder = await mkdtemp(join(tmpdir(), 'silverdrop-bench-'))
  try {
    const lines = await benches[name](folder, values.quick ? QUICK : FULL)
    for (const line of lines) console.log(JSON.stringify(line))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
