import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { inTransaction } from './openCatalog.ts'
import { toCatalogError } from './toCatalogError.ts'

type Change = { readonly run: () => void; readonly settle: () => void; readonly fail: (error: unknown) => void }

/** How long a change may wait for others, ms. Less than a request takes; enough for a dozen to meet. */
const GATHER_MS = 3

/** So many are not kept waiting for more. */
const ENOUGH = 64

/**
 * Many small changes as one transaction: a commit costs as much as ten changes. Whoever asked goes on when it is
 * committed, so what is to be in the catalog before an act still is. A change that throws takes back itself alone.
 *
 * @see https://www.sqlite.org/lang_savepoint.html
 */
export class GroupCommit {
  readonly #db: DatabaseSync
  readonly #savepoint: StatementSync
  readonly #release: StatementSync
  readonly #rollback: StatementSync
  #waiting: Change[] = []
  #timer: NodeJS.Timeout | null = null

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#savepoint = db.prepare('SAVEPOINT change')
    this.#release = db.prepare('RELEASE change')
    this.#rollback = db.prepare('ROLLBACK TO change')
  }

  /**
   * @param onKept Called with what `act` returned in the very moment of the commit, before anything else can happen.
   * @returns what `act` returned, once it is committed.
   * @throws what `act` throws; AppError `disk-full`, `already-running` where the transaction failed, of which then
   *   nothing is kept.
   */
  run<T>(act: () => T, onKept: (value: T) => void = () => {}): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: { readonly value: T }
      this.#waiting.push({
        run: () => {
          result = { value: act() }
        },
        settle: () => {
          try {
            onKept(result.value)
            resolve(result.value)
          } catch (error) {
            reject(error)
          }
        },
        fail: reject
      })
      if (this.#waiting.length >= ENOUGH) this.flush()
      else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS)
    })
  }

  /** Commits what waits. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    const changes = this.#waiting
    if (changes.length === 0) return
    this.#waiting = []
    try {
      const kept = inTransaction(this.#db, () => changes.filter((change) => this.#keep(change)))
      for (const { settle } of kept) settle()
    } catch (error) {
      for (const { fail } of changes) fail(error)
    }
  }

  #keep({ run, fail }: Change): boolean {
    this.#savepoint.run()
    try {
      run()
      this.#release.run()
      return true
    } catch (error) {
      if (!this.#db.isTransaction) throw error // a full disk has ended the transaction, and with it all the changes
      this.#rollback.run()
      this.#release.run()
      fail(toCatalogError(error, this.#db.location() ?? 'The catalog'))
      return false
    }
  }
}
