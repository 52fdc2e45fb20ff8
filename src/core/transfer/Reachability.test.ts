import { describe, expect, it } from 'vitest'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import { Reachability } from './Reachability.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

function start() {
  const clock = createFakeClock()
  const told: string[] = []
  const probes: Array<PromiseWithResolvers<void>> = []
  const reachability = new Reachability({
    clock,
    random: () => 1,
    onLost: (accountId) => told.push(`lost ${accountId}`),
    onFound: (accountId) => told.push(`found ${accountId}`),
    probe: () => {
      const probe = Promise.withResolvers<void>()
      probes.push(probe)
      return probe.promise
    }
  })
  const answer = async (isReached: boolean) => {
    const probe = probes.at(-1)
    if (isReached) probe?.resolve()
    else probe?.reject(new Error('No answer'))
    await turn()
  }
  return { clock, told, probes, reachability, answer }
}

describe('Reachability', () => {
  it('does not believe a suspicion that a probe disproves', async () => {
    const { reachability, told, answer } = start()
    reachability.suspect('studio')
    expect(reachability.isLost('studio')).toBe(false)
    await answer(true)
    expect(told).toEqual([]) // nothing was held, so nothing is let go
  })

  it('says once that an account is lost, and probes ever less often until it answers', async () => {
    const { reachability, told, answer, clock, probes } = start()
    reachability.suspect('studio')
    reachability.suspect('studio')
    expect(probes).toHaveLength(1)
    for (const pauseMs of [1_500, 2_500, 4_500, 8_500, 15_000, 15_000]) {
      await answer(false)
      expect(reachability.lostAccounts).toEqual(['studio'])
      const before = probes.length
      clock.turn(pauseMs - 1)
      expect(probes).toHaveLength(before)
      clock.turn(1)
      expect(probes).toHaveLength(before + 1)
    }
    await answer(true)
    expect(told).toEqual(['lost studio', 'found studio'])
    expect(reachability.lostAccounts).toEqual([])
  })

  it('asks at once when the network changes, and never twice at a time', async () => {
    const { reachability, answer, probes, clock } = start()
    reachability.suspect('studio')
    reachability.probeAll()
    expect(probes).toHaveLength(1)
    await answer(false)
    reachability.probeAll()
    reachability.probeAll()
    expect(probes).toHaveLength(2)
    await answer(false)
    clock.turn(60_000)
    expect(probes).toHaveLength(3)
  })

  it('is silent after it is closed', async () => {
    const { reachability, answer, told, clock, probes } = start()
    reachability.suspect('studio')
    reachability.close()
    await answer(false)
    clock.turn(60_000)
    expect(told).toEqual([])
    expect(probes).toHaveLength(1)
  })
})
