import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { call, expect, LOCAL, test } from './testApp.ts'

/** What the page's console says of errors and of the content policy while it loads once more. */
async function faultsOnLoading(page: Page): Promise<string[]> {
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(error.message))
  await page.reload({ waitUntil: 'load' })
  await expect(page.locator('body')).not.toBeEmpty()
  return faults
}

test.describe('the window', () => {
  test('loads without a fault under a policy that lets nothing foreign in', async ({ launch }) => {
    const { page } = await launch()
    expect(await faultsOnLoading(page)).toEqual([])
    const policy = await page.evaluate(async () => (await fetch('./')).headers.get('content-security-policy'))
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.ranInline = true'
      document.head.append(script)
      return Reflect.get(window, 'ranInline') === true
    })
    expect(ran).toBe(false)
    await expect(page.evaluate(() => fetch('https://example.com/'))).rejects.toThrow()
  })

  test('has a frozen bridge and nothing of Node', async ({ launch }) => {
    const { page } = await launch()
    const seen = await page.evaluate(() => {
      const api: object = Reflect.get(window, 'silverdrop')
      const node = ['require', 'process', 'module', 'Buffer', 'global', 'setImmediate', 'ipcRenderer', 'electron']
      return {
        names: Object.keys(api).sort(),
        isFrozen: Object.isFrozen(api),
        canReplace: Reflect.set(window, 'silverdrop', {}),
        node: node.filter((name) => name in window)
      }
    })
    expect(seen).toEqual({ names: ['call', 'on', 'pathsOf'], isFrozen: true, canReplace: false, node: [] })
  })

  test('gives no path for a file that exists only in the page', async ({ launch }) => {
    const { page } = await launch()
    const paths = await page.evaluate(() => Reflect.get(window, 'silverdrop').pathsOf(new File(['x'], 'made up.jpg')))
    expect(paths).toEqual([])
  })

  test('stays where it is, and opens no other', async ({ launch }) => {
    const { page } = await launch()
    const before = page.url()
    const pages = page.context().pages().length
    await page.evaluate(() => {
      const link = document.createElement('a')
      link.href = 'https://example.com/'
      document.body.append(link)
      link.click()
    })
    const opened = await page.evaluate(() => window.open('https://example.com/') !== null)
    expect(opened).toBe(false)
    expect(await page.evaluate(() => location.href)).toBe(before)
    expect(page.context().pages()).toHaveLength(pages)
  })

  test('is granted no permission', async ({ launch }) => {
    const { page } = await launch()
    const states = await page.evaluate(async () => {
      const names = ['geolocation', 'notifications'] as const
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
    })
    expect(states).not.toContain('granted')
  })

  test('answers only our own page', async ({ launch }) => {
    const { main } = await launch()
    const server = createServer((_request, response) => response.end('<h1>Not ours</h1>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const reply = await main.evaluate(
      async ({ BrowserWindow }, { preload, url }) => {
        const window = new BrowserWindow({ show: false, webPreferences: { preload } })
        await window.loadURL(url)
        const answer = await window.webContents.executeJavaScript(`silverdrop.call('settings:get', {})`)
        window.close()
        return answer
      },
      { preload: join(import.meta.dirname, '..', 'out', 'preload', 'index.cjs'), url: `http://127.0.0.1:${port}/` }
    )
    server.close()
    expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  })

  test('refuses what is not in the contract', async ({ launch }) => {
    const { page } = await launch()
    expect(await call(page, 'shell:open-link', { url: 'file:///etc/passwd' })).toMatchObject({
      ok: false,
      error: { code: 'bad-request' }
    })
    const unknown = page.evaluate(() => Reflect.get(window, 'silverdrop').call('files:delete', {}))
    await expect(unknown).rejects.toThrow(/files:delete/)
  })

  test('is opened by a choice in the menu, which waits until the page listens', async ({ launch }) => {
    const { page, main } = await launch({ env: LOCAL })
    // React's own tasks come late, as on a busy machine: the page has loaded long before it listens.
    await page.context().addInitScript(() => {
      const post = MessagePort.prototype.postMessage
      MessagePort.prototype.postMessage = function (...args: unknown[]) {
        setTimeout(() => Reflect.apply(post, this, args), 300)
      }
    })
    const opened = page.context().waitForEvent('page')
    await main.evaluate(async ({ app, BrowserWindow, Menu }) => {
      app.removeAllListeners('window-all-closed')
      app.on('window-all-closed', () => {}) // stays, as on macOS
      const [window] = BrowserWindow.getAllWindows()
      const closed = new Promise<void>((resolve) => window?.once('closed', () => resolve()))
      window?.close()
      await closed
      Menu.getApplicationMenu()?.getMenuItemById('show-settings')?.click()
    }, null)
    const settings = (await opened).getByRole('button', { name: 'Settings' })
    await expect(settings).toHaveAttribute('aria-current', 'page')
  })

  test('comes to the front when the app is started again, and takes the files it was given', async ({
    launch,
    folder
  }) => {
    const file = join(folder, 'notes.txt')
    writeFileSync(file, 'for the bucket')
    const { page, main } = await launch({ env: LOCAL })
    await main.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.blur(), null)
    await expect(launch({ args: [file] })).rejects.toThrow() // the second one ends at once
    const isFocused = () => main.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isFocused(), null)
    await expect.poll(isFocused).toBe(true)
    await expect(page.getByRole('option', { name: /notes\.txt/ })).toBeVisible()
  })
})
