// node scripts/fuzzImages.ts [--cases 2000] [--seed N] [--first N] [--samples folder]: broken pictures for the darkroom,
// of the project's samples and, where it is given, of a folder. Ends with 1 if one was neither rendered nor refused.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzzDarkroom, ownSamples, samplesIn } from '../src/core/images/testing/fuzz.ts'

const TELL_EVERY = 100

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    samples: { type: 'string' }
  }
})
const root = join(import.meta.dirname, '..')
const samples = [
  ...(await ownSamples()),
  ...(await samplesIn(join(root, 'resources/samples'))),
  ...(await samplesIn(values.samples ?? join(root, '../shared/photos')))
]
const options = { cases: Number(values.cases), seed: Number(values.seed), first: Number(values.first) }
console.error(`${options.cases} cases of ${samples.length} files, seed ${options.seed}`)

const folder = await mkdtemp(join(tmpdir(), 'silverdrop-fuzz-'))
try {
  let done = 0
  const { outcomes, faults } = await fuzzDarkroom(options, samples, folder, () => {
    done += 1
    if (done % TELL_EVERY === 0) console.error(`${done} of ${options.cases}`)
  })
  for (const [outcome, count] of [...outcomes].sort(([, one], [, other]) => other - one)) {
    console.log(`${String(count).padStart(6)}  ${outcome}`)
  }
  for (const fault of faults) console.log(fault)
  process.exitCode = faults.length > 0 ? 1 : 0
} finally {
  await rm(folder, { recursive: true, force: true })
}
