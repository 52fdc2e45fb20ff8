import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import { AccountLine } from './AccountLine.ts'

function open() {
  const clock = createFakeClock()
  let rooms = 0
  const line = new AccountLine({ clock, onRoom: () => (rooms += 1), onRest: () => {} })
  const { signal } = new AbortController()
  const sent: string[] = []
  /** Begins to send something that ends when it is told to. */
  const begin = (collectionId: string, name: string, stop: AbortSignal = signal) => {
    const gate = Promise.withResolvers<void>()
    const done = line.send(collectionId, 1, stop, () => {
      sent.push(name)
      return gate.promise
    })
    done.catch(() => {})
    return { done, end: gate.resolve, fail: gate.reject }
  }
  return { clock, line, signal, sent, begin, rooms: () => rooms }
}

describe('AccountLine', () => {
  it('lets so many bodies out at once as its limit says, the next when one has ended', async () => {
    const { line, sent, begin } = open()
    const requests = ['1', '2', '3', '4', '5', '6'].map((name) => begin('a', name))
    await nextTurn()
    expect(sent).toEqual(['1', '2', '3', '4'])
    requests[1]?.end()
    await requests[1]?.done
    await nextTurn()
    expect(sent).toEqual(['1', '2', '3', '4', '5'])
    expect(line.inFlight).toBe(4)
  })

  it('lets collections take turns', async () => {
    const { sent, begin } = open()
    const first = ['1', '2', '3', '4'].map((name) => begin('large', name))
    for (const name of ['5', '6', '7']) begin('large', name)
    begin('small', 'x')
    await nextTurn()
    for (const { end } of first) end()
    await nextTurn()
    expect(sent.slice(4, 6)).toEqual(['5', 'x'])
  })

  it('sends nothing, and asks nothing, before the time that the server has asked for', async () => {
    const { clock, line, signal, sent, begin, rooms } = open()
    const refused = begin('a', 'refused')
    await nextTurn()
    refused.fail(new AppError('rate-limited', 'Slow down', { retryAfterMs: 5_000 }))
    await expect(refused.done).rejects.toMatchObject({ code: 'rate-limited' })
    expect(line.isResting).toBe(true)
    expect(line.limit).toBe(2)
    begin('a', 'later')
    const asked = line.ask(signal, async () => sent.push('asked'))
    clock.turn(4_999)
    await nextTurn()
    expect(sent).toEqual(['refused'])
    clock.turn(1)
    await asked
    expect(sent.toSorted()).toEqual(['asked', 'later', 'refused'])
    expect(rooms()).toBe(1)
  })

  it('takes a shorter time asked for meanwhile as nothing new, and waits for no hours', async () => {
    const { clock, line, begin } = open()
    const [long, short] = [begin('a', '1'), begin('a', '2')]
    await nextTurn()
    long.fail(new AppError('server-error', 'In a day', { retryAfterMs: 86_400_000 }))
    short.fail(new AppError('rate-limited', 'In a second', { retryAfterMs: 1_000 }))
    await nextTurn()
    clock.turn(1_000)
    expect(line.isResting).toBe(true)
    clock.turn(5 * 60_000)
    expect(line.isResting).toBe(false)
  })

  it('takes a refusal that concerns one object for an answer like any other', async () => {
    const { line, begin } = open()
    const request = begin('a', '1')
    await nextTurn()
    request.fail(new AppError('conflict', 'Taken'))
    await expect(request.done).rejects.toMatchObject({ code: 'conflict' })
    expect([line.limit, line.inFlight]).toEqual([4, 0])
  })

  it('lets go of who is stopped while waiting, and loses no place by it', async () => {
    const { line, sent, begin } = open()
    const stop = new AbortController()
    const first = ['1', '2', '3', '4'].map((name) => begin('a', name))
    const stopped = begin('b', 'stopped', stop.signal)
    begin('b', 'next')
    stop.abort(new Error('Stopped'))
    await expect(stopped.done).rejects.toThrow('Stopped')
    await expect(line.ask(stop.signal, async () => 1)).rejects.toThrow('Stopped')
    for (const { end } of first) end()
    await nextTurn()
    expect(sent).toEqual(['1', '2', '3', '4', 'next'])
    expect(line.inFlight).toBe(1)
  })

  it('makes use of a ceiling that rises at once', async () => {
    const { line, sent, begin } = open()
    line.setCeiling(1)
    for (const name of ['1', '2', '3']) begin('a', name)
    await nextTurn()
    expect(sent).toEqual(['1'])
    line.setCeiling(32)
    await nextTurn()
    expect(sent).toEqual(['1', '2', '3'])
  })
})
