import { describe, expect, it } from 'vitest'
import type { EventName } from '../../shared/ipc/contract.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import { Announcer } from './Announcer.ts'
import { noTotals } from './Progress.ts'

const ONE = '00000000-0000-4000-8000-000000000001'
const OTHER = '00000000-0000-4000-8000-000000000002'

/** Two collections whose counts stay as they are. */
function open() {
  const clock = createFakeClock()
  const told: Array<{ name: EventName; payload: unknown }> = []
  const announcer = new Announcer({
    clock,
    viewOf: () => null,
    totals: () => [null, ONE, OTHER].map(noTotals),
    collections: () => [],
    isHeard: () => true,
    emit: (name, payload) => told.push({ name, payload })
  })
  const reordered = () => told.flatMap(({ name, payload }) => (name === 'queue:reordered' ? [payload] : []))
  announcer.countsChanged()
  clock.turn(1_000)
  told.length = 0
  return { clock, announcer, reordered }
}

describe('Announcer', () => {
  it('does not have lists asked for again when rows of theirs change in place', () => {
    const { clock, announcer, reordered } = open()
    announcer.frameChanged('a')
    clock.turn(1_000)
    expect(reordered()).toEqual([])
  })

  it('has all lists asked for again when more rows change than it tells of, though no count changes', () => {
    const { clock, announcer, reordered } = open()
    for (let index = 0; index < 300; index += 1) announcer.frameChanged(`frame ${index}`)
    clock.turn(1_000)
    expect(reordered()).toEqual([[{ collectionId: ONE }, { collectionId: OTHER }]])
  })
})
