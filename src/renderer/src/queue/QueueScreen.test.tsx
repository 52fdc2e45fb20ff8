import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { fakeCollections } from '../testing/fakeData.ts'
import { fakeFrame, fakeId, LAKE_WEDDING, STUDIO_TETHER } from '../testing/fakeFrames.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

const list = () => screen.findByRole('listbox', { name: /^Frames of/ })

async function openQueue() {
  const opened = renderWindow({ frames: 1204 })
  return { ...opened, list: await list() }
}

describe('the queue', () => {
  it('draws a few of 1,204 rows, and tells of all', async () => {
    await openQueue()
    const rows = screen.getAllByRole('option')
    expect(rows.length).toBeLessThan(60)
    expect(rows[0]).toHaveAttribute('aria-setsize', '1204')
    expect(screen.getByText('Sending, 3 of 4 parts')).toBeVisible()
    expect(screen.getByText('Cut off or damaged: original sent, no web copy')).toBeVisible()
  })

  it('is walked through by the keyboard, the row with the focus always in the page', async () => {
    const { list, user } = await openQueue()
    act(() => list.focus())
    await user.keyboard('{ArrowDown}{ArrowDown}{End}')
    expect(list).toHaveAttribute('aria-activedescendant', 'queue-row-1203')
    await waitFor(() => expect(document.getElementById('queue-row-1203')).toHaveAttribute('aria-selected', 'true'))
    expect(list).toHaveFocus()
  })

  it('keeps the focused row when a row above it goes', async () => {
    const { fake, list, user, services } = await openQueue()
    act(() => list.focus())
    await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}')
    const focused = fake.frames[3]
    act(() => {
      fake.frames.shift()
      fake.emit('queue:reordered', [{ collectionId: LAKE_WEDDING }])
    })
    await waitFor(() => expect(list).toHaveAttribute('aria-activedescendant', 'queue-row-2'))
    expect(services.selection.onlyId).toBe(focused?.id)
    expect(list).toHaveFocus()
  })

  it('redraws a row in place when its frame changes', async () => {
    const { fake } = await openQueue()
    const row = screen.getAllByRole('option')[3]
    expect(row).toHaveTextContent('Sending, 42 %')
    act(() => fake.emit('queue:changed', [{ ...fakeFrame(3, 'done'), id: fakeId(4) }]))
    expect(row).toHaveTextContent('In the bucket, proved')
  })

  it('chooses with click, control and shift, and copies their links in words', async () => {
    const { fake, user } = await openQueue()
    await user.click(screen.getByText('DSC_0412.NEF'))
    await user.keyboard('{Shift>}')
    await user.click(screen.getByText('DSC_0413.NEF'))
    await user.keyboard('{/Shift}{Control>}c{/Control}')

    expect(await screen.findByText('4 links copied · tried just now: they open')).toBeVisible()
    expect(fake.clipboard.text.split('\n')).toHaveLength(4)
    expect(fake.asked.findLast(({ name }) => name === 'links:make')?.input).toMatchObject({
      select: { ids: [fakeId(1), fakeId(2)] }
    })
  })

  it('chooses all by the filter, not by 1,204 ids', async () => {
    const { fake, list, user } = await openQueue()
    act(() => list.focus())
    await user.keyboard('{Control>}a{/Control}{Delete}')
    await screen.findByText(/frames cancelled/)
    expect(fake.asked.find(({ name }) => name === 'queue:cancel')?.input).toEqual({ collectionId: null, filter: 'all' })
  })

  it('cancels without asking and takes it back', async () => {
    const { fake, user } = await openQueue()
    await user.click(screen.getByText('DSC_0415.NEF'))
    await user.keyboard('{Delete}')
    expect(await screen.findByText('1 frame cancelled')).toBeVisible()
    expect(fake.frames[3]?.status).toBe('cancelled')

    await user.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(fake.frames[3]?.status).toBe('waiting'))
  })

  it('opens the menu of a row by the keyboard and answers a conflict from it', async () => {
    const { fake, user } = await openQueue()
    await user.click(screen.getByText('DSC_0417.NEF'))
    await user.keyboard('{Shift>}{F10}{/Shift}')
    await user.click(await screen.findByRole('menuitem', { name: 'Name is taken: keep both' }))
    expect(fake.asked.findLast(({ name }) => name === 'queue:resolve')?.input).toEqual({
      select: { ids: [fakeId(6)] },
      answer: 'keep-both'
    })
  })

  it('shows what is chosen at closer sight, and its problem in four parts', async () => {
    const { user } = await openQueue()
    await user.click(screen.getByText('DSC_0420.NEF'))
    const inspector = screen.getByRole('complementary', { name: 'Inspector' })
    const problem = within(inspector).getByRole('region', { name: 'Problem' })
    expect(problem).toHaveTextContent('no smaller copy can be made of it')
    expect(problem).toHaveTextContent('goes on with whatever else is to be sent of the file')
    await user.click(within(problem).getByRole('button', { name: 'Technical text' }))
    expect(within(problem).getByText('picture-damaged: premature end')).toBeVisible()
    expect(await within(inspector).findByText('21 Nov 2026, 15:42 +01:00')).toBeVisible()
  })

  it('filters, and says so where a filter shows nothing', async () => {
    const { user } = renderWindow({ frames: 2 })
    await list()
    await user.click(screen.getByRole('radio', { name: 'Needs you 0' }))
    expect(await screen.findByText('Nothing needs you')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Show all' }))
    expect(await list()).toBeVisible()
  })

  it('says what is wrong when the queue cannot be read, and offers to try again', async () => {
    const { fake, user } = renderWindow({ frames: 3 }, (one) =>
      one.answer('queue:page', async () => {
        throw new AppError('engine-stopped', 'exit 1')
      })
    )
    expect(await screen.findByText('The part of Silverdrop that sends files has stopped.')).toBeVisible()
    fake.answer('queue:page', async () => ({ total: 3, frames: fake.frames }))
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await list()).toBeVisible()
  })

  it('says how folders are watched whose changes are not announced, by name where all are shown', async () => {
    const { fake, user } = renderWindow({ frames: 3 })
    await list()
    expect(screen.queryByRole('list', { name: 'How folders are watched' })).toBeNull()
    const watchNote = 'This folder is on a network share: Silverdrop looks into it every 20 s.'
    const noted = fakeCollections(3).map((one) => (one.id === STUDIO_TETHER ? { ...one, watchNote } : one))
    act(() => fake.emit('collections:changed', noted))
    const notes = await screen.findByRole('list', { name: 'How folders are watched' })
    expect(notes).toHaveTextContent(`Studio tether: ${watchNote}`)
    await user.click(screen.getByRole('button', { name: /^Lake wedding/ }))
    expect(screen.queryByRole('list', { name: 'How folders are watched' })).toBeNull()
    await user.click(screen.getByRole('button', { name: /^Studio tether/ }))
    expect(await screen.findByText(watchNote)).toBeVisible()
  })
})
