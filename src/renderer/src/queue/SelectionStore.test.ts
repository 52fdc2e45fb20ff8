import { describe, expect, it } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { LAKE_WEDDING } from '../testing/fakeFrames.ts'
import { createFakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { QueueStore } from './QueueStore.ts'
import { SelectionStore } from './SelectionStore.ts'

async function open() {
  const fake = createFakeSilverdrop({ frames: 1204 })
  const queue = new QueueStore(fake.api)
  const selection = new SelectionStore(queue)
  queue.start()
  queue.show(LAKE_WEDDING, 'all')
  await eventually(() => expect(queue.state.total).toBe(1204))
  const idAt = (index: number) => fake.frames[index]?.id ?? ''
  return { fake, queue, selection, idAt }
}

describe('SelectionStore', () => {
  it('chooses a range from the anchor, upwards and over rows that were never loaded', async () => {
    const { fake, selection } = await open()
    selection.choose(90)
    await selection.extendTo(600)
    expect(selection.count).toBe(511)
    await selection.extendTo(85)
    expect(selection.toFrameSelection()).toEqual({ ids: fake.frames.slice(85, 91).map(({ id }) => id) })
  })

  it('means everything by its filter, not by a list of ids', async () => {
    const { selection } = await open()
    selection.chooseEverything()
    expect(selection.count).toBe(1204)
    expect(selection.toFrameSelection()).toEqual({ collectionId: LAKE_WEDDING, filter: 'all' })
  })

  it('takes one row out of everything', async () => {
    const { selection, idAt } = await open()
    selection.chooseEverything()
    await selection.toggle(3)
    expect(selection.count).toBe(1203)
    expect(selection.isChosen(idAt(3))).toBe(false)
    expect(selection.isChosen(idAt(1200))).toBe(true)
  })

  it('is nothing to a command when nothing is chosen', async () => {
    const { selection } = await open()
    expect(selection.toFrameSelection()).toBeNull()
    expect(selection.onlyId).toBeNull()
  })

  it('stays with its frame when a row above it goes', async () => {
    const { fake, queue, selection, idAt } = await open()
    const id = idAt(5)
    selection.choose(5)
    fake.frames.shift()
    fake.emit('queue:reordered', [{ collectionId: LAKE_WEDDING }])
    await eventually(() => expect(queue.state.total).toBe(1203))

    expect(selection.state.focusIndex).toBe(4)
    expect(selection.onlyId).toBe(id)
  })

  it('chooses nothing of a list that was left while its ids were asked for', async () => {
    const { fake, queue, selection, idAt } = await open()
    const { promise, resolve } = Promise.withResolvers<string[]>()
    fake.answer('queue:ids', () => promise)
    queue.show(LAKE_WEDDING, 'needs-you')
    selection.choose(0) // a row that is not known yet
    queue.show(LAKE_WEDDING, 'all')
    resolve([idAt(7)])
    await eventually(() => expect(queue.state.total).toBe(1204))
    expect(selection.count).toBe(0)
  })

  it('takes both rows out of everything when the second is asked for before the first is out', async () => {
    const { selection, idAt } = await open()
    selection.chooseEverything()
    await Promise.all([selection.toggle(3), selection.toggle(4)])
    expect(selection.count).toBe(1202)
    expect([3, 4].some((index) => selection.isChosen(idAt(index)))).toBe(false)
  })

  it('starts from nothing in another view', async () => {
    const { queue, selection } = await open()
    selection.choose(5)
    queue.show(LAKE_WEDDING, 'done')
    expect(selection.count).toBe(0)
    expect(selection.state.focusIndex).toBe(0)
  })
})
