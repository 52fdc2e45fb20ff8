import { describe, expect, it } from 'vitest'
import type { FrameView } from '../../../shared/model/frame.ts'
import { eventually } from '../testing/eventually.ts'
import { fakeFrame } from '../testing/fakeFrames.ts'
import { createFakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { ToastStore } from '../ui/ToastStore.ts'
import { ConflictStore } from './ConflictStore.ts'

function create(questions: number) {
  const fake = createFakeSilverdrop({ frames: 0 })
  fake.frames.push(...Array.from({ length: questions }, (_, index) => fakeFrame(index, 'conflict')))
  const toasts = new ToastStore()
  return { fake, toasts, conflicts: new ConflictStore(fake.api, toasts) }
}

const answered = (frame: FrameView): FrameView => ({ ...fakeFrame(0, 'done'), id: frame.id })
const idsOf = (conflicts: ConflictStore) => conflicts.state.questions.map(({ id }) => id)

describe('ConflictStore', () => {
  it('does not ask what was answered elsewhere while the questions were gathered', async () => {
    const { fake, conflicts } = create(2)
    const [one, two] = fake.frames
    if (!one || !two) throw new Error('two frames')
    const rest = Promise.withResolvers<{ total: number; frames: FrameView[] }>()
    fake.answer('queue:page', async ({ offset }) => (offset === 0 ? { total: 501, frames: [one, two] } : rest.promise))
    const opening = conflicts.open(null)
    await eventually(() => expect(fake.asked.filter(({ name }) => name === 'queue:page')).toHaveLength(2))
    fake.emit('queue:changed', [answered(one)])
    rest.resolve({ total: 501, frames: [] })
    await opening
    expect(idsOf(conflicts)).toEqual([two.id])
  })

  it('asks once about a frame that moved to the next page while it was read', async () => {
    const { fake, conflicts } = create(2)
    const [one, two] = fake.frames
    if (!one || !two) throw new Error('two frames')
    fake.answer('queue:page', async ({ offset }) => ({ total: 501, frames: offset === 0 ? [one, two] : [two] }))
    await conflicts.open(null)
    expect(idsOf(conflicts)).toEqual([one.id, two.id])
  })

  it('follows a frame whose answer was still on its way when the questions were opened anew', async () => {
    const { fake, conflicts } = create(2)
    const [one, two] = fake.frames
    if (!one || !two) throw new Error('two frames')
    const reply = Promise.withResolvers<{ changed: number }>()
    fake.answer('queue:resolve', () => reply.promise)
    await conflicts.open(null)
    const answering = conflicts.answer('skip', false)
    await conflicts.open(null)
    expect(idsOf(conflicts)).toEqual([one.id, two.id])
    fake.emit('queue:changed', [answered(one)])
    expect(idsOf(conflicts)).toEqual([two.id])
    reply.resolve({ changed: 1 })
    await answering
    expect(idsOf(conflicts)).toEqual([two.id])
  })

  it('sends one answer however often the button is pressed', async () => {
    const { fake, conflicts } = create(2)
    await conflicts.open(null)
    await Promise.all([conflicts.answer('skip', false), conflicts.answer('skip', false)])
    expect(fake.asked.filter(({ name }) => name === 'queue:resolve')).toHaveLength(1)
  })
})
