import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dropPaths } from './launch.ts'
import { ask, expect, LOCAL, test } from './testApp.ts'

const NAMES = ['one.txt', 'two.txt', 'three.txt']

test('a receipt says safe, is saved, and says so no longer when an object is gone', async ({ launch, folder }) => {
  const shoot = join(folder, 'shoot')
  mkdirSync(shoot)
  for (const name of NAMES) writeFileSync(join(shoot, name), name)
  const { page, main } = await launch({ env: LOCAL })
  await dropPaths(page, [shoot])
  await expect(page.getByText('All in the bucket, proved')).toBeVisible({ timeout: 60_000 })

  await page.getByRole('button', { name: /^Receipt/ }).click()
  const receipt = page.getByRole('dialog', { name: 'Receipt of shoot' })
  await expect(receipt.getByText('3 of 3 frames proved in the bucket; safe to format the card.')).toBeVisible()
  await receipt.getByRole('button', { name: 'Look at every object again' }).click()
  await expect(receipt.getByText(/^3 objects looked at again/)).toBeVisible()
  await expect(receipt.getByText(/safe to format the card/)).toBeVisible()

  for (const format of ['JSON', 'CSV']) {
    const path = join(folder, `receipt.${format.toLowerCase()}`)
    await main.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath })
    }, path)
    await receipt.getByRole('button', { name: `Save as ${format}…` }).click()
    await expect(page.getByText(`Saved: ${path}`)).toBeVisible()
    const text = readFileSync(path, 'utf8')
    for (const name of NAMES) expect(text).toContain(name)
  }
  expect(() => JSON.parse(readFileSync(join(folder, 'receipt.json'), 'utf8'))).not.toThrow()
  await page.keyboard.press('Escape')

  await page
    .getByRole('button', { name: /photos/ })
    .filter({ hasText: 'This computer' })
    .click()
  await page.getByRole('option', { name: /shoot/ }).dblclick()
  await page.getByRole('option').first().dblclick() // the day's folder
  await page.getByRole('option', { name: /two/ }).click()
  await page.getByRole('button', { name: 'Delete what is chosen' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete 1 object' }).click()
  await expect(page.getByText(/1 object deleted/)).toBeVisible()

  await page
    .getByRole('navigation', { name: 'Places' })
    .getByRole('button', { name: /^shoot/ })
    .click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Receipt…' }).click()
  await expect(receipt.getByText(/^2 of 3 frames proved/)).toBeVisible()
  await expect(receipt.getByText(/safe to format/)).toBeHidden()
  await expect(receipt.getByRole('list', { name: 'Not proved' })).toContainText('two.txt')
})

test('looking again finds what was taken away behind its back, and sends it once more', async ({ launch, folder }) => {
  const shoot = join(folder, 'shoot')
  const bucket = join(folder, 'bucket')
  for (const path of [shoot, bucket]) mkdirSync(path)
  for (const name of NAMES) writeFileSync(join(shoot, name), name)
  const account = {
    kind: 'folder',
    id: 'bucket',
    name: 'Bucket',
    prefix: '',
    path: bucket,
    publicBaseUrl: null
  } as const
  const { page } = await launch()
  await ask(page, 'accounts:save', { account, secret: null, keep: 'memory' })
  await expect(page.getByRole('heading', { name: 'Drop photos or folders here' })).toBeVisible()
  await dropPaths(page, [shoot])
  await expect(page.getByText('All in the bucket, proved')).toBeVisible({ timeout: 60_000 })
  const object = join(bucket, readdirSync(bucket, { recursive: true, encoding: 'utf8' }).find(isTwo) ?? '')
  rmSync(object)

  await page.getByRole('button', { name: /^Receipt/ }).click()
  const receipt = page.getByRole('dialog', { name: 'Receipt of shoot' })
  await receipt.getByRole('button', { name: 'Look at every object again' }).click()
  await expect(receipt.getByRole('heading', { name: 'Gone from the bucket: 1' })).toBeVisible()
  await expect(receipt.getByText(/^2 of 3 frames proved/)).toBeVisible()
  await expect(receipt.getByText(/safe to format/)).toBeHidden()

  await receipt.getByRole('button', { name: 'Retry' }).click()
  await page.keyboard.press('Escape')
  await expect.poll(() => existsSync(object), { timeout: 60_000 }).toBe(true) // the strip may still tell of the time before
  await expect(page.getByText('All in the bucket, proved')).toBeVisible({ timeout: 60_000 })
  expect(readFileSync(object, 'utf8')).toBe('two.txt')
})

/** The object made of two.txt, not what the folder keeps about it. */
function isTwo(path: string): boolean {
  return /two[^/\\]*\.txt$/.test(path) && !path.includes('.silverdrop')
}
