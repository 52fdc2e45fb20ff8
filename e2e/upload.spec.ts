import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { dropPaths } from './launch.ts'
import { ask, expect, LOCAL, test } from './testApp.ts'

const samples = join(import.meta.dirname, '..', 'resources', 'samples')

/** A folder as it comes from a card. @returns the names of its photos. */
function copySamples(to: string): string[] {
  mkdirSync(to, { recursive: true })
  const names = readdirSync(samples).filter((name) => /\.jpe?g$/i.test(name))
  for (const name of names) cpSync(join(samples, name), join(to, name))
  return names
}

function row(page: Page, name: string) {
  return page.getByRole('option').filter({ hasText: name })
}

async function totals(page: Page) {
  return ask(page, 'queue:totals', { collectionId: null })
}

/** Every object of every frame, as the catalog tells it: a frame has one of each output, under keys of its own. */
async function requireNothingTwice(page: Page, frames: number): Promise<void> {
  const { total, frames: rows } = await ask(page, 'queue:page', {
    collectionId: null,
    filter: 'all',
    offset: 0,
    limit: 500
  })
  expect(total).toBe(frames)
  const keys = rows.flatMap(({ uploads }) => uploads.map(({ key }) => key))
  expect(keys).toHaveLength(frames * 2)
  expect(new Set(keys).size).toBe(frames * 2)
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test.describe('a drop', () => {
  test('of a folder ends in the bucket, and its links open with the very bytes', async ({ launch, folder }) => {
    const shoot = join(folder, 'Müller wedding')
    const names = copySamples(shoot)
    const { page, main } = await launch({ env: LOCAL })
    await expect(page.getByRole('heading', { name: 'Drop photos or folders here' })).toBeVisible()

    await dropPaths(page, [shoot])
    await expect(page.getByRole('listbox')).toBeVisible()
    await expect(page.getByText('All in the bucket, proved')).toBeVisible({ timeout: 90_000 })
    for (const name of names) await expect(row(page, name)).toContainText('In the bucket, proved')
    await requireNothingTwice(page, names.length)

    await page.getByRole('button', { name: 'Copy links' }).click()
    await page.getByRole('dialog', { name: 'Copy links' }).getByRole('button', { name: /^Copy/ }).click()
    await expect(page.getByText(/links copied · tried just now: they open/)).toBeVisible()
    const copied = (await main.evaluate(({ clipboard }) => clipboard.readText(), null)).split('\n')
    expect(copied).toHaveLength(names.length * 2)

    const originals = new Set(names.map((name) => sha256(readFileSync(join(shoot, name)))))
    for (const link of copied) {
      const response = await fetch(link)
      expect(response.status, link).toBe(200)
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (response.headers.get('content-type') === 'image/webp') {
        expect(Buffer.from(bytes.subarray(8, 12)).toString()).toBe('WEBP')
      } else expect(originals.delete(sha256(bytes)), link).toBe(true)
    }
    expect(originals.size).toBe(0)
  })

  test('of the same folder again sends nothing twice', async ({ launch, folder }) => {
    const shoot = join(folder, 'shoot')
    const names = copySamples(shoot)
    const { page } = await launch({ env: LOCAL })
    await dropPaths(page, [shoot])
    await expect(page.getByText('All in the bucket, proved')).toBeVisible({ timeout: 90_000 })
    await dropPaths(page, [shoot])
    await expect(page.getByText(new RegExp(`${names.length} were already there`))).toBeVisible()
    await requireNothingTwice(page, names.length)
  })

  test('says what is wrong with a broken file, and sends what can be sent', async ({ launch, folder }) => {
    const shoot = join(folder, 'shoot')
    const [first = ''] = copySamples(shoot)
    const whole = readFileSync(join(shoot, first))
    writeFileSync(join(shoot, 'cut off.jpg'), whole.subarray(0, whole.length / 2))
    const { page } = await launch({ env: LOCAL })
    await dropPaths(page, [shoot])
    await expect(row(page, 'cut off.jpg')).toContainText(/original sent/i, { timeout: 90_000 })
    await expect(row(page, first)).toContainText('In the bucket, proved', { timeout: 60_000 })
  })

  test('finishes when the engine is killed on the way, with nothing twice', async ({ launch, folder }) => {
    const shoot = join(folder, 'shoot')
    const names = copySamples(shoot)
    for (const folderName of ['morning', 'noon', 'evening']) copySamples(join(shoot, folderName))
    const frames = names.length * 4
    const app = await launch({ env: LOCAL })
    await dropPaths(app.page, [shoot])
    await expect.poll(async () => (await totals(app.page)).done, { timeout: 60_000 }).toBeGreaterThan(0)
    const pid = app.enginePid()
    expect(pid).not.toBeNull()
    process.kill(pid ?? 0, 'SIGKILL')
    await expect.poll(() => [pid, null].includes(app.enginePid())).toBe(false)
    await expect(app.page.getByText(`${frames} of ${frames} frames`)).toBeVisible({ timeout: 90_000 })
    await expect(app.page.getByText('All in the bucket, proved')).toBeVisible()
    await requireNothingTwice(app.page, frames)
  })

  test('goes on where it was after the whole app is killed', async ({ launch, folder }) => {
    const shoot = join(folder, 'shoot')
    const names = copySamples(shoot)
    const first = await launch({ env: LOCAL })
    await dropPaths(first.page, [shoot])
    await expect.poll(async () => (await totals(first.page)).frames).toBe(names.length)
    await first.kill()
    const { page } = await launch({ env: LOCAL })
    await expect(page.getByText('All in the bucket, proved')).toBeVisible({ timeout: 90_000 })
    await requireNothingTwice(page, names.length)
  })
})

test.describe('the first minute', () => {
  test('takes no setting from the first drop to the first link', async ({ launch, folder }) => {
    const shoot = join(folder, 'shoot')
    const names = copySamples(shoot)
    const { page } = await launch()
    await expect(page.getByRole('button', { name: /Connect R2/ })).toBeVisible()
    await dropPaths(page, [shoot])
    await page.getByRole('button', { name: /Try it here/ }).click()
    await expect(page.getByText('All in the bucket, proved')).toBeVisible({ timeout: 90_000 })
    await requireNothingTwice(page, names.length)
  })
})

test.describe('a watched folder', () => {
  test('sends what is there, what is saved into it, and what came while the app was closed', async ({
    launch,
    folder
  }) => {
    const hot = join(folder, 'hot folder')
    const [one = '', two = '', three = ''] = readdirSync(samples).filter((name) => /\.jpe?g$/i.test(name))
    mkdirSync(hot)
    cpSync(join(samples, one), join(hot, one))
    const first = await launch({ env: LOCAL })
    await first.main.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] })
    }, hot)
    await first.page.getByRole('button', { name: 'Watch a folder…' }).first().click()
    await expect(row(first.page, one)).toContainText('In the bucket, proved', { timeout: 60_000 })
    cpSync(join(samples, two), join(hot, two))
    await expect(row(first.page, two)).toContainText('In the bucket, proved', { timeout: 60_000 })
    await first.close()

    cpSync(join(samples, three), join(hot, three))
    const { page } = await launch({ env: LOCAL })
    await expect(row(page, three)).toContainText('In the bucket, proved', { timeout: 60_000 })
    await requireNothingTwice(page, 3)
  })
})
