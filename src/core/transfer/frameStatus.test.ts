import { expect, it } from 'vitest'
import { frameStatusOf } from './frameStatus.ts'

it.each([
  [['sending', 'failed', 'done'], 'working'],
  [['rendering'], 'working'],
  [['proving', 'waiting'], 'working'],
  [['waiting', 'done', 'paused'], 'waiting'],
  [['retrying', 'failed'], 'waiting'],
  [['paused', 'conflict'], 'paused'],
  [['conflict', 'failed'], 'attention'],
  [['failed', 'done'], 'attention'],
  [['failed', 'cancelled'], 'failed'],
  [['done', 'cancelled'], 'done'],
  [['skipped'], 'done'],
  [['cancelled'], 'cancelled']
] as const)('a frame whose uploads are %j is %s', (kinds, status) => {
  expect(frameStatusOf(kinds)).toBe(status)
  expect(frameStatusOf(kinds.toReversed())).toBe(status)
})
