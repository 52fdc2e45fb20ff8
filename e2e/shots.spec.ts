import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { ORIGINAL } from '../src/shared/model/output.ts'
import { dropPaths } from './launch.ts'
import { ask, expect, LOCAL, test } from './testApp.ts'

const samples = join(import.meta.dirname, '..', 'resources', 'samples')
const primary = process.platform === 'darwin' ? 'Meta' : 'Control'

/** As much of a TIFF as a signature needs; by its name a Nikon RAW. */
const RAW = [0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]

/** Two pictures as RAW, JPEG and sidecar, and one that is a JPEG alone. */
function writeShoot(shoot: string): void {
  mkdirSync(shoot)
  const photos = readdirSync(samples).filter((name) => /\.jpe?g$/i.test(name))
  for (const [index, name] of ['IMG_0001', 'IMG_0002', 'IMG_0003'].entries()) {
    cpSync(join(samples, photos[index] ?? ''), join(shoot, `${name}.JPG`))
    if (name === 'IMG_0003') continue
    writeFileSync(join(shoot, `${name}.NEF`), Uint8Array.from([...RAW, index]))
    writeFileSync(join(shoot, `${name}.xmp`), `<x:xmpmeta xmlns:x="adobe:ns:meta/"/><!-- ${name} -->`)
  }
}

/** The shoot in the bucket, and its queue by shots. */
async function openShots(page: Page, shoot: string) {
  writeShoot(shoot)
  const { newCollection } = await ask(page, 'settings:get', {})
  await ask(page, 'settings:change', { newCollection: { ...newCollection, outputs: [ORIGINAL] } })
  await dropPaths(page, [shoot])
  await page.getByRole('radio', { name: 'Shots' }).click()
  const tree = page.getByRole('tree', { name: /^Shots of/ })
  await expect(tree.getByRole('treeitem')).toHaveCount(3)
  await expect(page.getByText('All in the bucket, proved')).toBeVisible({ timeout: 90_000 })
  return tree
}

test.describe('a queue of shots', () => {
  test('has one row for RAW, JPEG and sidecar, which opens to its files', async ({ launch, folder }) => {
    const { page } = await launch({ env: LOCAL })
    const tree = await openShots(page, join(folder, 'shoot'))
    const shot = tree.getByRole('treeitem', { name: /IMG_0001/ })
    await expect(shot).toContainText('In the bucket, proved')
    for (const kind of ['RAW', 'JPEG', 'XMP']) await expect(shot.getByText(kind, { exact: true })).toBeVisible()
    await expect(tree.getByRole('treeitem', { name: /IMG_0003/ })).not.toHaveAttribute('aria-expanded')

    await tree.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await expect(tree.locator('[aria-level="2"]')).toHaveCount(3)
    await page.keyboard.press('ArrowRight')
    const [member] = await tree.getByRole('treeitem', { selected: true }).all()
    await expect(member ?? tree).toHaveAttribute('aria-level', '2')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await expect(tree.getByRole('treeitem')).toHaveCount(3)
  })

  test('copies the links of all files of a shot in one go', async ({ launch, folder }) => {
    const { page, main } = await launch({ env: LOCAL })
    const tree = await openShots(page, join(folder, 'shoot'))
    await tree.getByRole('treeitem', { name: /IMG_0002/ }).click()
    await page.keyboard.press(`${primary}+c`)
    await expect(page.getByText(/^3 links copied/)).toBeVisible()
    const copied = (await main.evaluate(({ clipboard }) => clipboard.readText(), null)).split('\n')
    expect(copied.map((url) => new URL(url).pathname.split('.').at(-1)).sort()).toEqual(['JPG', 'NEF', 'xmp'])
  })
})
