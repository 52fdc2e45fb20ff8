import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dropPaths } from './launch.ts'
import { ask, expect, LOCAL, test } from './testApp.ts'

const secretAccessKey = 'a secret that must not be seen'
const studio = {
  id: 'studio',
  kind: 'r2',
  name: 'Studio',
  prefix: '',
  endpoint: 'http://127.0.0.1:9/s3',
  region: 'auto',
  bucket: 'photos',
  accessKeyId: 'AKID',
  publicBaseUrl: null
} as const

test.describe('settings', () => {
  test('survive a restart, and change the page at once', async ({ launch }) => {
    const first = await launch()
    await ask(first.page, 'settings:change', { appearance: 'dark', density: 'compact' })
    await expect.poll(() => first.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(true)
    await first.close()
    const { page } = await launch()
    expect(await ask(page, 'settings:get', {})).toMatchObject({ appearance: 'dark', density: 'compact' })
    expect(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(true)
  })

  test('that are damaged are set aside and said so', async ({ launch, home }) => {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'config.json'), '{"version": 2, "appear')
    const { page } = await launch()
    expect(await ask(page, 'settings:get', {})).toMatchObject({ appearance: 'system', accounts: [] })
    const [aside] = readdirSync(home).filter((name) => name.startsWith('config.broken-'))
    expect(readFileSync(join(home, aside ?? ''), 'utf8')).toBe('{"version": 2, "appear')
  })

  test('of version 1 are brought up', async ({ launch, home }) => {
    mkdirSync(home, { recursive: true })
    const { accessKeyId: keyId, ...account } = studio
    writeFileSync(join(home, 'config.json'), JSON.stringify({ version: 1, accounts: [{ ...account, keyId }] }))
    const { page } = await launch()
    expect(await ask(page, 'settings:get', {})).toMatchObject({ version: 2, accounts: [studio] })
  })

  test('keep the window where it was', async ({ launch, home }) => {
    const first = await launch()
    await first.main.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setBounds({ width: 1500, height: 950 }),
      null
    )
    await first.close()
    expect(JSON.parse(readFileSync(join(home, 'window.json'), 'utf8')).bounds).toMatchObject({
      width: 1500,
      height: 950
    })
    const { main } = await launch()
    const bounds = await main.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds(), null)
    expect(bounds).toMatchObject({ width: 1500, height: 950 })
  })
})

test.describe('a limit', () => {
  test('that is set in the settings is told by the strip while something is sent', async ({ launch, folder }) => {
    const { page } = await launch({ env: LOCAL })
    await page.getByRole('button', { name: 'Settings' }).click()
    const transfer = page.getByRole('region', { name: 'Transfer settings' })
    await transfer.getByText('Limited', { exact: true }).click()
    await transfer.getByLabel('At most').fill('0.5')
    await transfer.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Saved. It holds from now on')).toBeVisible()
    const saved = await ask(page, 'settings:get', {})
    expect(saved.transfer.bandwidth.bytesPerSecond).toBe(500_000)

    const file = join(folder, 'long.bin')
    writeFileSync(file, new Uint8Array(6_000_000).fill(1)) // 12 s at this speed
    await dropPaths(page, [file])
    await expect(page.getByRole('region', { name: 'Transfer', exact: true })).toContainText('limited to 500 KB/s')
  })

  test('of nothing at this hour holds the queue until the hour is over', async ({ launch, folder }) => {
    const { page } = await launch({ env: LOCAL })
    const { transfer } = await ask(page, 'settings:get', {})
    // From an hour ago for three hours: over midnight or not, and longer than any test.
    const fromMinute = ((new Date().getHours() + 23) % 24) * 60
    const closed = { days: [0, 1, 2, 3, 4, 5, 6], fromMinute, toMinute: (fromMinute + 180) % 1440, bytesPerSecond: 0 }
    const bandwidth = { bytesPerSecond: null, timetable: [closed] }
    await ask(page, 'settings:change', { transfer: { ...transfer, bandwidth } })
    const file = join(folder, 'notes.txt')
    writeFileSync(file, 'for the bucket')
    await dropPaths(page, [file])
    const strip = page.getByRole('region', { name: 'Transfer', exact: true })
    await expect(strip).toContainText(/Held by your timetable until \d\d:\d\d/)
    await ask(page, 'settings:change', { transfer: { ...transfer, bandwidth: { ...bandwidth, timetable: [] } } })
    await expect(strip).toContainText('All in the bucket, proved', { timeout: 60_000 })
  })
})

test.describe('a secret', () => {
  test('is kept by the vault, out of sight, and there after a restart', async ({ launch, home }) => {
    test.skip(process.platform !== 'linux', 'elsewhere this would ask for the real vault')
    const env = { SILVERDROP_HOST_VAULT: 'system' }
    const first = await launch({ env })
    test.skip(first.which === 'electron', 'needs a desktop with a keyring')
    const view = await ask(first.page, 'accounts:save', { account: studio, secret: { secretAccessKey }, keep: 'vault' })
    expect(view).toMatchObject({ secret: 'vault', isDefault: true })
    await first.close()
    const { page } = await launch({ env })
    expect(await ask(page, 'accounts:list', {})).toMatchObject([{ account: { id: 'studio' }, secret: 'vault' }])
    for (const name of ['config.json', 'secrets.json', 'logs/silverdrop.log']) {
      expect(readFileSync(join(home, name), 'utf8'), name).not.toContain(secretAccessKey)
    }
    expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600)
  })

  test('is not written where there is no real vault, unless the person says so', async ({ launch, home }) => {
    const { page, which } = await launch()
    test.skip(which === 'electron', 'depends on the desktop')
    expect(await ask(page, 'app:state', {})).toMatchObject({ vault: 'basic' })
    await expect(
      ask(page, 'accounts:save', { account: studio, secret: { secretAccessKey }, keep: 'vault' })
    ).rejects.toThrow(/bad-request/)
    expect(readdirSync(home)).not.toContain('secrets.json')
    const kept = await ask(page, 'accounts:save', { account: studio, secret: { secretAccessKey }, keep: 'plain' })
    expect(kept.secret).toBe('plain')
  })
})

test.describe('the clipboard', () => {
  test('holds what the page asked to copy', async ({ launch }) => {
    const { page, main } = await launch()
    await ask(page, 'clipboard:write', { text: 'https://example.com/ä b' })
    expect(await main.evaluate(({ clipboard }) => clipboard.readText(), null)).toBe('https://example.com/ä b')
  })
})
