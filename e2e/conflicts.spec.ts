import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { CollectionRules } from '../src/shared/model/collection.ts'
import { ORIGINAL, WEB } from '../src/shared/model/output.ts'
import { defaultSettings } from '../src/shared/model/settings.ts'
import { dropPaths, type LaunchedApp } from './launch.ts'
import { ask, expect, test } from './testApp.ts'

const samples = join(import.meta.dirname, '..', 'resources', 'samples')
const photos = readdirSync(samples).filter((name) => /\.jpe?g$/i.test(name))

const TITLE = 'Something else has this name in the bucket'

/**
 * What is dropped goes to a folder that stands in for a bucket, under their own names, and taken names are asked about: so a
 * test can put something there first, and read afterwards what became of it.
 */
async function askAboutTakenNames(
  page: Page,
  bucket: string,
  outputs: CollectionRules['outputs'] = [ORIGINAL]
): Promise<void> {
  mkdirSync(bucket, { recursive: true })
  const account = {
    kind: 'folder',
    id: 'bucket',
    name: 'Bucket',
    prefix: '',
    path: bucket,
    publicBaseUrl: null
  } as const
  await ask(page, 'accounts:save', { account, secret: null, keep: 'memory' })
  await expect(page.getByRole('heading', { name: 'Drop photos or folders here' })).toBeVisible()
  await ask(page, 'settings:change', {
    newCollection: {
      ...defaultSettings.newCollection,
      keyTemplate: '{name}-{output}.{ext}',
      outputs,
      conflict: 'ask'
    }
  })
}

type Conflicts = { readonly app: LaunchedApp; readonly read: (name: string) => string; readonly names: () => string[] }

/** As many conflicts as names: "mine" is to be sent to where "theirs" stands. */
async function dropOnTakenNames(app: LaunchedApp, folder: string, names: ReadonlyArray<string>): Promise<Conflicts> {
  const { page } = app
  const bucket = join(folder, 'bucket')
  const shoot = join(folder, 'shoot')
  await askAboutTakenNames(page, bucket)
  mkdirSync(shoot)
  for (const name of names) {
    writeFileSync(join(bucket, `${name}-original.txt`), `theirs ${name}`)
    writeFileSync(join(shoot, `${name}.txt`), `mine ${name}`)
  }
  await dropPaths(page, [shoot])
  await expect.poll(async () => (await ask(page, 'queue:totals', { collectionId: null })).needsYou).toBe(names.length)
  return {
    app,
    read: (name) => readFileSync(join(bucket, name), 'utf8'),
    names: () => readdirSync(bucket).filter((name) => name.endsWith('.txt'))
  }
}

test.describe('a taken name', () => {
  test('is answered in each way by the keyboard, and the bucket is as was said', async ({ launch, folder }) => {
    const app = await launch()
    const { read, names } = await dropOnTakenNames(app, folder, ['a', 'b', 'c'])
    const { page } = app
    await page.getByRole('button', { name: 'Answer 3 questions…' }).click()
    const dialog = page.getByRole('dialog', { name: TITLE })
    await expect(dialog.getByText('1 of 3')).toBeVisible()
    expect(names()).toHaveLength(3) // asking changes nothing

    await expect(dialog.getByRole('button', { name: 'Keep both' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(dialog.getByText('1 of 2')).toBeVisible()
    await expect(dialog.getByRole('button', { name: 'Keep both' })).toBeFocused()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter') // Replace
    await expect(dialog.getByText('c.txt', { exact: true })).toBeVisible()
    await expect(dialog.getByRole('button', { name: 'Keep both' })).toBeFocused()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter') // Leave what is there
    await expect(dialog).toBeHidden()

    await expect.poll(async () => (await ask(page, 'queue:totals', { collectionId: null })).done).toBe(3)
    expect(read('a-original.txt')).toBe('theirs a')
    const [kept] = names().filter((name) => name.startsWith('a-') && name !== 'a-original.txt')
    expect(read(kept ?? '')).toBe('mine a')
    expect(read('b-original.txt')).toBe('mine b')
    expect(read('c-original.txt')).toBe('theirs c')
    expect(names()).toHaveLength(4)
  })

  test('is left unanswered by Escape, asked again from its row, and answered for all', async ({ launch, folder }) => {
    const app = await launch()
    const { read, names } = await dropOnTakenNames(app, folder, ['a', 'b', 'c'])
    const { page } = app
    await page.getByRole('option', { name: /b\.txt/ }).dblclick()
    const dialog = page.getByRole('dialog', { name: TITLE })
    await expect(dialog.getByText('b.txt', { exact: true })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
    expect(await ask(page, 'queue:totals', { collectionId: null })).toMatchObject({ needsYou: 3, done: 0 })

    await page.getByRole('option', { name: /b\.txt/ }).dblclick()
    await dialog.getByText('For all 3 like this').click()
    await dialog.getByRole('button', { name: 'Replace' }).click()
    await expect(page.getByText('Every question is answered')).toBeVisible()
    await expect.poll(async () => (await ask(page, 'queue:totals', { collectionId: null })).done).toBe(3)
    expect(['a', 'b', 'c'].map((name) => read(`${name}-original.txt`))).toEqual(['mine a', 'mine b', 'mine c'])
    expect(names()).toHaveLength(3)
  })

  test('shows both pictures', async ({ launch, folder }) => {
    const { page } = await launch()
    const bucket = join(folder, 'bucket')
    const [mine = '', theirs = ''] = photos
    await askAboutTakenNames(page, bucket, [ORIGINAL, WEB])
    const shoot = join(folder, 'shoot')
    mkdirSync(shoot)
    cpSync(join(samples, mine), join(shoot, 'one.jpg'))
    cpSync(join(samples, theirs), join(bucket, 'one-original.jpg'))
    await dropPaths(page, [shoot])
    await page.getByRole('button', { name: 'Answer 1 question…' }).click({ timeout: 60_000 })
    const dialog = page.getByRole('dialog', { name: TITLE })
    for (const name of ['On this computer', 'In the bucket']) {
      const picture = dialog.getByRole('img', { name })
      await expect(picture).toBeVisible({ timeout: 60_000 })
      await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
    }
  })

  test('is not replaced by a fragment without asking, even where the rule says replace', async ({ launch, folder }) => {
    const { page } = await launch()
    const bucket = join(folder, 'bucket')
    await askAboutTakenNames(page, bucket)
    const { newCollection } = await ask(page, 'settings:get', {})
    await ask(page, 'settings:change', { newCollection: { ...newCollection, conflict: 'replace' } })
    const shoot = join(folder, 'shoot')
    mkdirSync(shoot)
    writeFileSync(join(shoot, 'one.txt'), 'cut')
    writeFileSync(join(bucket, 'one-original.txt'), 'whole '.repeat(100))
    await dropPaths(page, [shoot])
    await page.getByRole('option', { name: /one\.txt/ }).click()
    const note = page.getByRole('region', { name: 'Question' })
    await expect(note).toContainText('under a tenth of the size of what is there')
    await note.getByRole('button', { name: 'Leave what is there' }).click()
    await expect(page.getByText('1 frame is left out; what is there stays')).toBeVisible()
    expect(readFileSync(join(bucket, 'one-original.txt'), 'utf8')).toBe('whole '.repeat(100))
  })
})
