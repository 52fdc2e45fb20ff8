import { expect, it } from 'vitest'
import { z } from 'zod'
import { createOrderedId } from './createOrderedId.ts'

it('makes UUIDs of version 7 that tell the time', () => {
  const nowMs = Date.now() + 1_000
  const id = createOrderedId(nowMs)
  expect(z.uuidv7().safeParse(id).success).toBe(true)
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(nowMs)
})

it('makes each sort behind the one before it, however many come at once and wherever the clock is set', () => {
  const nowMs = Date.now() + 10_000
  const times = [...Array.from({ length: 10_000 }, () => nowMs), nowMs - 60_000, nowMs + 1, nowMs + 60_000]
  const ids = times.map((atMs) => createOrderedId(atMs))
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.toSorted()).toEqual(ids)
})
