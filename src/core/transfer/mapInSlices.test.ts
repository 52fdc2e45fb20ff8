import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { mapInSlices, SLICE } from './mapInSlices.ts'
import { countTurns } from './testing/countTurns.ts'

const items = Array.from({ length: 4 * SLICE + 1 }, (_, index) => index)

it('maps all in their order, and gives others their turns in between', async () => {
  const { signal } = new AbortController()
  const { result, turns } = await countTurns(() => mapInSlices(items, (item, index) => item - index, signal))
  expect(result).toEqual(items.map(() => 0))
  expect(turns).toBeGreaterThanOrEqual(4)
  expect(await mapInSlices([], () => 1, signal)).toEqual([])
})

it('ends when it is aborted', async () => {
  const stop = new AbortController()
  let seen = 0
  const mapping = mapInSlices(items, () => (seen += 1), stop.signal)
  await nextTurn()
  stop.abort()
  await expect(mapping).rejects.toBe(stop.signal.reason)
  expect(seen).toBeLessThan(items.length)
})
