import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LOCAL_ACCOUNT } from '../../core/accountFromEnvironment.ts'
import type { Account } from '../../shared/model/account.ts'
import { defaultSettings, type Settings } from '../../shared/model/settings.ts'
import { SecretVault } from '../vault/SecretVault.ts'
import { Accounts, type AccountsOptions } from './Accounts.ts'

const studio: Account = {
  id: 'studio',
  kind: 'r2',
  name: 'Studio',
  prefix: '',
  endpoint: 'https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com',
  region: 'auto',
  bucket: 'photos',
  accessKeyId: 'AKID',
  publicBaseUrl: null
}
const secret = { secretAccessKey: 'do not show me' }

let home: string
let settings: { current: Settings; change(part: Partial<Settings>): Settings }
let changes: number

function create(options: Partial<AccountsOptions> = {}): Accounts {
  const system = {
    kind: async () => 'system' as const,
    encrypt: async (text: string) => Buffer.from(text).reverse(),
    decrypt: async (bytes: Buffer) => ({ result: bytes.reverse().toString(), shouldReEncrypt: false })
  }
  const vault = new SecretVault(join(home, 'secrets.json'), system)
  const onChange = () => {
    changes += 1
  }
  return new Accounts({ home, settings, vault, fromEnvironment: null, hasLocalR2: true, onChange, ...options })
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'silverdrop-accounts-'))
  changes = 0
  settings = {
    current: defaultSettings,
    change(part) {
      this.current = { ...this.current, ...part }
      return this.current
    }
  }
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('Accounts', () => {
  it('begins with none', async () => {
    expect(await create().list()).toEqual([])
    expect(await create().engineConfig()).toMatchObject({ accounts: [], defaultAccountId: null })
  })

  it('makes the first account the default, and says where its secret is', async () => {
    const accounts = create()
    const view = await accounts.save({ account: studio, secret, keep: 'vault' })
    expect(view).toEqual({ account: studio, secret: 'vault', isDefault: true })
    await accounts.save({ account: { ...studio, id: 'second' }, secret: null, keep: 'vault' })
    expect(await accounts.list()).toEqual([
      view,
      { account: { ...studio, id: 'second' }, secret: 'missing', isDefault: false }
    ])
    expect(changes).toBe(2)
  })

  it('gives secrets to the engine and to nobody else', async () => {
    const accounts = create()
    await accounts.save({ account: studio, secret, keep: 'memory' })
    expect((await accounts.engineConfig()).accounts).toEqual([{ account: studio, secret }])
    expect(JSON.stringify([await accounts.list(), settings.current])).not.toContain(secret.secretAccessKey)
  })

  it('keeps the stored secret when an account is edited without typing it again', async () => {
    const accounts = create()
    await accounts.save({ account: studio, secret, keep: 'vault' })
    await accounts.save({ account: { ...studio, name: 'Atelier' }, secret: null, keep: 'vault' })
    expect((await accounts.engineConfig()).accounts).toEqual([{ account: { ...studio, name: 'Atelier' }, secret }])
  })

  it('does not save an account whose secret the vault refused', async () => {
    const vault = new SecretVault(join(home, 'secrets.json'), {
      kind: async () => 'none',
      encrypt: () => Promise.reject(new Error('no')),
      decrypt: () => Promise.reject(new Error('no'))
    })
    const accounts = create({ vault })
    await expect(accounts.save({ account: studio, secret, keep: 'vault' })).rejects.toMatchObject({
      code: 'bad-request'
    })
    expect(settings.current.accounts).toEqual([])
  })

  it('passes the default on when its account is removed', async () => {
    const accounts = create()
    await accounts.save({ account: studio, secret, keep: 'vault' })
    await accounts.save({ account: { ...studio, id: 'second' }, secret, keep: 'vault' })
    accounts.remove('studio')
    expect(await accounts.list()).toMatchObject([{ account: { id: 'second' }, isDefault: true }])
    accounts.remove('second')
    expect(settings.current.defaultAccountId).toBeNull()
  })

  it('makes a chosen account the default, and refuses one it does not know', async () => {
    const accounts = create()
    await accounts.save({ account: studio, secret, keep: 'vault' })
    await accounts.tryHere()
    accounts.makeDefault('studio')
    expect((await accounts.engineConfig()).defaultAccountId).toBe('studio')
    expect(() => accounts.makeDefault('nobody')).toThrowError(expect.objectContaining({ code: 'bad-request' }))
  })

  it('tries it here in the local R2, as the default, once', async () => {
    const accounts = create()
    await accounts.save({ account: studio, secret, keep: 'vault' })
    await accounts.tryHere()
    expect(await accounts.tryHere()).toEqual({ account: LOCAL_ACCOUNT, secret: 'not-needed', isDefault: true })
    expect(await accounts.list()).toHaveLength(2)
  })

  it('tries it here in a folder where there is no local R2', async () => {
    expect((await create({ hasLocalR2: false }).tryHere()).account).toMatchObject({
      kind: 'folder',
      path: join(home, 'bucket')
    })
  })

  it('adds the account of the environment without saving it', async () => {
    const accounts = create({ fromEnvironment: { account: { ...studio, id: 'env' }, secret } })
    expect(await accounts.list()).toEqual([{ account: { ...studio, id: 'env' }, secret: 'memory', isDefault: true }])
    expect((await accounts.engineConfig()).accounts).toMatchObject([{ secret }])
    expect(settings.current.accounts).toEqual([])
    await expect(accounts.save({ account: { ...studio, id: 'env' }, secret, keep: 'plain' })).rejects.toMatchObject({
      code: 'bad-request'
    })
    expect(() => accounts.remove('env')).toThrowError(expect.objectContaining({ code: 'bad-request' }))
  })
})
