import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SecretVault } from './SecretVault.ts'
import type { SystemVault, VaultKind } from './SystemVault.ts'

const secret = { secretAccessKey: 'do not show me' }

/** A keyring with one AES key, which can be locked, and replaced by another. */
function createKeyring(kind: VaultKind = 'system') {
  let keys = [randomBytes(32)]
  let isLocked = false
  const keyring: SystemVault = {
    kind: async () => kind,
    encrypt: async (text) => {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keys.at(-1) ?? '', iv)
      const body = Buffer.concat([cipher.update(text), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body])
    },
    decrypt: async (bytes) => {
      if (isLocked) throw new Error('temporarily unavailable. Please try again.')
      for (const key of keys) {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(12, 28))
        try {
          const result = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString()
          return { result, shouldReEncrypt: key !== keys.at(-1) }
        } catch {}
      }
      throw new Error('Error while decrypting')
    }
  }
  return {
    keyring,
    lock: (locked: boolean) => {
      isLocked = locked
    },
    rotate: () => {
      keys = [...keys, randomBytes(32)]
    },
    forgetOldKeys: () => {
      keys = keys.slice(-1)
    }
  }
}

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silverdrop-vault-'))
  path = join(folder, 'secrets.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A keyring that opens nothing until the person has let it. */
function createSlowKeyring({ keyring }: ReturnType<typeof createKeyring>) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const slow: SystemVault = {
    ...keyring,
    decrypt: async (bytes) => {
      await promise
      return keyring.decrypt(bytes)
    }
  }
  return { slow, letOpen: resolve }
}

describe('a system that takes its time to open a secret', () => {
  const newer = { secretAccessKey: 'typed meanwhile' }

  /** A vault that is asked for a kept secret, and does not have it yet. */
  async function askSlowly(isRotated: boolean) {
    const ring = createKeyring()
    await new SecretVault(path, ring.keyring).save('studio', secret, 'vault')
    if (isRotated) ring.rotate()
    const { slow, letOpen } = createSlowKeyring(ring)
    const vault = new SecretVault(path, slow)
    return { ring, vault, asked: vault.read('studio'), letOpen }
  }

  it.each([false, true])('does not bring back the one before the one that was saved meanwhile', async (isRotated) => {
    const { ring, vault, asked, letOpen } = await askSlowly(isRotated)
    await vault.save('studio', newer, 'vault')
    letOpen()
    expect(await asked).toEqual({ secret: newer, place: 'vault' })
    expect(await vault.read('studio')).toEqual({ secret: newer, place: 'vault' })
    expect(await new SecretVault(path, ring.keyring).read('studio')).toEqual({ secret: newer, place: 'vault' })
  })

  it.each([false, true])('does not bring back one that was removed meanwhile', async (isRotated) => {
    const { ring, vault, asked, letOpen } = await askSlowly(isRotated)
    vault.remove('studio')
    letOpen()
    expect(await asked).toEqual({ secret: null, place: 'missing' })
    expect(await vault.read('studio')).toEqual({ secret: null, place: 'missing' })
    expect(await new SecretVault(path, ring.keyring).read('studio')).toEqual({ secret: null, place: 'missing' })
  })
})

describe('SecretVault', () => {
  it('gives a secret back in the next life, and never writes it in the clear', async () => {
    const { keyring } = createKeyring()
    await new SecretVault(path, keyring).save('studio', secret, 'vault')
    expect(readFileSync(path, 'utf8')).not.toContain('do not show me')
    expect(await new SecretVault(path, keyring).read('studio')).toEqual({ secret, place: 'vault' })
  })

  it.skipIf(process.platform === 'win32')('lets only this person read the file', async () => {
    await new SecretVault(path, createKeyring().keyring).save('studio', secret, 'vault')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('says that a secret is missing where there is none', async () => {
    expect(await new SecretVault(path, createKeyring().keyring).read('studio')).toEqual({
      secret: null,
      place: 'missing'
    })
  })

  it.each(['basic', 'none'] as const)('writes nothing into a %s vault that was taken for a real one', async (kind) => {
    const vault = new SecretVault(path, createKeyring(kind).keyring)
    await expect(vault.save('studio', secret, 'vault')).rejects.toMatchObject({ code: 'bad-request' })
    expect(existsSync(path)).toBe(false)
    expect((await vault.read('studio')).place).toBe('missing')
  })

  it('keeps a secret in a plain file where the person said so', async () => {
    const { keyring } = createKeyring('basic')
    await new SecretVault(path, keyring).save('studio', secret, 'plain')
    expect(await new SecretVault(path, keyring).read('studio')).toEqual({ secret, place: 'plain' })
  })

  it('keeps a secret in memory only, and then drops the one in the file', async () => {
    const { keyring } = createKeyring()
    const vault = new SecretVault(path, keyring)
    await vault.save('studio', { secretAccessKey: 'older' }, 'vault')
    await vault.save('studio', secret, 'memory')
    expect(await vault.read('studio')).toEqual({ secret, place: 'memory' })
    expect((await new SecretVault(path, keyring).read('studio')).place).toBe('missing')
  })

  it('treats a locked vault as missing for now, and opens it later', async () => {
    const { keyring, lock } = createKeyring()
    await new SecretVault(path, keyring).save('studio', secret, 'vault')
    const vault = new SecretVault(path, keyring)
    lock(true)
    expect((await vault.read('studio')).place).toBe('missing')
    lock(false)
    expect(await vault.read('studio')).toEqual({ secret, place: 'vault' })
  })

  it('keeps the blob that another key encrypted', async () => {
    await new SecretVault(path, createKeyring().keyring).save('studio', secret, 'vault')
    const before = readFileSync(path, 'utf8')
    const vault = new SecretVault(path, createKeyring().keyring)
    expect((await vault.read('studio')).place).toBe('missing')
    await vault.save('other', secret, 'plain')
    expect(JSON.parse(readFileSync(path, 'utf8')).secrets[0]).toEqual(JSON.parse(before).secrets[0])
  })

  it('encrypts anew when the system has a newer key', async () => {
    const { keyring, rotate, forgetOldKeys } = createKeyring()
    await new SecretVault(path, keyring).save('studio', secret, 'vault')
    rotate()
    await new SecretVault(path, keyring).read('studio')
    forgetOldKeys()
    expect(await new SecretVault(path, keyring).read('studio')).toEqual({ secret, place: 'vault' })
  })

  it('forgets what is removed, in memory and in the file', async () => {
    const { keyring } = createKeyring()
    const vault = new SecretVault(path, keyring)
    await vault.save('studio', secret, 'vault')
    vault.remove('studio')
    expect((await vault.read('studio')).place).toBe('missing')
    expect((await new SecretVault(path, keyring).read('studio')).place).toBe('missing')
  })

  it.each([
    '',
    '{',
    '[]',
    '{"version":2,"secrets":[]}',
    '{"version":1,"secrets":[{"accountId":"a","how":"magic","blob":""}]}'
  ])('sets a damaged file aside: %j', async (text) => {
    writeFileSync(path, text)
    const vault = new SecretVault(path, createKeyring().keyring)
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^secrets\.broken-.*\.json$/)])
    expect(readFileSync(vault.setAsideAt ?? '', 'utf8')).toBe(text)
  })
})
