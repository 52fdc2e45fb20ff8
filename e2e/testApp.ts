import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import type { CallInput, CallName, CallOutput, Reply, WindowApi } from '../src/shared/ipc/contract.ts'
import { type LaunchedApp, type LaunchOptions, launchApp } from './launch.ts'

export { expect } from '@playwright/test'

type Fixtures = {
  /** A folder of this test's own, gone afterwards. */
  readonly folder: string
  /** The app's home in it. */
  readonly home: string
  /** Starts the app, by default in `home`; what still runs at the end of the test is closed. */
  readonly launch: (options?: Partial<LaunchOptions>) => Promise<LaunchedApp>
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names from the pattern
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'silverdrop-e2e-'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  },
  home: async ({ folder }, use) => use(join(folder, 'home')),
  launch: async ({ home }, use, testInfo) => {
    const apps: LaunchedApp[] = []
    await use(async (options = {}) => {
      const app = await launchApp({ home, ...options })
      apps.push(app)
      await expect(app.page.getByRole('region', { name: 'Transfer' })).toBeVisible()
      // What the page asks first is answered, so it listens: a page that only shows itself may not do so yet.
      await expect(app.page.getByRole('heading', { name: 'Opening' })).toBeHidden()
      return app
    })
    const hasFailed = testInfo.status !== testInfo.expectedStatus
    for (const app of apps) {
      if (hasFailed) await testInfo.attach('page', { body: await shownText(app.page) })
      await app.close()
      if (hasFailed) await testInfo.attach('main', { body: app.output() })
    }
    if (hasFailed) await testInfo.attach('log', { body: endOf(join(home, 'logs', 'silverdrop.log')) })
  }
})

/** What a person would read in the window now; a page that is gone shows nothing. */
async function shownText(page: Page): Promise<string> {
  return page
    .locator('body')
    .textContent({ timeout: 2_000 })
    .then((text) => text ?? '')
    .catch(() => '')
}

/** The last lines of a log, enough to tell a failure on another machine. */
function endOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').slice(-4_000) : ''
}

/** What the demo and the development use: the local R2, ready for a drop. */
export const LOCAL = { R2_MOCK_MODE: 'true' }

/** Asks from the page, as the page's own scripts do. */
export function call<K extends CallName>(page: Page, name: K, input: CallInput<K>): Promise<Reply<CallOutput<K>>> {
  return page.evaluate(
    (question) => {
      const api: WindowApi = Reflect.get(window, 'silverdrop')
      return api.call(question.name, question.input as never)
    },
    { name, input }
  ) as Promise<Reply<CallOutput<K>>>
}

/** The same, where a refusal ends the test. */
export async function ask<K extends CallName>(page: Page, name: K, input: CallInput<K>): Promise<CallOutput<K>> {
  const reply = await call(page, name, input)
  if (!reply.ok) throw new Error(`${name}: ${reply.error.code}: ${reply.error.detail}`)
  return reply.value
}
