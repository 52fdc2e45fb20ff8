import { describe, expect, it } from 'vitest'
import { Throughput } from './Throughput.ts'

/** Samples twice a second. @param doneAt How far the work is, in bytes, after so many seconds. */
function measure(seconds: number, doneAt: (second: number) => number): Throughput {
  const throughput = new Throughput()
  for (let second = 0; second <= seconds; second += 0.5) {
    throughput.sample(second * 1_000, doneAt(second))
    throughput.addSent(500)
  }
  return throughput
}

describe('Throughput', () => {
  it('tells the speed on the line and the time left of an even flow', () => {
    const throughput = measure(40, (second) => second * 2_000)
    expect(throughput.bytesPerSecond).toBeCloseTo(1_000)
    expect(throughput.secondsLeft(20_000)).toBeCloseTo(10)
  })

  it('keeps the time left to itself until it has seen enough, and while the flow changes', () => {
    expect(measure(5, (second) => second * 2_000).secondsLeft(1)).toBeNull()
    expect(measure(40, (second) => (second < 32 ? second * 2_000 : 64_000)).secondsLeft(1)).toBeNull()
    expect(measure(40, () => 7).secondsLeft(1)).toBeNull()
    expect(measure(40, (second) => 100_000 - second).secondsLeft(1)).toBeNull() // cancelled
  })

  it('falls to nothing when nothing is sent, and begins anew after a reset', () => {
    const throughput = measure(10, () => 0)
    for (let atMs = 10_500; atMs <= 16_500; atMs += 500) throughput.sample(atMs, 0)
    expect(throughput.bytesPerSecond).toBe(0)
    throughput.reset()
    expect(throughput.bytesPerSecond).toBe(0)
    expect(throughput.secondsLeft(1)).toBeNull()
  })

  it('does not count back when an upload begins again, nor samples that come too soon', () => {
    const throughput = new Throughput()
    throughput.sample(0, 0)
    throughput.addSent(1_000)
    throughput.addSent(-1_000)
    throughput.sample(10, 5)
    expect(throughput.bytesPerSecond).toBe(0)
    throughput.sample(1_000, 5)
    expect(throughput.bytesPerSecond).toBe(1_000)
  })
})
