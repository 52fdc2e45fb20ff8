import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { startLocalR2 } from '../src/core/store/local/startLocalR2.ts'
import { dropPaths } from './launch.ts'
import { ask, expect, test } from './testApp.ts'

const bucket = 'client-galleries'
const secretAccessKey = 'a secret that must not be seen'

/** An address of this computer where nobody listens: a port that was free a moment ago. */
async function deadAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

/** Fills the form as a person does who has the dashboard open beside it. */
async function fillForm(page: Page, address: string): Promise<void> {
  await page.getByRole('button', { name: /Connect R2/ }).click()
  await page.getByLabel('Name', { exact: true }).fill('Studio')
  await page.getByLabel('Account ID or S3 address').fill(address)
  await page.getByLabel('Bucket', { exact: true }).fill(bucket)
  await page.getByLabel('Access key ID').fill('AKID')
  await page.getByLabel('Secret access key').fill(secretAccessKey)
}

test.describe('connecting R2', () => {
  test('a test says in words what is wrong, and the account is saved where the person says', async ({ launch }) => {
    const { page } = await launch()
    await fillForm(page, await deadAddress())
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    const report = page.getByRole('region', { name: 'Result of the test' })
    await expect(report).toContainText('It does not work yet')
    await expect(report.getByRole('img', { name: 'failed' })).toHaveCount(1)

    await page.getByRole('button', { name: 'Save', exact: true }).click()
    const { vault } = await ask(page, 'app:state', {})
    if (vault !== 'system') {
      const dialog = page.getByRole('dialog', { name: /no vault/ })
      expect(await ask(page, 'accounts:list', {})).toEqual([]) // nothing is kept before the answer
      await dialog.getByText('Only until Silverdrop ends').click()
      await dialog.getByRole('button', { name: /^(Save|Keep)/ }).click()
    }
    await expect(page.getByText('Studio is saved')).toBeVisible()
    expect(await ask(page, 'accounts:list', {})).toMatchObject([
      {
        account: { kind: 'r2', name: 'Studio', bucket },
        secret: vault === 'system' ? 'vault' : 'memory',
        isDefault: true
      }
    ])
    const seen = await page.evaluate(() => JSON.stringify(localStorage) + document.documentElement.outerHTML)
    expect(seen).not.toContain(secretAccessKey)
  })

  test('a test goes through every step where all is right, and says what is wrong where it is not', async ({
    launch,
    folder
  }) => {
    const r2 = await startLocalR2({ home: join(folder, 'another computer'), buckets: [bucket] })
    try {
      const { page } = await launch()
      await fillForm(page, r2.endpoint)
      const report = page.getByRole('region', { name: 'Result of the test' })
      const retest = async () => page.getByRole('button', { name: 'Test', exact: true }).click()

      await page.getByLabel('Access key ID').fill(r2.accessKeyId)
      await retest()
      await expect(report).toContainText('The secret access key does not belong to the access key ID')

      await page.getByLabel('Secret access key').fill(r2.secretAccessKey)
      await retest()
      await expect(report).toContainText('It works')
      await expect(report.getByRole('img', { name: 'failed' })).toHaveCount(0)

      await page.getByLabel('Bucket', { exact: true }).fill('no-such-bucket')
      await retest()
      await expect(report).toContainText('There is no bucket of this name')
    } finally {
      await r2.close()
    }
  })
})

test('keys that R2 refuses hold the queue with the reason, and nothing fails', async ({ launch, folder }) => {
  const r2 = await startLocalR2({ home: join(folder, 'another computer'), buckets: [bucket] })
  const environment = (secret: string) => ({
    R2_ENDPOINT: r2.endpoint,
    R2_ACCESS_KEY_ID: r2.accessKeyId,
    R2_SECRET_ACCESS_KEY: secret,
    R2_BUCKET_NAME: bucket
  })
  try {
    const shoot = join(folder, 'shoot')
    mkdirSync(shoot)
    for (const n of [1, 2, 3]) writeFileSync(join(shoot, `${n}.txt`), `frame ${n}`)
    const first = await launch({ env: environment('f'.repeat(64)) })
    await dropPaths(first.page, [shoot])
    const problem = first.page.getByRole('region', { name: 'Problem' })
    await expect(problem).toContainText('The secret access key does not belong to the access key ID', {
      timeout: 30_000
    })
    await expect(problem.getByRole('button', { name: 'Open Accounts' })).toBeVisible()
    expect(await ask(first.page, 'queue:totals', { collectionId: null })).toMatchObject({
      frames: 3,
      done: 0,
      needsYou: 0
    })
    await first.close()

    const { page } = await launch({ env: environment(r2.secretAccessKey) })
    await expect(page.getByText('All in the bucket, proved')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByRole('region', { name: 'Problem' })).toHaveCount(0)
  } finally {
    await r2.close()
  }
})
