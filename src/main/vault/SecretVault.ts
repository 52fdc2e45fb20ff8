import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { type AccountSecret, type AccountView, accountSecretSchema } from '../../shared/model/account.ts'
import { setAside } from '../settings/setAside.ts'
import { writeWhole } from '../settings/writeWhole.ts'
import type { SystemVault, VaultKind } from './SystemVault.ts'

/** Where a person allows a secret to be kept. */
export type Keep = 'vault' | 'memory' | 'plain'
export type KeptSecret = { readonly secret: AccountSecret | null; readonly place: AccountView['secret'] }

const fileSchema = z.strictObject({
  version: z.literal(1),
  secrets: z.array(
    z.strictObject({
      accountId: z.string(),
      /** `vault`: `blob` is what the system's vault made of it; `plain`: base64 alone, written by explicit consent. */
      how: z.enum(['vault', 'plain']),
      blob: z.base64()
    })
  )
})
type StoredSecret = z.infer<typeof fileSchema>['secrets'][number]

/**
 * The secrets of all accounts: encrypted by the system in one file, or where the person chose so, in a plain file or in
 * memory only. A secret that cannot be decrypted counts as missing and stays in the file: a locked vault may open later.
 */
export class SecretVault {
  readonly #path: string
  readonly #system: SystemVault
  readonly #stored: Map<string, StoredSecret>
  readonly #open = new Map<string, { readonly secret: AccountSecret; readonly place: Keep }>()
  /** Where a file that could not be read has been put; null in most lives. */
  readonly setAsideAt: string | null

  constructor(path: string, system: SystemVault) {
    this.#path = path
    this.#system = system
    const { stored, setAsideAt } = readStored(path)
    this.#stored = new Map(stored.map((entry) => [entry.accountId, entry]))
    this.setAsideAt = setAsideAt
  }

  kind(): Promise<VaultKind> {
    return this.#system.kind()
  }

  async read(accountId: string): Promise<KeptSecret> {
    const known = this.#open.get(accountId)
    if (known) return known
    const stored = this.#stored.get(accountId)
    const secret = stored ? await this.#decode(stored) : null
    // While the system opened it, which takes as long as it asks the person, it may have been saved anew or removed.
    const saved = this.#open.get(accountId)
    if (saved) return saved
    if (!stored || !secret || !this.#stored.has(accountId)) return { secret: null, place: 'missing' }
    const opened = { secret, place: stored.how }
    this.#open.set(accountId, opened)
    return opened
  }

  /** @throws AppError `bad-request` if `keep` is `vault` and the system has none: nothing is written by surprise. */
  async save(accountId: string, secret: AccountSecret, keep: Keep): Promise<void> {
    if (keep === 'vault' && (await this.kind()) !== 'system') {
      throw new AppError('bad-request', 'This system offers no vault; the secret was not saved')
    }
    if (keep === 'memory') this.#stored.delete(accountId)
    else this.#stored.set(accountId, { accountId, how: keep, blob: await this.#encode(secret, keep) })
    this.#open.set(accountId, { secret, place: keep })
    this.#write()
  }

  remove(accountId: string): void {
    this.#open.delete(accountId)
    if (this.#stored.delete(accountId)) this.#write()
  }

  async #encode(secret: AccountSecret, how: StoredSecret['how']): Promise<string> {
    const text = JSON.stringify(secret)
    const bytes = how === 'vault' ? await this.#system.encrypt(text) : Buffer.from(text)
    return bytes.toString('base64')
  }

  async #decode(stored: StoredSecret): Promise<AccountSecret | null> {
    const bytes = Buffer.from(stored.blob, 'base64')
    try {
      if (stored.how === 'plain') return accountSecretSchema.parse(JSON.parse(bytes.toString()))
      const { result, shouldReEncrypt } = await this.#system.decrypt(bytes)
      const secret = accountSecretSchema.parse(JSON.parse(result))
      if (shouldReEncrypt) await this.#encryptAnew(stored, secret)
      return secret
    } catch {
      return null // locked, of another key, or damaged: what was thrown may quote the secret and is not passed on
    }
  }

  /** The system has a newer key or a better place for it. If that fails the old blob still opens. */
  async #encryptAnew(stored: StoredSecret, secret: AccountSecret): Promise<void> {
    const { accountId } = stored
    try {
      const blob = await this.#encode(secret, 'vault')
      if (this.#stored.get(accountId) !== stored) return // saved anew or removed meanwhile
      this.#stored.set(accountId, { accountId, how: 'vault', blob })
      this.#write()
    } catch {
      // Asked again at the next start.
    }
  }

  #write(): void {
    writeWhole(this.#path, JSON.stringify({ version: 1, secrets: [...this.#stored.values()] }))
  }
}

function readStored(path: string): { stored: ReadonlyArray<StoredSecret>; setAsideAt: string | null } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { stored: [], setAsideAt: null }
    throw new AppError('file-unreadable', path, { cause: error })
  }
  try {
    return { stored: fileSchema.parse(JSON.parse(text)).secrets, setAsideAt: null }
  } catch {
    return { stored: [], setAsideAt: setAside(path) }
  }
}
