import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { startLocalR2 } from '../src/core/store/local/startLocalR2.ts'
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
