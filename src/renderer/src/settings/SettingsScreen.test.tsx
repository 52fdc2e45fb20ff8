import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { renderWindow } from '../testing/renderWindow.tsx'

async function openSettings() {
  const opened = renderWindow({ frames: 0 })
  await opened.user.click(await screen.findByRole('button', { name: 'Settings' }))
  await screen.findByRole('heading', { name: 'Settings' })
  return opened
}

describe('settings', () => {
  it('changes the appearance at once', async () => {
    const { fake, user } = await openSettings()
    await user.click(screen.getByRole('radio', { name: 'Dark' }))
    await waitFor(() => expect(screen.getByRole('radio', { name: 'Dark' })).toBeChecked())
    expect(fake.asked.find(({ name }) => name === 'settings:change')?.input).toEqual({ appearance: 'dark' })
  })

  it('shows the names that a template makes, and what is wrong with it', async () => {
    const { user } = await openSettings()
    expect(await screen.findByText('Lake-wedding/2026-11-21/DSC_0412-web.webp')).toBeVisible()
    await user.type(screen.getByLabelText('Names in the bucket'), '{{')
    expect(await screen.findByText(/A \{ is not closed/)).toBeVisible()
  })

  it('adds a rendition and saves only when asked to', async () => {
    const { fake, user } = await openSettings()
    await user.click(screen.getByRole('button', { name: 'Add a rendition' }))
    const proof = screen.getByRole('group', { name: 'Rendition proof' })
    await user.clear(within(proof).getByLabelText('Name'))
    await user.type(within(proof).getByLabelText('Name'), 'small')
    expect(fake.asked.some(({ name }) => name === 'settings:change')).toBe(false)

    await user.click(screen.getByRole('button', { name: 'Save' }))
    await screen.findByText('Saved. New collections start with this')
    expect(fake.asked.find(({ name }) => name === 'settings:change')?.input).toMatchObject({
      newCollection: { outputs: [{ id: 'original' }, { id: 'web' }, { id: 'small', format: 'jpeg' }] }
    })
  })

  it('does not take a name that another output has', async () => {
    const { user } = await openSettings()
    await user.click(screen.getByRole('button', { name: 'Add a rendition' }))
    const proof = screen.getByRole('group', { name: 'Rendition proof' })
    await user.clear(within(proof).getByLabelText('Name'))
    await user.type(within(proof).getByLabelText('Name'), 'web')
    expect(await within(proof).findByText('This name is taken')).toBeVisible()
    await user.tab()
    expect(screen.getAllByRole('group', { name: /^Rendition/ }).map((group) => group.ariaLabel)).toHaveLength(2)
    expect(screen.getByRole('group', { name: 'Rendition proof' })).toBeVisible()
  })

  it('cannot be saved without any output', async () => {
    const { user } = await openSettings()
    await user.click(screen.getByRole('switch', { name: 'The original, byte for byte' }))
    await user.click(screen.getByRole('button', { name: 'Remove web' }))
    expect(await screen.findByText(/At least one output is needed/)).toBeVisible()
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled()
  })
})
