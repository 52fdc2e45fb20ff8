import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { eventually } from '../testing/eventually.ts'
import { fakeId, LAKE_WEDDING, STUDIO_TETHER } from '../testing/fakeFrames.ts'
import { createFakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { QueueStore } from './QueueStore.ts'

async function openQueue(frames = 1204) {
  const fake = createFakeSilverdrop({ frames })
  const queue = new QueueStore(fake.api)
  queue.start()
  queue.show(LAKE_WEDDING, 'all')
  await eventually(() => expect(queue.state.total).toBe(frames))
  return { fake, queue }
}

const pagesAsked = (fake: ReturnType<typeof createFakeSilverdrop>) =>
  fake.asked.flatMap((asked) => (asked.name === 'queue:page' ? [asked.input.offset] : []))

describe('QueueStore', () => {
  it('asks for a page when it comes into view, and only once', async () => {
    const { fake, queue } = await openQueue()
    queue.look(250, 320)
    queue.look(255, 325)
    await eventually(() => expect(queue.frameAt(320)?.name).toBe('DSC_0732.NEF'))

    expect(pagesAsked(fake)).toEqual([0, 200, 300])
    expect(queue.frameAt(150)).toBeNull()
  })

  it('replaces a changed row in place and leaves the others as the very same objects', async () => {
    const { fake, queue } = await openQueue()
    const [first, second] = [queue.frameAt(0), queue.frameAt(1)]
    if (!first) throw new Error('no first row')
    fake.emit('queue:changed', [{ ...first, notes: ['changed'] }])

    expect(queue.frameAt(0)?.notes).toEqual(['changed'])
    expect(queue.frameAt(1)).toBe(second)
  })

  it('is silent about a changed row that it never showed', async () => {
    const { fake, queue } = await openQueue()
    const far = fake.frames[900]
    if (!far) throw new Error('no such frame')
    const version = queue.state.version
    fake.emit('queue:changed', [far])
    expect(queue.state.version).toBe(version)
  })

  it('keeps showing the old rows while moved ones are asked for again', async () => {
    const { fake, queue } = await openQueue()
    const gone = fake.frames.shift()
    fake.emit('queue:reordered', [{ collectionId: LAKE_WEDDING }])
    expect(queue.frameAt(0)?.id).toBe(gone?.id)

    await eventually(() => expect(queue.state.total).toBe(1203))
    expect(queue.frameAt(0)?.id).toBe(fake.frames[0]?.id)
  })

  it('asks once more when rows moved while an answer was under way', async () => {
    const { fake, queue } = await openQueue()
    fake.emit('queue:reordered', [{ collectionId: LAKE_WEDDING }])
    fake.frames.shift()
    fake.emit('queue:reordered', [{ collectionId: LAKE_WEDDING }])
    await eventually(() => expect(queue.state.total).toBe(1203))
  })

  it('asks once more when frames came while its very first answer was under way', async () => {
    const fake = createFakeSilverdrop({ frames: 3 })
    const queue = new QueueStore(fake.api)
    queue.start()
    const { promise, resolve } = Promise.withResolvers<{ total: number; frames: [] }>()
    fake.answer('queue:page', () => promise)
    queue.show(LAKE_WEDDING, 'all')
    fake.emit('queue:reordered', [{ collectionId: LAKE_WEDDING }])
    fake.answer('queue:page', async () => ({ total: 3, frames: fake.frames }))
    resolve({ total: 0, frames: [] })
    await eventually(() => expect(queue.state.total).toBe(3))
    expect(pagesAsked(fake)).toEqual([0, 0])
  })

  it('finds a row that took the place of another, which no count tells of', async () => {
    const { fake, queue } = await openQueue(3)
    const [gone, ...others] = fake.frames
    if (!gone) throw new Error('three frames')
    const come = { ...gone, id: fakeId(0x900), name: 'renamed.nef' }
    fake.frames.splice(0, fake.frames.length, ...others, come)
    fake.emit('queue:changed', [come])
    await eventually(() => expect(queue.frameAt(2)?.name).toBe('renamed.nef'))
    expect(queue.rowOf(gone.id)).toBeNull()
    const asked = pagesAsked(fake).length
    fake.emit('queue:changed', [{ ...come, id: fakeId(0x901), collectionId: STUDIO_TETHER }])
    fake.emit('queue:changed', [{ ...come, status: 'working' }])
    expect(pagesAsked(fake)).toHaveLength(asked)
  })

  it('does not stir when another collection is reordered', async () => {
    const { fake } = await openQueue()
    fake.emit('queue:reordered', [{ collectionId: STUDIO_TETHER }])
    expect(pagesAsked(fake)).toEqual([0])
  })

  it('drops the answer for a view that was left', async () => {
    const { fake, queue } = await openQueue()
    let release = () => {}
    fake.answer('queue:page', async () => {
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return { total: 7, frames: [] }
    })
    queue.show(LAKE_WEDDING, 'done')
    await eventually(() => expect(fake.asked.at(-1)?.name).toBe('queue:page'))
    const releaseOld = release
    fake.answer('queue:page', async () => ({ total: 3, frames: [] }))
    queue.show(LAKE_WEDDING, 'needs-you')
    await eventually(() => expect(queue.state.total).toBe(3))

    releaseOld()
    await Promise.resolve()
    expect(queue.state).toMatchObject({ filter: 'needs-you', total: 3 })
  })

  it('tells of a failure and recovers when asked again', async () => {
    const fake = createFakeSilverdrop({ frames: 5 })
    fake.answer('queue:page', async () => {
      throw new AppError('engine-stopped', 'exit 1')
    })
    const queue = new QueueStore(fake.api)
    queue.start()
    queue.show(null, 'all')
    await eventually(() => expect(queue.state.problem?.code).toBe('engine-stopped'))

    fake.answer('queue:page', async () => ({ total: 5, frames: fake.frames }))
    fake.emit('engine:changed', ['running'])
    await eventually(() => expect(queue.state).toMatchObject({ total: 5, problem: null }))
  })

  it('keeps a bounded number of pages however far one scrolls', async () => {
    const { queue } = await openQueue(8_000)
    for (let row = 0; row < 8_000; row += 100) {
      queue.look(row, row + 20)
      await eventually(() => expect(queue.frameAt(row)).not.toBeNull())
    }
    const kept = Array.from({ length: 80 }, (_, page) => queue.frameAt(page * 100)).filter(Boolean)
    expect(kept.length).toBeLessThanOrEqual(41)
    expect(queue.frameAt(7_950)).not.toBeNull()
  })

  it('gives ids of rows that were never on screen', async () => {
    const { fake, queue } = await openQueue()
    const ids = await queue.idsOf(50, 650)
    expect(ids).toEqual(fake.frames.slice(50, 651).map(({ id }) => id))
  })

  it('remembers since when a frame has been written, until it is whole or another list is shown', async () => {
    const { fake, queue } = await openQueue(20)
    const [settling, done] = [fake.frames[10], fake.frames[0]]
    if (!settling || !done) throw new Error('no such frames')
    const sinceMs = queue.settlingSinceMs(settling.id)
    expect(sinceMs).toBeLessThanOrEqual(Date.now())
    expect(queue.settlingSinceMs(done.id)).toBeNull()
    fake.emit('queue:changed', [{ ...settling, sizeBytes: settling.sizeBytes + 1 }])
    expect(queue.settlingSinceMs(settling.id)).toBe(sinceMs)
    fake.emit('queue:changed', [{ ...settling, status: 'waiting' }])
    expect(queue.settlingSinceMs(settling.id)).toBeNull()
    fake.emit('queue:changed', [settling])
    queue.show(STUDIO_TETHER, 'all')
    expect(queue.settlingSinceMs(settling.id)).toBeNull()
  })
})
