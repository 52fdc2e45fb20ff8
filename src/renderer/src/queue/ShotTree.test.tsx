import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { fakeCollections } from '../testing/fakeData.ts'
import { fakeFrame, fakeShot } from '../testing/fakeFrames.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

/** Two shots of three files and a file by itself, in a row each. */
async function openShots() {
  const opened = renderWindow({ frames: 0 }, ({ frames }) => {
    frames.push(...fakeShot(0, 'done', 'done', 'done'), ...fakeShot(1, 'failed', 'done', 'done'), fakeFrame(5, 'done'))
  })
  await opened.user.click(await screen.findByRole('radio', { name: 'Shots' }))
  const tree = await screen.findByRole('tree', { name: 'Shots of all collections' })
  await waitFor(() => expect(within(tree).getAllByRole('treeitem')).toHaveLength(3))
  return { ...opened, tree, rows: () => within(tree).getAllByRole('treeitem') }
}

describe('a queue with a row for each shot', () => {
  it('tells of each shot what it consists of and how it is', async () => {
    const { rows } = await openShots()
    const [first, second, single] = rows()
    expect(first).toHaveTextContent(/IMG_0100In the bucket, provedRAWJPEGXMP/)
    expect(second).toHaveTextContent('RAW: Not sent: the file is empty')
    expect(first).toHaveAttribute('aria-expanded', 'false')
    expect(first).toHaveAttribute('aria-level', '1')
    expect(single).not.toHaveAttribute('aria-expanded')
    expect(single).toHaveTextContent('originalweb')
  })

  it('opens and closes by the arrows, with the focus on its way in and out', async () => {
    const { tree, rows, user, services } = await openShots()
    act(() => tree.focus())
    await user.keyboard('{ArrowDown}{ArrowRight}')
    expect(rows()).toHaveLength(6)
    expect(rows()[1]).toHaveAttribute('aria-expanded', 'true')
    await user.keyboard('{ArrowRight}{ArrowDown}')
    expect(tree).toHaveAttribute('aria-activedescendant', 'queue-row-3')
    expect(rows()[3]).toHaveAttribute('aria-level', '2')
    expect(rows()[3]).toHaveAttribute('aria-posinset', '2')
    expect(services.selection.count).toBe(1)
    await user.keyboard('{ArrowLeft}{ArrowLeft}')
    expect(rows()).toHaveLength(3)
    expect(tree).toHaveAttribute('aria-activedescendant', 'queue-row-1')
    expect(services.selection.count).toBe(3)
  })

  it('opens by its triangle and leaves what is chosen', async () => {
    const { rows, user, services } = await openShots()
    await user.click(screen.getByText('IMG_0101'))
    const triangle = rows()[0]?.querySelector('[data-triangle]')
    if (!triangle) throw new Error('no triangle')
    await user.click(triangle)
    expect(rows()).toHaveLength(6)
    expect(services.selection.count).toBe(3)
    expect(rows()[4]).toHaveAttribute('aria-selected', 'true')
  })

  it('copies the links of all its files in one go', async () => {
    const { fake, user } = await openShots()
    await user.click(screen.getByText('IMG_0100'))
    await user.keyboard('{Control>}c{/Control}')
    expect(await screen.findByText(/^6 links copied/)).toBeVisible()
    const ids = fake.frames.slice(0, 3).map(({ id }) => id)
    expect(fake.asked.findLast(({ name }) => name === 'links:make')?.input).toMatchObject({ select: { ids } })
  })

  it('is still by shots in the next window', async () => {
    const { unmount } = await openShots()
    unmount()
    renderWindow({ frames: 3 })
    expect(await screen.findByRole('tree')).toBeVisible()
  })
})

describe('what the rules leave out', () => {
  async function openLeftOut() {
    const opened = renderWindow({ frames: 0 }, (fake) => {
      const leftOut = 'It has no colour label.'
      fake.frames.push(
        { ...fakeFrame(0, 'cancelled'), leftOut },
        { ...fakeFrame(1, 'cancelled'), leftOut },
        fakeFrame(2, 'done')
      )
      const [lake, ...others] = fakeCollections(1)
      if (lake) fake.answer('collections:list', async () => [{ ...lake, leftOut: 2 }, ...others])
    })
    await opened.user.click(await screen.findByRole('button', { name: /^Lake wedding.*2 left out/ }))
    await opened.user.click(await screen.findByRole('radio', { name: 'Left out 2' }))
    await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(2))
    return opened
  }

  it('is listed with its reason and does not stand under what was cancelled', async () => {
    await openLeftOut()
    for (const row of screen.getAllByRole('option')) expect(row).toHaveTextContent('Left out: It has no colour label')
    expect(screen.queryByRole('radio', { name: /^Cancelled/ })).toBeNull()
  })

  it('goes all the same when the person chooses it and says so', async () => {
    const { fake, user } = await openLeftOut()
    const send = screen.getByRole('button', { name: 'Send it all the same' })
    expect(send).toBeDisabled()
    await user.click(screen.getAllByRole('option')[1] ?? send)
    await user.click(send)
    expect(await screen.findByText('1 file on the way')).toBeVisible()
    const [, second] = fake.frames
    expect(fake.asked.findLast(({ name }) => name === 'queue:take-anyway')?.input).toEqual({ ids: [second?.id] })
    expect(second).toMatchObject({ status: 'waiting' })
    await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(1))
  })

  it('can be sent from the menu of a row, and has no other way to be started', async () => {
    const { user } = await openLeftOut()
    await user.click(screen.getAllByRole('option')[0] ?? document.body)
    await user.keyboard('{Shift>}{F10}{/Shift}')
    expect(await screen.findByRole('menuitem', { name: 'Send it all the same' })).toBeVisible()
    expect(screen.getByRole('menuitem', { name: 'Try again' })).toHaveAttribute('aria-disabled', 'true')
  })
})

describe('a file that is in the cloud only', () => {
  const inCloud = { ...fakeFrame(0, 'failed'), problem: { code: 'file-elsewhere', detail: 'no blocks' } } as const

  it('is fetched and sent from its row, and is no failure to try again', async () => {
    const { fake, user } = renderWindow({ frames: 0 }, ({ frames }) => frames.push(inCloud, fakeFrame(1, 'failed')))
    const row = (await screen.findByText('In the cloud only')).closest('[role=option]')
    await user.click(within(row as HTMLElement).getByText('Fetch and send'))
    expect(fake.asked.findLast(({ name }) => name === 'queue:take-anyway')?.input).toEqual({ ids: [inCloud.id] })
    await waitFor(() => expect(row).not.toHaveTextContent('Fetch and send'))
  })

  it('is fetched with all others of its kind from above the list', async () => {
    const { fake, user } = renderWindow({ frames: 0 }, ({ frames }) => frames.push(inCloud))
    await user.click(await screen.findByRole('button', { name: 'Fetch and send 1 from the cloud' }))
    expect(screen.queryByRole('button', { name: 'Retry all failed' })).toBeNull()
    expect(fake.asked.findLast(({ name }) => name === 'queue:take-anyway')?.input).toEqual({
      collectionId: null,
      filter: 'needs-you'
    })
  })
})
