import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fuzzDarkroom, ownSamples, samplesIn } from './testing/fuzz.ts'
import { testFolder } from './testing/pictures.ts'

const SEED = 20_261_121
const CASES = 200

const file = testFolder()

it('renders or refuses with a reason whatever is broken, and outlives all of it', { timeout: 900_000 }, async () => {
  const samples = [
    ...(await ownSamples()),
    ...(await samplesIn(join(import.meta.dirname, '../../../resources/samples')))
  ]
  const { outcomes, faults } = await fuzzDarkroom({ cases: CASES, seed: SEED }, samples, await file('fuzz'))
  expect(faults).toEqual([])
  expect(outcomes.get('made')).toBeGreaterThan(CASES / 2)
  expect(outcomes.get('picture-damaged')).toBeGreaterThan(CASES / 2)
})
