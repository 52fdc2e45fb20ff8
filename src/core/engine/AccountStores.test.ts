import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { LOCAL_ACCOUNT } from '../accountFromEnvironment.ts'
import { readEndpoint } from '../store/local/LocalEndpoint.ts'
import { AccountStores } from './AccountStores.ts'

const cleanups: Array<() => unknown> = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function openStores(): { stores: AccountStores; home: string } {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-accounts-'))
  cleanups.push(() => rmSync(home, { recursive: true, force: true }))
  const stores = new AccountStores(home)
  cleanups.push(() => stores.close())
  return { stores, home }
}

const config = (accounts: Parameters<AccountStores['configure']>[0]['accounts']) => ({
  accounts,
  defaultAccountId: accounts[0]?.account.id ?? null,
  ...engineSettings(defaultSettings)
})

describe('AccountStores', () => {
  it('keeps the store of an account that stayed as it was, and opens another for one that changed', async () => {
    const { stores, home } = openStores()
    const account = { id: 'here', kind: 'folder', name: 'Here', path: home, publicBaseUrl: null, prefix: '' } as const
    stores.configure(config([{ account, secret: null }]))
    const first = await stores.store('here')
    stores.configure(config([{ account, secret: null }]))
    expect(await stores.store('here')).toBe(first)
    stores.configure(config([{ account: { ...account, publicBaseUrl: 'https://p.example' }, secret: null }]))
    expect(await stores.store('here')).not.toBe(first)
  })

  it('says of an account that is not set up that it is missing', async () => {
    const { stores } = openStores()
    await expect(stores.store('gone')).rejects.toMatchObject({ code: 'secret-missing' })
    expect(() => stores.default()).toThrow()
  })

  it('starts the local R2 again at the same address when it was killed, and leaves nothing behind', async () => {
    const { stores, home } = openStores()
    stores.configure(config([{ account: LOCAL_ACCOUNT, secret: null }]))
    const { signal } = new AbortController()
    const address = (await stores.store('local')).publicUrl('a')
    const killed = await readEndpoint(join(home, 'local-r2'))
    process.kill(killed?.workerdPid ?? 0, 'SIGKILL')

    const deadlineMs = Date.now() + 25_000
    const reach = async () => (await stores.store('local')).head('a', signal).catch(() => undefined)
    while ((await reach()) === undefined) expect(Date.now()).toBeLessThan(deadlineMs)
    expect((await stores.store('local')).publicUrl('a')).toBe(address)

    const { endpoint } = await stores.localR2()
    await stores.close()
    await expect(fetch(endpoint)).rejects.toThrow()
  })
})
