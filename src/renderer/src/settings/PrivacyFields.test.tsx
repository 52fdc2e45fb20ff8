import { screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { renderWindow } from '../testing/renderWindow.tsx'

async function openSettings() {
  const opened = renderWindow({ frames: 0 })
  await opened.user.click(await screen.findByRole('button', { name: 'Settings' }))
  const privacy = within(await screen.findByRole('region', { name: 'Privacy settings' }))
  const saved = () => opened.fake.asked.filter(({ name }) => name === 'settings:change').map(({ input }) => input)
  return { ...opened, privacy, saved }
}

describe('privacy settings', () => {
  it('take a zone whose place is pasted, and save it only when asked to', async () => {
    const { user, privacy, saved } = await openSettings()
    await user.click(privacy.getByRole('button', { name: 'Add a zone' }))
    await user.type(privacy.getByLabelText('Name'), 'home')
    expect(privacy.getByRole('button', { name: 'Save' })).toBeDisabled()
    await user.click(privacy.getByLabelText('Latitude, longitude'))
    await user.paste('57.7, 11.97')
    expect(saved()).toEqual([])
    await user.click(privacy.getByRole('button', { name: 'Save' }))
    await screen.findByText('Saved. It holds from now on')
    expect(saved()).toEqual([
      {
        privacyZones: [{ name: 'home', latitude: 57.7, longitude: 11.97, radiusMetres: 500 }],
        previewCacheBytes: 1_000_000_000
      }
    ])
    expect(privacy.getByRole('group', { name: 'Zone home' })).toBeVisible()
  })

  it('say what is wrong with a place, and take all of it back', async () => {
    const { user, privacy, saved } = await openSettings()
    await user.click(privacy.getByRole('button', { name: 'Add a zone' }))
    await user.type(privacy.getByLabelText('Latitude, longitude'), 'Gothenburg')
    expect(privacy.getByText(/as a map shows them: 57\.7, 11\.97/)).toBeVisible()
    await user.click(privacy.getByRole('button', { name: 'Take back' }))
    expect(privacy.queryByLabelText('Latitude, longitude')).toBeNull()
    expect(saved()).toEqual([])
  })

  it('remove the zone that is meant', async () => {
    const { user, privacy } = await openSettings()
    for (const name of ['home', 'studio']) {
      await user.click(privacy.getByRole('button', { name: 'Add a zone' }))
      await user.type(privacy.getAllByLabelText('Name').at(-1) ?? document.body, name)
    }
    await user.click(privacy.getByRole('button', { name: 'Remove home' }))
    expect(
      privacy
        .getAllByRole('group', { name: /^Zone/ })
        .map((group) => group.ariaLabel ?? group.getAttribute('aria-label'))
    ).toEqual(['Zone studio'])
  })

  it('limit the small pictures on this computer', async () => {
    const { user, privacy, saved } = await openSettings()
    const field = privacy.getByLabelText('Small pictures on this computer, MB')
    await user.clear(field)
    await user.type(field, '20')
    expect(privacy.getByText('A number from 50 to 10000')).toBeVisible()
    expect(privacy.getByRole('button', { name: 'Save' })).toBeDisabled()
    await user.type(field, '0')
    await user.click(privacy.getByRole('button', { name: 'Save' }))
    await screen.findByText('Saved. It holds from now on')
    expect(saved()).toEqual([{ privacyZones: [], previewCacheBytes: 200_000_000 }])
  })
})

describe('originals without their position', () => {
  it('are asked for beside the original itself, and gone with it', async () => {
    const { user, saved } = await openSettings()
    const name = /^Originals go without their position/
    await user.click(screen.getByRole('switch', { name }))
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await screen.findByText('Saved. New collections start with this')
    expect(saved()).toMatchObject([
      { newCollection: { outputs: [{ kind: 'original', id: 'original', removesPosition: true }, { id: 'web' }] } }
    ])
    await user.click(screen.getByRole('switch', { name: 'The original' }))
    expect(screen.queryByRole('switch', { name })).toBeNull()
  })

  it('are byte-identical again when it is switched off', async () => {
    const { user, saved } = await openSettings()
    const position = screen.getByRole('switch', { name: /^Originals go without their position/ })
    await user.click(position)
    await user.click(position)
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await screen.findByText('Saved. New collections start with this')
    expect(saved()).toMatchObject([{ newCollection: { outputs: [{ kind: 'original', id: 'original' }, {}] } }])
    expect(JSON.stringify(saved())).not.toContain('removesPosition')
  })
})
