import { act, screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { fakeFrame, fakeShot } from '../testing/fakeFrames.ts'
import type { FakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

async function openQueue(prepare: (fake: FakeSilverdrop) => void) {
  const opened = renderWindow({ frames: 0 }, prepare)
  return { ...opened, inspector: within(await screen.findByRole('complementary', { name: 'Inspector' })) }
}

describe('the inspector', () => {
  it('calls a chosen shot by its name, and several shots by the number of their frames', async () => {
    const { inspector, user } = await openQueue(({ frames }) => {
      frames.push(...fakeShot(0, 'done', 'done', 'done'), ...fakeShot(1, 'done', 'done', 'done'))
    })
    await user.click(await screen.findByRole('radio', { name: 'Shots' }))
    await user.click(await screen.findByText('IMG_0100'))
    expect(await inspector.findByRole('heading', { name: 'IMG_0100' })).toBeVisible()
    expect(inspector.getByText('3 files: RAW, JPEG, XMP')).toBeVisible()
    await user.keyboard('{Shift>}{ArrowDown}{/Shift}')
    expect(await inspector.findByRole('heading', { name: '6 frames chosen' })).toBeVisible()
  })

  it('offers nothing for left-out frames that only suits frames on their way', async () => {
    const { inspector, user, services } = await openQueue(({ frames }) => {
      for (const index of [0, 1]) frames.push({ ...fakeFrame(index, 'cancelled'), leftOut: 'pattern *.txt' })
    })
    const { collectionId } = fakeFrame(0, 'waiting')
    act(() => services.workspace.go({ kind: 'queue', collectionId, filter: 'left-out' }))
    await screen.findAllByRole('option')
    act(() => screen.getByRole('listbox').focus())
    await user.keyboard('{Control>}a{/Control}')
    expect(await inspector.findByRole('heading', { name: '2 frames chosen' })).toBeVisible()
    expect(inspector.getByText(/leave them out/)).toBeVisible()
    expect(inspector.queryByRole('button')).toBeNull()
  })

  it('asks the next engine for the facts that the one before died over', async () => {
    const { fake, inspector, user } = await openQueue(({ frames }) => frames.push(fakeFrame(0, 'done')))
    const before = await fake.api.call('frames:detail', { frameId: fakeFrame(0, 'done').id })
    fake.answer('frames:detail', async () => {
      throw new AppError('engine-stopped', 'SIGKILL')
    })
    await user.click(await screen.findByRole('option'))
    expect(await inspector.findByRole('heading', { name: fakeFrame(0, 'done').name })).toBeVisible()
    fake.answer('frames:detail', async () => (before.ok ? before.value : null))
    act(() => fake.emit('engine:changed', ['stopped', 'starting']))
    act(() => fake.emit('engine:changed', ['running']))
    expect(await inspector.findByRole('region', { name: 'Facts' })).toBeVisible()
  })
})
