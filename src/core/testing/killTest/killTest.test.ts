import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KillRig } from './KillRig.ts'
import { runKills } from './runKills.ts'

/** A few each time, others each day; `npm run kill -- --runs 1 --seed <seed>` has one of them again. */
const RUNS = 8
const firstSeed = Math.floor(Date.now() / 86_400_000) * RUNS

/** Generous: a run takes seconds where the machine has nothing else to do. */
const RUN_LIMIT_MS = 240_000

let rig: KillRig

beforeAll(async () => {
  rig = await KillRig.start()
})
afterAll(() => rig.close())

describe('engines killed at random moments', () => {
  const seeds = Array.from({ length: RUNS }, (_, n) => firstSeed + n)

  it.each(seeds)(
    'lose nothing, send nothing twice and leave nothing behind (seed %i)',
    { timeout: RUN_LIMIT_MS },
    async (seed) => {
      const report = await runKills(rig, seed)
      expect(report.faults, `seed ${seed}`).toEqual([])
      expect(report.objects).toBeGreaterThanOrEqual(report.files)
    }
  )
})
