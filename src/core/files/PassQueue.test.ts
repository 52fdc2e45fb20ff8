import { describe, expect, it } from 'vitest'
import { type PassKind, PassQueue } from './PassQueue.ts'

function openQueue() {
  const passes: Array<{ kind: PassKind; end: () => void }> = []
  const queue = new PassQueue((kind) => new Promise((resolve) => passes.push({ kind, end: resolve })))
  return { queue, passes, kinds: () => passes.map(({ kind }) => kind) }
}

describe('PassQueue', () => {
  it('makes one pass of all that is asked for while another runs, of the kind that takes in the others', async () => {
    const { queue, passes, kinds } = openQueue()
    const first = queue.ask('named')
    const later = [queue.ask('changed'), queue.ask('everything'), queue.ask('named')]
    expect(kinds()).toEqual(['named'])
    passes[0]?.end()
    await first
    expect(kinds()).toEqual(['named', 'everything'])
    passes[1]?.end()
    await Promise.all(later)
    expect(kinds()).toHaveLength(2)
    void queue.ask('changed')
    expect(kinds()).toEqual(['named', 'everything', 'changed'])
  })

  it('does not count a pass that began before it was asked for', async () => {
    const { queue, passes } = openQueue()
    const early = queue.ask('everything')
    let isOver = false
    const late = queue.ask('everything').then(() => {
      isOver = true
    })
    passes[0]?.end()
    await early
    expect(isOver).toBe(false)
    passes[1]?.end()
    await late
  })

  it('ends with the pass that runs when it is closed, and leaves nobody waiting', async () => {
    const { queue, passes, kinds } = openQueue()
    const asked = [queue.ask('everything'), queue.ask('changed')]
    const closing = queue.close()
    passes[0]?.end()
    await Promise.all([closing, ...asked, queue.ask('named')])
    expect(kinds()).toEqual(['everything'])
  })
})
