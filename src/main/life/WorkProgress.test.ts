import { describe, expect, it } from 'vitest'
import type { Totals } from '../../shared/model/frame.ts'
import { WorkProgress } from './WorkProgress.ts'

const totals = (part: Partial<Totals>): Totals => ({
  collectionId: null,
  frames: 0,
  waiting: 0,
  working: 1,
  done: 0,
  needsYou: 0,
  cancelled: 0,
  totalBytes: 0,
  doneBytes: 0,
  bytesPerSecond: 0,
  secondsLeft: null,
  limitBytesPerSecond: null,
  hold: null,
  ...part
})

describe('WorkProgress', () => {
  it('begins at nothing, whatever was done before', () => {
    const progress = new WorkProgress()
    expect(progress.measure(totals({ totalBytes: 1_100, doneBytes: 1_000 }))).toBe(0)
    expect(progress.measure(totals({ totalBytes: 1_100, doneBytes: 1_050 }))).toBe(0.5)
    expect(progress.measure(totals({ totalBytes: 1_200, doneBytes: 1_050 }))).toBe(0.25)
  })

  it('ends with the work, and begins anew', () => {
    const progress = new WorkProgress()
    progress.measure(totals({ totalBytes: 100 }))
    expect(progress.measure(totals({ working: 0, totalBytes: 100, doneBytes: 100 }))).toBeNull()
    expect(progress.measure(totals({ totalBytes: 300, doneBytes: 100 }))).toBe(0)
  })

  it('stays between 0 and 1 for empty files and for what is taken out again', () => {
    const progress = new WorkProgress()
    expect(progress.measure(totals({}))).toBe(0)
    progress.measure(totals({ totalBytes: 200, doneBytes: 100 }))
    expect(progress.measure(totals({ totalBytes: 50, doneBytes: 50 }))).toBeLessThanOrEqual(1)
  })
})
