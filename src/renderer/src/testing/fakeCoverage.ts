import type { Answers, CallName } from '../../../shared/ipc/contract.ts'
import type { Coverage } from '../../../shared/model/coverage.ts'
import { LAKE_WEDDING } from './fakeFrames.ts'

/** A folder of four files, of which two are in the bucket, and an object that is only there. */
export const fakeCoverage: Coverage = {
  folder: '/home/ana/Pictures/Tether',
  accountName: 'Studio',
  bucket: 'clients',
  collectionId: LAKE_WEDDING,
  collectionName: 'Lake wedding',
  prefix: 'Lake wedding/',
  madeAtMs: Date.UTC(2026, 10, 21, 16, 3),
  ignored: 2,
  rows: [
    { state: 'there', name: 'one.jpg', sizeBytes: 24e6, keys: ['Lake wedding/one.jpg'], problem: null },
    { state: 'missing', name: 'in/two.jpg', sizeBytes: 25e6, keys: ['Lake wedding/in/two.jpg'], problem: null },
    { state: 'stale', name: 'three.jpg', sizeBytes: 26e6, keys: ['Lake wedding/three.jpg'], problem: null },
    { state: 'there', name: 'four.jpg', sizeBytes: 27e6, keys: ['Lake wedding/four.jpg'], problem: null },
    {
      state: 'only-remote',
      name: 'Lake wedding/old.jpg',
      sizeBytes: 1e6,
      keys: ['Lake wedding/old.jpg'],
      problem: null
    }
  ]
}

export function fakeCoverageAnswers(): Answers<Extract<CallName, `coverage:${string}`>> {
  return {
    'coverage:make': async ({ folder }) => ({ ...fakeCoverage, folder }),
    'coverage:send': async () => ({
      collectionId: LAKE_WEDDING,
      files: fakeCoverage.rows.filter(({ state }) => state === 'missing' || state === 'stale').length
    })
  }
}
