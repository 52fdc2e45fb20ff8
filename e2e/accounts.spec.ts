import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { startLocalR2 } from '../src/core/store/local/startLocalR2.ts'
import type { R2Account } from '../src/shared/model/account.ts'
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

  test('a test goes through every step with the right secret, and stops at the wrong one', async ({
    launch,
    folder
  }) => {
    const r2 = await startLocalR2({ home: join(folder, 'another computer'), buckets: [bucket] })
    try {
      const { page } = await launch()
      const account: R2Account = {
        id: 'studio',
        kind: 'r2',
        name: 'Studio',
        prefix: '',
        endpoint: r2.endpoint,
        region: 'auto',
        bucket,
        accessKeyId: r2.accessKeyId,
        publicBaseUrl: null
      }
      const right = await ask(page, 'accounts:test', { account, secret: { secretAccessKey: r2.secretAccessKey } })
      expect(right).toMatchObject({ ok: true })
      const wrong = await ask(page, 'accounts:test', { account, secret: { secretAccessKey } })
      expect(wrong.steps.find(({ status }) => status === 'failed')).toMatchObject({
        step: 'sign-in',
        problem: { code: 'secret-wrong' }
      })
    } finally {
      await r2.close()
    }
  })
})
