import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { dropPaths } from './launch.ts'
import { ask, expect, LOCAL, test } from './testApp.ts'

/** How the links of everything that was sent answer now, one status each. */
async function statusesOf(links: ReadonlyArray<string>): Promise<number[]> {
  return Promise.all(links.map(async (link) => (await fetch(link)).status))
}

async function linksOfAll(page: Page): Promise<string[]> {
  const select = { collectionId: null, filter: 'all' } as const
  const { text } = await ask(page, 'links:make', { select, outputId: null, link: null, format: 'plain' })
  return text.split('\n')
}

test('what is deleted in the bucket is named first, and comes back by Undo', async ({ launch, folder }) => {
  const shoot = join(folder, 'shoot')
  mkdirSync(shoot)
  for (const name of ['one.txt', 'two.txt', 'three.txt']) writeFileSync(join(shoot, name), name)
  const { page } = await launch({ env: LOCAL })
  await dropPaths(page, [shoot])
  await expect(page.getByText('All in the bucket, proved')).toBeVisible({ timeout: 60_000 })
  const links = await linksOfAll(page)
  expect(await statusesOf(links)).toEqual([200, 200, 200])

  await page
    .getByRole('button', { name: /photos/ })
    .filter({ hasText: 'This computer' })
    .click()
  await page.getByRole('option', { name: /shoot/ }).click()
  await page.getByRole('button', { name: 'Delete what is chosen' }).click()
  const dialog = page.getByRole('alertdialog', { name: /Delete 3 objects/ })
  await expect(dialog).toContainText(/one/)
  expect(await statusesOf(links)).toEqual([200, 200, 200]) // asking deletes nothing
  await dialog.getByRole('button', { name: 'Delete 3 objects' }).click()
  await expect(page.getByText(/3 objects deleted/)).toBeVisible()
  expect(await statusesOf(links)).toEqual([404, 404, 404])

  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByText(/3 objects brought back/)).toBeVisible()
  expect(await statusesOf(links)).toEqual([200, 200, 200])
})
