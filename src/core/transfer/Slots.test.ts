import { describe, expect, it } from 'vitest'
import { Slots } from './Slots.ts'

const { signal } = new AbortController()

describe('Slots', () => {
  it('runs so many at once, in order', async () => {
    const slots = new Slots(2)
    const started: number[] = []
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
    const all = gates.map((gate, index) =>
      slots.run(() => {
        started.push(index)
        return gate.promise
      }, signal)
    )
    await Promise.resolve()
    expect(started).toEqual([0, 1])
    gates[1]?.resolve()
    await all[1]
    await Promise.resolve()
    expect(started).toEqual([0, 1, 2])
    for (const gate of gates) gate.resolve()
    await Promise.all(all)
    expect(started).toEqual([0, 1, 2, 3])
  })

  it('frees the place of what fails, and of who leaves the queue', async () => {
    const slots = new Slots(1)
    const stop = new AbortController()
    const gate = Promise.withResolvers<void>()
    const failing = slots.run(() => gate.promise, signal)
    const leaving = slots.run(async () => 'never', stop.signal)
    const last = slots.run(async () => 'last', signal)
    stop.abort()
    await expect(leaving).rejects.toMatchObject({ name: 'AbortError' })
    gate.reject(new Error('Broken'))
    await expect(failing).rejects.toThrow('Broken')
    expect(await last).toBe('last')
    await expect(slots.run(async () => 'never', stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await slots.run(async () => 'free', signal)).toBe('free')
  })
})
