import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { ORIGINAL } from '../src/shared/model/output.ts'
import { ask, expect, LOCAL, test } from './testApp.ts'

const primary = process.platform === 'darwin' ? 'Meta' : 'Control'

/** A watched folder whose originals go, and its queue on screen. */
async function watch(page: Page, folder: string): Promise<string> {
  const path = join(folder, 'Studio')
  mkdirSync(path)
  const { newCollection } = await ask(page, 'settings:get', {})
  await ask(page, 'settings:change', { newCollection: { ...newCollection, outputs: [ORIGINAL] } })
  await ask(page, 'collections:watch', { path, name: null, accountId: null })
  await page.getByRole('button', { name: /^Studio/ }).click()
  return path
}

async function openSettings(page: Page) {
  await page.getByRole('button', { name: 'Collection actions' }).click()
  await page.getByRole('menuitem', { name: 'Collection settings…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Studio' })
  await expect(dialog.getByRole('status', { name: 'Names made by this template' })).toBeVisible() // it is whole
  return dialog
}

test.describe('the rules of a collection', () => {
  test('leave files out with a reason, and the person sends them all the same', async ({ launch, folder }) => {
    const { page } = await launch({ env: LOCAL })
    const path = await watch(page, folder)
    const dialog = await openSettings(page)
    await dialog.getByRole('button', { name: /^What goes/ }).click()
    await dialog.getByLabel('Never these').fill('*.txt')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toBeHidden()

    for (const name of ['a.txt', 'b.txt', 'c.csv']) writeFileSync(join(path, name), name)
    await page.getByRole('radio', { name: 'Left out 2' }).click()
    const rows = page.getByRole('option')
    await expect(rows).toHaveCount(2)
    await expect(rows.first()).toContainText('Left out by the pattern *.txt')

    await rows.first().click()
    await page.keyboard.press(`${primary}+a`)
    await page.getByRole('button', { name: 'Send it all the same' }).click()
    await expect(page.getByText('2 files on the way')).toBeVisible()
    await page.getByRole('radio', { name: /^Done/ }).click()
    await expect(page.getByRole('option')).toHaveCount(3, { timeout: 60_000 })
  })

  test('keep kinds for the quiet hours, which the row names', async ({ launch, folder }) => {
    const { page } = await launch({ env: LOCAL })
    const path = await watch(page, folder)
    const dialog = await openSettings(page)
    await dialog.getByRole('button', { name: /^Quiet hours/ }).click()
    await dialog.getByText('Originals wait for quiet hours').click()
    const kinds = dialog.getByRole('group', { name: 'These wait' })
    await kinds.getByText('RAW', { exact: true }).click()
    await kinds.getByText('Everything else').click()
    // From in two hours on for an hour: not now, whatever the hour is.
    const fromHour = (new Date().getHours() + 2) % 24
    const time = (hour: number) => `${String(hour % 24).padStart(2, '0')}:00`
    await dialog.getByRole('textbox', { name: 'From', exact: true }).fill(time(fromHour))
    await dialog.getByRole('textbox', { name: 'To', exact: true }).fill(time(fromHour + 1))
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toBeHidden()

    writeFileSync(join(path, 'notes.txt'), 'for the night')
    const hours = `(${time(fromHour)}–${time(fromHour + 1)})`
    await expect(page.getByRole('option')).toContainText(`Waits for the quiet hours ${hours}`, { timeout: 60_000 })
  })

  test('move a file that is proved to be in the bucket, and say so beforehand', async ({ launch, folder }) => {
    const { page } = await launch({ env: LOCAL })
    const path = await watch(page, folder)
    const dialog = await openSettings(page)
    await dialog.getByRole('button', { name: /^After it is sent/ }).click()
    await dialog.getByText('Move sent files to a folder of their own').click()
    await expect(dialog.getByText(/Silverdrop never deletes a file/)).toBeVisible()
    await dialog.getByLabel('Folder for sent files').fill('a/b')
    await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
    await dialog.getByLabel('Folder for sent files').fill('In the bucket')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toBeHidden()

    writeFileSync(join(path, 'notes.txt'), 'for the bucket')
    await expect(page.getByRole('option')).toContainText('in In the bucket', { timeout: 60_000 })
    await expect(page.getByRole('option')).toContainText('In the bucket, proved')
  })
})
