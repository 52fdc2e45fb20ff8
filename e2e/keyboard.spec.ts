import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { ask, expect, LOCAL, test } from './testApp.ts'

const primary = process.platform === 'darwin' ? 'Meta' : 'Control'

/** Presses Tab until the element with this name has the focus, as someone without a mouse does. */
async function tabTo(page: Page, role: 'button' | 'listbox', name: RegExp): Promise<void> {
  const target = page.getByRole(role, { name }).first()
  await expect(target).toBeVisible()
  for (let step = 0; step < 60; step += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${name}`)
}

test.describe('without a mouse', () => {
  test('files come in by a dialog, are chosen in the list, cancelled and taken back', async ({ launch, folder }) => {
    const shoot = join(folder, 'shoot')
    mkdirSync(shoot)
    const paths = ['a.txt', 'b.txt', 'c.txt'].map((name) => join(shoot, name))
    for (const path of paths) writeFileSync(path, path)
    const { page, main } = await launch({ env: LOCAL })
    await ask(page, 'queue:hold', { isHeld: true })
    await main.evaluate(({ dialog }, filePaths) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths })
    }, paths)

    await tabTo(page, 'button', /^Choose photos/)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('option')).toHaveCount(3)
    await tabTo(page, 'listbox', /./)
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+ArrowDown')
    await expect(page.getByRole('option', { selected: true })).toHaveCount(2)
    await page.keyboard.press('Delete')
    await expect.poll(async () => (await ask(page, 'queue:totals', { collectionId: null })).cancelled).toBe(2)
    await tabTo(page, 'button', /^Undo/)
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await ask(page, 'queue:totals', { collectionId: null })).cancelled).toBe(0)
  })

  test('the palette opens by its key and leads to every place', async ({ launch }) => {
    const { page } = await launch({ env: LOCAL })
    await page.keyboard.press(`${primary}+k`)
    await expect(page.getByRole('dialog').getByRole('searchbox')).toBeFocused()
    await page.keyboard.type('settings')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog')).toBeHidden()
    await expect(page.getByRole('button', { name: 'Settings' })).toHaveAttribute('aria-current', 'page')
  })

  test('the menu reaches the window', async ({ launch }) => {
    const { page, main } = await launch({ env: LOCAL })
    await main.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('show-settings')?.click(), null)
    await expect(page.getByRole('button', { name: 'Settings' })).toHaveAttribute('aria-current', 'page')
    await main.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('palette')?.click(), null)
    await expect(page.getByRole('dialog')).toBeVisible()
  })
})
