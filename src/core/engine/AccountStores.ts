import { AppError } from '../../shared/errors.ts'
import type { EngineConfig } from '../../shared/ipc/engine.ts'
import type { Account, AccountSecret } from '../../shared/model/account.ts'
import { type LocalR2, startLocalR2 } from '../store/local/startLocalR2.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { openStore } from '../store/openStore.ts'
import type { Pacer } from '../store/Pacer.ts'
import { withRetry } from '../store/withRetry.ts'

/** How long the local R2 is believed to be there without looking. */
const LOCAL_LOOK_MS = 2_000

type Entry = { readonly account: Account; readonly secret: AccountSecret | null; store: Promise<ObjectStore> | null }

/** The accounts the engine knows, each with its store once it is needed. Secrets live here and in the stores only. */
export class AccountStores {
  readonly #home: string
  readonly #pacer: Pacer | null
  #entries = new Map<string, Entry>()
  #defaultAccountId: string | null = null
  #localR2: Promise<LocalR2> | null = null
  #localSeenMs = 0

  /** @param pacer How fast bodies may go out; null: as fast as they can. */
  constructor(home: string, pacer: Pacer | null = null) {
    this.#home = home
    this.#pacer = pacer
  }

  /** Takes over what changed; stores of accounts that stayed as they were stay open. */
  configure(config: EngineConfig): void {
    const before = this.#entries
    this.#defaultAccountId = config.defaultAccountId
    this.#entries = new Map(
      config.accounts.map(({ account, secret }) => {
        const known = before.get(account.id)
        const isSame = known && isEqual(known.account, account) && isEqual(known.secret, secret)
        return [account.id, isSame ? known : { account, secret, store: null }]
      })
    )
    for (const [id, entry] of before) if (this.#entries.get(id) !== entry) void closeEntry(entry)
  }

  get list(): ReadonlyArray<Account> {
    return [...this.#entries.values()].map(({ account }) => account)
  }

  /** @throws AppError `secret-missing` if there is no such account on this computer. */
  account(accountId: string): Account {
    const entry = this.#entries.get(accountId)
    if (!entry) throw new AppError('secret-missing', `The account ${accountId} is not set up on this computer`)
    return entry.account
  }

  find(accountId: string): Account | null {
    return this.#entries.get(accountId)?.account ?? null
  }

  /** The account that a new collection goes to. @throws AppError `secret-missing` if there is none. */
  default(accountId: string | null = this.#defaultAccountId): Account {
    if (accountId === null) throw new AppError('secret-missing', 'No account has been set up')
    return this.account(accountId)
  }

  /** @throws AppError `secret-missing`, and what opening throws; asked again it tries again. */
  async store(accountId: string): Promise<ObjectStore> {
    this.account(accountId)
    const entry = this.#entries.get(accountId)
    if (!entry) throw new AppError('internal', accountId)
    if (entry.account.kind === 'local' && entry.store) await this.#requireLocalR2(entry)
    entry.store ??= this.open(entry.account, entry.secret).then((store) => withRetry(store))
    try {
      return await entry.store
    } catch (error) {
      entry.store = null
      throw error
    }
  }

  /** A store beside those that are kept, for trying an account. Whoever asks closes it. */
  open(account: Account, secret: AccountSecret | null): Promise<ObjectStore> {
    return openStore(account, secret, () => this.localR2(), this.#pacer)
  }

  /** The secret that is stored for an account, or null. */
  secretOf(accountId: string): AccountSecret | null {
    return this.#entries.get(accountId)?.secret ?? null
  }

  /** Starts the local R2 of this home at the first call. */
  async localR2(): Promise<LocalR2> {
    const buckets = this.list.flatMap((account) => (account.kind === 'local' ? [account.bucket] : []))
    this.#localR2 ??= startLocalR2({ home: this.#home, buckets })
    try {
      return await this.#localR2
    } catch (error) {
      this.#localR2 = null
      throw error
    }
  }

  /** The local R2 may have been another Silverdrop's, which has ended: then it is started anew, at the same address. */
  async #requireLocalR2(entry: Entry): Promise<void> {
    const nowMs = performance.now()
    if (nowMs - this.#localSeenMs < LOCAL_LOOK_MS) return
    this.#localSeenMs = nowMs
    const local = await this.#localR2
    if (local && (await answers(local.endpoint))) return
    this.#localR2 = null
    entry.store = null
    await local?.close() // where it was our own: a child that nobody ends would keep this process alive
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(closeEntry))
    this.#entries.clear()
    const local = await this.#localR2?.catch(() => null)
    await local?.close()
  }
}

/** The bucket's name, or for a folder account its path: with the account's id it tells one place from another. */
export function bucketOf(account: Account): string {
  return account.kind === 'folder' ? account.path : account.bucket
}

async function closeEntry(entry: Entry): Promise<void> {
  const store = await entry.store?.catch(() => null)
  await store?.close()
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    const answer = await fetch(endpoint, { method: 'HEAD', signal: AbortSignal.timeout(2_000) })
    await answer.body?.cancel()
    return true
  } catch {
    return false
  }
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
