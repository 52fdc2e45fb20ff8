import type { Page } from '@playwright/test'

/** Opens the bucket from the sidebar and walks down to the first folder that holds pictures. */
export async function openBucket(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Places' })
    .getByRole('button', { name: /This computer/ })
    .click()
  const items = page.getByRole('listbox', { name: 'Objects' })
  const crumbs = page.getByRole('navigation', { name: 'Folder' }).getByRole('button')
  for (;;) {
    const first = items.getByRole('option').first()
    await first.waitFor()
    if (!(await first.getByText('Folder', { exact: true }).isVisible())) return
    const depth = await crumbs.count()
    await first.dblclick()
    await crumbs.nth(depth).waitFor()
  }
}
