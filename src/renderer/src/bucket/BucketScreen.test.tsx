import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

async function openBucket() {
  const opened = renderWindow({ frames: 0 })
  await opened.user.click(await screen.findByRole('button', { name: /clients/ }))
  return { ...opened, objects: await screen.findByRole('listbox', { name: 'Objects' }) }
}

describe('the bucket', () => {
  it('opens a folder by the keyboard and leads back by its path', async () => {
    const { user, objects } = await openBucket()
    act(() => objects.focus())
    await user.keyboard('{Enter}')
    expect(await screen.findByText('DSC_0412-web.webp')).toBeVisible()
    expect(screen.getAllByRole('option').length).toBeLessThan(100)
    await user.click(
      within(screen.getByRole('navigation', { name: 'Folder' })).getByRole('button', { name: 'clients' })
    )
    expect(await screen.findByText('robots.txt')).toBeVisible()
  })

  it('names what goes before deleting, and brings it back', async () => {
    const { user } = await openBucket()
    await user.click(screen.getByText('robots.txt'))
    await user.keyboard('{Delete}')
    const dialog = await screen.findByRole('alertdialog', { name: /^Delete 1 object, / })
    expect(dialog).toHaveTextContent('robots.txt')
    await user.click(within(dialog).getByRole('button', { name: 'Delete 1 object' }))
    await waitFor(() => expect(screen.queryByText('robots.txt')).toBeNull())
    await user.click(await screen.findByRole('button', { name: 'Undo' }))
    expect(await screen.findByText('robots.txt')).toBeVisible()
  })

  it('copies the links of what is chosen', async () => {
    const { fake, user } = await openBucket()
    await user.click(screen.getByText('robots.txt'))
    await user.click(screen.getAllByRole('button', { name: 'Copy link' })[0] ?? document.body)
    const popover = await screen.findByRole('dialog', { name: 'Copy links' })
    await user.click(within(popover).getByRole('button', { name: /Written as/ }))
    await user.click(await screen.findByRole('option', { name: 'Markdown' }))
    await user.click(within(popover).getByRole('button', { name: 'Copy link' }))
    await waitFor(() => expect(fake.clipboard.text).toBe('![robots.txt](https://photos.example.com/robots.txt)'))
  })

  it('draws the failure, and the bucket once it can be read', async () => {
    const { fake, user } = renderWindow({ frames: 0 })
    fake.answer('bucket:list', async () => {
      throw new AppError('network', 'ENOTFOUND')
    })
    await user.click(await screen.findByRole('button', { name: /clients/ }))
    expect(await screen.findByText('R2 cannot be reached.')).toBeVisible()
    fake.answer('bucket:list', async () => ({ folders: [], objects: [], next: null }))
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByText('The bucket is empty')).toBeVisible()
  })
})
