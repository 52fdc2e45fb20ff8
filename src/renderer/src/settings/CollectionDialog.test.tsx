import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { STUDIO_TETHER } from '../testing/fakeFrames.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

describe('the settings of a collection', () => {
  it('say, of a watched folder too, what happens where a name is taken', async () => {
    const { fake, user } = renderWindow({ frames: 0 })
    await user.click(await screen.findByRole('button', { name: /^Studio tether/ }))
    await user.click(await screen.findByRole('button', { name: 'Collection actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Collection settings…' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Studio tether' }))
    await user.click(dialog.getByRole('button', { name: /If the name is taken by something else/ }))
    await user.click(await screen.findByRole('option', { name: 'Stop and ask me' }))
    await user.click(dialog.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(fake.asked.find(({ name }) => name === 'collections:change')?.input).toMatchObject({
      collectionId: STUDIO_TETHER,
      rules: { conflict: 'ask' }
    })
  })
})
