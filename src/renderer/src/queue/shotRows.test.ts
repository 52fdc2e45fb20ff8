import { describe, expect, it } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { fakeFrame, fakeShot, LAKE_WEDDING } from '../testing/fakeFrames.ts'
import { createFakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { QueueStore } from './QueueStore.ts'
import { SelectionStore } from './SelectionStore.ts'

/** As many shots of three files. */
async function openShots(shots: number) {
  const fake = createFakeSilverdrop({ frames: 0 })
  for (let index = 0; index < shots; index += 1) fake.frames.push(...fakeShot(index, 'done', 'done', 'done'))
  const queue = new QueueStore(fake.api)
  const selection = new SelectionStore(queue, () => fake.frames.length)
  queue.start()
  queue.show(LAKE_WEDDING, 'all', 'shot')
  await eventually(() => expect(queue.state.total).toBe(shots))
  const namesAt = (row: number) => queue.framesAt(row).map(({ name }) => name)
  return { fake, queue, selection, namesAt }
}

function open(queue: QueueStore, row: number): void {
  const item = queue.itemAt(row)
  if (!item) throw new Error(`no item at ${row}`)
  queue.setOpen(item, true)
}

describe('a queue of shots', () => {
  it('counts and pages shots, each with all its files', async () => {
    const { fake, queue, namesAt } = await openShots(150)
    expect(queue.rowCount).toBe(150)
    expect(namesAt(0)).toEqual(['IMG_0100.CR3', 'IMG_0100.JPG', 'IMG_0100.xmp'])
    queue.look(100, 120)
    await eventually(() => expect(namesAt(120)).toHaveLength(3))
    const pages = fake.asked.flatMap((asked) => (asked.name === 'queue:page' ? [asked.input] : []))
    expect(pages.map(({ groupBy, offset }) => [groupBy, offset])).toEqual([
      ['shot', 0],
      ['shot', 100]
    ])
  })

  it('has the files of an opened shot below it, and finds every row by its id', async () => {
    const { queue, namesAt } = await openShots(20)
    open(queue, 2)
    expect(queue.rowCount).toBe(23)
    expect([3, 4, 5].flatMap(namesAt)).toEqual(['IMG_0102.CR3', 'IMG_0102.JPG', 'IMG_0102.xmp'])
    expect(namesAt(6)).toHaveLength(3)
    for (let row = 0; row < queue.rowCount; row += 1) expect(queue.rowOf(queue.rowIdAt(row) ?? '')).toBe(row)
  })

  it('puts the focus on a shot whose file had it, when the shot closes', async () => {
    const { queue, selection } = await openShots(20)
    open(queue, 2)
    selection.choose(4)
    const item = queue.itemAt(2)
    if (item) queue.setOpen(item, false)
    expect(selection.state.focusIndex).toBe(2)
  })

  it('keeps the pages of opened shots however far it is scrolled', async () => {
    const { queue, namesAt } = await openShots(6_000)
    open(queue, 1)
    for (let row = 103; row < 6_003; row += 100) {
      queue.look(row, row)
      await eventually(() => expect(namesAt(row)).toHaveLength(3))
    }
    expect(queue.rowCount).toBe(6_003)
    expect(namesAt(2)).toEqual(['IMG_0101.CR3'])
    expect(namesAt(303)).toEqual([])
  })

  it('asks for what comes into view when a shot above it closes', async () => {
    const { queue, namesAt } = await openShots(150)
    for (let shot = 0; shot < 20; shot += 1) open(queue, shot * 4)
    queue.look(90, 120)
    expect(namesAt(120)).toEqual(['IMG_0160.CR3', 'IMG_0160.JPG', 'IMG_0160.xmp'])
    for (let shot = 0; shot < 20; shot += 1) {
      const item = queue.itemAt(shot)
      if (item) queue.setOpen(item, false)
    }
    expect(queue.rowCount).toBe(150)
    await eventually(() => expect(namesAt(120)).toEqual(['IMG_0220.CR3', 'IMG_0220.JPG', 'IMG_0220.xmp']))
  })

  it('shows a file as it is now within its shot', async () => {
    const { fake, queue } = await openShots(3)
    const [frame] = queue.framesAt(1)
    const before = queue.itemAt(0)
    if (!frame) throw new Error('no frame')
    fake.emit('queue:changed', [{ ...frame, notes: ['changed'] }])
    expect(queue.framesAt(1).map(({ notes }) => notes.length)).toEqual([1, 0, 0])
    expect(queue.itemAt(0)).toBe(before)
    expect(queue.frameById(frame.id)?.notes).toEqual(['changed'])
  })

  it('starts anew as files, with nothing chosen', async () => {
    const { queue, selection } = await openShots(3)
    selection.choose(1)
    queue.show(LAKE_WEDDING, 'all', 'frame')
    await eventually(() => expect(queue.state.total).toBe(9))
    expect(selection.count).toBe(0)
  })
})

describe('choosing shots', () => {
  it('chooses all files of a shot, and takes all of them out again', async () => {
    const { selection } = await openShots(3)
    selection.choose(0)
    await selection.toggle(2)
    expect(selection.count).toBe(6)
    expect([0, 1, 2].map((row) => selection.isRowChosen(row))).toEqual([true, false, true])
    await selection.toggle(0)
    expect(selection.count).toBe(3)
  })

  it('chooses one file of an opened shot without the others', async () => {
    const { queue, selection } = await openShots(3)
    open(queue, 0)
    selection.choose(2)
    expect(selection.count).toBe(1)
    expect([0, 1, 2, 3].map((row) => selection.isRowChosen(row))).toEqual([false, false, true, false])
  })

  it('chooses a range over shots that were never on screen', async () => {
    const { fake, selection } = await openShots(700)
    selection.choose(50)
    await selection.extendTo(649)
    expect(selection.toFrameSelection()).toEqual({ ids: fake.frames.slice(150, 1950).map(({ id }) => id) })
  })

  it('counts the files, not the shots, where everything is chosen', async () => {
    const { selection } = await openShots(700)
    await selection.chooseEverything()
    expect(selection.count).toBe(2_100)
    expect(selection.toFrameSelection()).toEqual({ collectionId: LAKE_WEDDING, filter: 'all' })
  })
})

describe('what is left out', () => {
  it('is listed by itself, and chosen by its ids, since no filter means it', async () => {
    const fake = createFakeSilverdrop({ frames: 0 })
    for (let index = 0; index < 620; index += 1) {
      fake.frames.push({ ...fakeFrame(index, 'cancelled'), ...(index % 2 === 0 ? { leftOut: 'It is small.' } : {}) })
    }
    const queue = new QueueStore(fake.api)
    const selection = new SelectionStore(queue)
    queue.start()
    queue.show(LAKE_WEDDING, 'left-out')
    await eventually(() => expect(queue.state.total).toBe(310))
    await selection.chooseEverything()
    const ids = fake.frames.filter(({ leftOut }) => leftOut !== undefined).map(({ id }) => id)
    expect(selection.toFrameSelection()).toEqual({ ids })
  })

  it('has no list of all collections together', async () => {
    const fake = createFakeSilverdrop({ frames: 3 })
    const queue = new QueueStore(fake.api)
    queue.show(null, 'left-out')
    await eventually(() => expect(queue.state.total).toBe(0))
    expect(fake.asked).toEqual([])
  })
})
