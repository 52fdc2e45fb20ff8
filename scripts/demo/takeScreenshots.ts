import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import type { LaunchedApp } from '../../e2e/launch.ts'
import { poll } from './poll.ts'

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1200 }
] as const
const APPEARANCES = ['light', 'dark'] as const

const APPLIED_WITHIN_MS = 10_000
const POLL_MS = 50
/** A row for which no picture has come for so long gets none: not everything is a picture. */
const NO_MORE_PICTURES_AFTER_MS = 1_500

/** The window in both appearances and both sizes: `<name>-<appearance>-<width>.png`. */
export async function takeScreenshots(
  { page, main }: LaunchedApp,
  folder: string,
  name: string,
  settled: (page: Page) => Promise<void> = async () => {}
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await page.mouse.move(0, 0) // what the pointer rests on looks different
  for (const size of SIZES) {
    await page.setViewportSize(size)
    for (const appearance of APPEARANCES) {
      await main.evaluate(({ nativeTheme }, source) => {
        nativeTheme.themeSource = source
      }, appearance)
      const isApplied = `matchMedia('(prefers-color-scheme: ${appearance})').matches || null`
      await poll(() => page.evaluate<true | null>(isApplied), `the ${appearance} appearance`, APPLIED_WITHIN_MS)
      await settled(page)
      await page.screenshot({ path: join(folder, `${name}-${appearance}-${size.width}.png`), animations: 'disabled' })
    }
  }
}

/** Waits for the small pictures of what is in view. In words, since nothing in these scripts knows the page's types. */
export async function picturesShown(page: Page): Promise<void> {
  const rowsSource = `document.querySelectorAll('[role=option]').length`
  const shownSource = `[...document.querySelectorAll('[role=option] img')].filter((one) => one.naturalWidth > 0).length`
  let shown = -1
  let changedAtMs = performance.now()
  while (performance.now() - changedAtMs < NO_MORE_PICTURES_AFTER_MS) {
    const [rows, now] = await page.evaluate<[number, number]>(`[${rowsSource}, ${shownSource}]`)
    if (rows > 0 && now === rows) return
    if (now !== shown) changedAtMs = performance.now()
    shown = now
    await sleep(POLL_MS)
  }
}
