import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { FakeOptions } from '../testing/fakeSilverdrop.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

const SECRET = 'top-secret-4711'

async function openForm(options: FakeOptions = {}) {
  const opened = renderWindow({ hasAccount: false, frames: 0, ...options })
  await opened.user.click(await screen.findByRole('button', { name: 'Accounts' }))
  return opened
}

async function fill({ user }: Awaited<ReturnType<typeof openForm>>, accessKeyId: string) {
  await user.type(screen.getByLabelText('Name'), 'Studio')
  await user.click(screen.getByLabelText('Account ID or S3 address'))
  await user.paste('https://0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com/clients')
  await user.type(screen.getByLabelText('Access key ID'), accessKeyId)
  await user.type(screen.getByLabelText('Secret access key'), SECRET)
}

describe('connecting R2', () => {
  it('says what is missing and saves nothing', async () => {
    const { fake, user } = await openForm()
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByText('Enter the account ID')).toBeVisible()
    expect(fake.asked.some(({ name }) => name === 'accounts:save')).toBe(false)
  })

  it('tests what is typed, step by step, in words', async () => {
    const opened = await openForm()
    await fill(opened, 'short')
    await opened.user.click(screen.getByRole('button', { name: 'Test' }))
    const report = await screen.findByRole('region', { name: 'Result of the test' })
    expect(report).toHaveTextContent('It does not work yet')
    expect(report).toHaveTextContent('R2 does not know this access key ID.')
    expect(within(report).getAllByRole('img', { name: 'not tried' }).length).toBeGreaterThan(3)
  })

  it('saves into the vault without asking where the system has one', async () => {
    const opened = await openForm()
    await fill(opened, '0123456789abcdef0123456789abcdef')
    await opened.user.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByText('Secret in the system’s vault')).toBeVisible()
    expect(opened.fake.asked.find(({ name }) => name === 'accounts:save')?.input).toMatchObject({
      keep: 'vault',
      secret: { secretAccessKey: SECRET },
      account: { bucket: 'clients', endpoint: 'https://0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com' }
    })
  })

  it('asks where the secret may be kept before anything is written, where there is no vault', async () => {
    const opened = await openForm({ vault: 'basic' })
    await fill(opened, '0123456789abcdef0123456789abcdef')
    await opened.user.click(screen.getByRole('button', { name: 'Save' }))
    const dialog = await screen.findByRole('dialog', { name: 'This computer has no vault for the secret' })
    expect(opened.fake.asked.some(({ name }) => name === 'accounts:save')).toBe(false)

    await opened.user.click(within(dialog).getByRole('button', { name: 'Save' }))
    await waitFor(() =>
      expect(opened.fake.asked.find(({ name }) => name === 'accounts:save')?.input).toMatchObject({ keep: 'memory' })
    )
  })

  it('leaves the secret nowhere in the page or its storage once it is saved', async () => {
    const opened = await openForm()
    await fill(opened, '0123456789abcdef0123456789abcdef')
    await opened.user.click(screen.getByRole('button', { name: 'Save' }))
    await screen.findByText('Secret in the system’s vault')
    expect(document.documentElement.outerHTML).not.toContain(SECRET)
    expect(JSON.stringify({ ...localStorage })).not.toContain(SECRET)
    expect(JSON.stringify(opened.services.app.state.accounts)).not.toContain(SECRET)
  })
})

describe('accounts', () => {
  it('makes another one the default, and names what goes before it removes one', async () => {
    const { fake, user } = renderWindow({ frames: 0 })
    await user.click(await screen.findByRole('button', { name: 'Accounts' }))
    const site = await screen.findByRole('article', { name: 'Site assets' })
    await user.click(within(site).getByRole('button', { name: 'Actions for Site assets' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Send new drops here' }))
    expect(await within(site).findByText('new drops go here')).toBeVisible()

    const studio = screen.getByRole('article', { name: 'Studio' })
    await user.click(within(studio).getByRole('button', { name: 'Actions for Studio' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Remove…' }))
    const dialog = await screen.findByRole('alertdialog', { name: 'Remove Studio?' })
    expect(dialog).toHaveTextContent('Everything in clients stays')
    await user.click(within(dialog).getByRole('button', { name: 'Remove' }))
    await waitFor(() => expect(screen.queryByRole('article', { name: 'Studio' })).toBeNull())
    expect(fake.asked.find(({ name }) => name === 'accounts:remove')?.input).toEqual({ accountId: 'studio' })
  })
})
