import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { fakeId, LAKE_WEDDING, STUDIO_TETHER } from '../testing/fakeFrames.ts'
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

  it('try a rendition on the photo that is chosen in its queue', async () => {
    const { fake, user } = renderWindow({ frames: 20 })
    await user.click(await screen.findByRole('button', { name: /^Lake wedding/ }))
    await user.click(await screen.findByText('DSC_0413.NEF'))
    await user.click(screen.getByRole('button', { name: 'Collection actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Collection settings…' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Lake wedding' }))
    await user.click(dialog.getByRole('button', { name: 'Preview of web' }))
    expect(await dialog.findByText('DSC_0413.NEF · 22.8 MB')).toBeVisible()
    expect(fake.asked.find(({ name }) => name === 'renditions:try')?.input).toMatchObject({
      collectionId: LAKE_WEDDING,
      frameId: fakeId(2)
    })
  })
})
