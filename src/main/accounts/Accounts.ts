import { join } from 'node:path'
import { LOCAL_ACCOUNT } from '../../core/accountFromEnvironment.ts'
import { AppError } from '../../shared/errors.ts'
import type { CallInput } from '../../shared/ipc/contract.ts'
import type { EngineConfig } from '../../shared/ipc/engine.ts'
import type { Account, AccountSecret, AccountView } from '../../shared/model/account.ts'
import { engineSettings, type Settings } from '../../shared/model/settings.ts'
import type { KeptSecret, SecretVault } from '../vault/SecretVault.ts'

export type AccountsOptions = {
  readonly home: string
  readonly settings: { readonly current: Settings; change(part: Partial<Settings>): Settings }
  readonly vault: SecretVault
  /** The account of the environment, which is never saved. */
  readonly fromEnvironment: { readonly account: Account; readonly secret: AccountSecret | null } | null
  readonly hasLocalR2: boolean
  /** Something is different now: the engine and the window should know. */
  readonly onChange: () => void
}

/** The accounts a person has: those of the settings, with their secrets from the vault, and the environment's. */
export class Accounts {
  readonly #options: AccountsOptions

  constructor(options: AccountsOptions) {
    this.#options = options
  }

  async list(): Promise<AccountView[]> {
    return Promise.all(this.#all().map((account) => this.#view(account)))
  }

  /** What the engine must know. Holds secrets. */
  async engineConfig(): Promise<EngineConfig> {
    const accounts = this.#all().map(async (account) => ({ account, secret: (await this.#secretOf(account)).secret }))
    return {
      accounts: await Promise.all(accounts),
      defaultAccountId: this.#defaultId(),
      ...engineSettings(this.#options.settings.current)
    }
  }

  /** Adds an account or replaces the one of its id; the first one becomes the default. */
  async save({ account, secret, keep }: CallInput<'accounts:save'>): Promise<AccountView> {
    this.#requireOwn(account.id)
    const { settings, vault } = this.#options
    // First the secret: if the vault refuses it, the account is not half there.
    if (secret) await vault.save(account.id, secret, keep)
    this.#put(account, settings.current.defaultAccountId ?? account.id)
    return this.#view(account)
  }

  /** Takes an account and its secret out. What is in its bucket stays there. */
  remove(accountId: string): void {
    this.#requireOwn(accountId)
    const { settings, vault } = this.#options
    const accounts = settings.current.accounts.filter(({ id }) => id !== accountId)
    const wasDefault = settings.current.defaultAccountId === accountId
    const defaultAccountId = wasDefault ? (accounts[0]?.id ?? null) : settings.current.defaultAccountId
    settings.change({ accounts, defaultAccountId })
    vault.remove(accountId)
    this.#options.onChange()
  }

  makeDefault(accountId: string): void {
    if (!this.#all().some(({ id }) => id === accountId)) {
      throw new AppError('bad-request', `No account has the id ${accountId}`)
    }
    this.#options.settings.change({ defaultAccountId: accountId })
    this.#options.onChange()
  }

  /** Makes the local R2, or a folder where it cannot be had, an account and the default. */
  async tryHere(): Promise<AccountView> {
    const account = this.#localAccount()
    this.#put(account, account.id)
    return this.#view(account)
  }

  /** The secret to try an account with: as typed, else as kept. */
  async secretFor(account: Account, typed: AccountSecret | null): Promise<AccountSecret | null> {
    return typed ?? (await this.#secretOf(account)).secret
  }

  #put(account: Account, defaultAccountId: string): void {
    const { settings } = this.#options
    const others = settings.current.accounts.filter(({ id }) => id !== account.id)
    settings.change({ accounts: [...others, account], defaultAccountId })
    this.#options.onChange()
  }

  #localAccount(): Account {
    if (this.#options.hasLocalR2) return LOCAL_ACCOUNT
    const { id, name, prefix } = LOCAL_ACCOUNT
    return { id, name, prefix, kind: 'folder', path: join(this.#options.home, 'bucket'), publicBaseUrl: null }
  }

  /** The environment's account stands first; a saved one of the same id gives way to it. */
  #all(): ReadonlyArray<Account> {
    const { settings } = this.#options
    const given = this.#given()
    return given ? [given, ...settings.current.accounts.filter(({ id }) => id !== given.id)] : settings.current.accounts
  }

  #given(): Account | null {
    const account = this.#options.fromEnvironment?.account ?? null
    return account?.kind === 'local' ? this.#localAccount() : account
  }

  #defaultId(): string | null {
    const all = this.#all()
    const chosen = this.#options.settings.current.defaultAccountId
    return all.find(({ id }) => id === chosen)?.id ?? all[0]?.id ?? null
  }

  async #secretOf(account: Account): Promise<KeptSecret> {
    if (account.kind !== 'r2') return { secret: null, place: 'not-needed' }
    const { fromEnvironment, vault } = this.#options
    if (fromEnvironment?.account.id === account.id) return { secret: fromEnvironment.secret, place: 'memory' }
    return vault.read(account.id)
  }

  async #view(account: Account): Promise<AccountView> {
    const { place } = await this.#secretOf(account)
    return { account, secret: place, isDefault: account.id === this.#defaultId() }
  }

  #requireOwn(accountId: string): void {
    if (this.#options.fromEnvironment?.account.id === accountId) {
      throw new AppError('bad-request', `The account ${accountId} comes from the environment and is changed there`)
    }
  }
}
