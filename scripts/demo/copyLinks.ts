import type { LaunchedApp } from '../../e2e/launch.ts'
import { poll } from './poll.ts'

const COPIED_WITHIN_MS = 120_000

/** Presses the queue's own button as a person would. @returns what is on the clipboard then, a link a line. */
export async function copyLinks({ page, main }: LaunchedApp): Promise<string[]> {
  await main.evaluate(({ clipboard }) => clipboard.writeText(''), null)
  await page.getByRole('button', { name: 'Copy links' }).click()
  await page.getByRole('dialog', { name: 'Copy links' }).getByRole('button', { name: 'Copy links' }).click()
  const copied = async () => (await main.evaluate(({ clipboard }) => clipboard.readText(), null)) || null
  const text = await poll(copied, 'links on the clipboard', COPIED_WITHIN_MS)
  return text.split('\n')
}

/** The links by the object that each leads to. @param bucket The first folder of the links' path belongs to it. */
export function linksByKey(links: ReadonlyArray<string>, bucket: string): ReadonlyMap<string, string> {
  return new Map(links.map((link) => [keyOf(link, bucket), link]))
}

function keyOf(link: string, bucket: string): string {
  const path = decodeURIComponent(new URL(link).pathname)
  const start = `/${bucket}/`
  return path.slice(path.indexOf(start) + start.length)
}
