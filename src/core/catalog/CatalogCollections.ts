import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import { type Collection, collectionSchema } from '../../shared/model/collection.ts'
import { inTransaction } from './openCatalog.ts'

type Row = Record<string, unknown>

/** A claim whose engine has not been seen for this long is free, even if its process id is in use again. */
const CLAIM_EXPIRES_MS = 30_000

/** Collections, and which running engine works on which of them. */
export class CatalogCollections {
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #select: StatementSync
  readonly #parsed = new Map<string, { readonly text: string; readonly collection: Collection }>()
  /** As they were found in this very turn of the event loop. */
  readonly #found = new Map<string, Collection>()
  readonly #selectAll: StatementSync
  readonly #selectByRoot: StatementSync
  readonly #setRemoved: StatementSync
  readonly #selectClaim: StatementSync
  readonly #putClaim: StatementSync
  readonly #touchClaims: StatementSync
  readonly #selectClaims: StatementSync
  readonly #dropClaims: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#insert = db.prepare(
      `INSERT INTO collections (id, kind, name, root_path, account_id, prefix, rules, is_paused, created_at_ms)
       VALUES ($id, $kind, $name, $rootPath, $accountId, $prefix, $rules, $isPaused, $createdAtMs)`
    )
    this.#update = db.prepare(
      `UPDATE collections SET name = $name, is_paused = $isPaused, rules = $rules,
       rules_number = rules_number + (rules <> $rules) WHERE id = $id`
    )
    this.#select = db.prepare('SELECT * FROM collections WHERE id = ?')
    this.#selectAll = db.prepare('SELECT * FROM collections WHERE removed_at_ms IS NULL ORDER BY created_at_ms, id')
    this.#selectByRoot = db.prepare(
      `SELECT * FROM collections WHERE removed_at_ms IS NULL AND kind = ? AND root_path = ? AND account_id = ? AND prefix = ?
       ORDER BY created_at_ms DESC LIMIT 1`
    )
    this.#setRemoved = db.prepare('UPDATE collections SET removed_at_ms = ? WHERE id = ?')
    this.#selectClaim = db.prepare('SELECT * FROM claims WHERE collection_id = ?')
    this.#putClaim = db.prepare(
      `INSERT INTO claims (collection_id, session, pid, seen_at_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (collection_id) DO UPDATE SET session = excluded.session, pid = excluded.pid, seen_at_ms = excluded.seen_at_ms`
    )
    this.#touchClaims = db.prepare('UPDATE claims SET seen_at_ms = ? WHERE session = ?')
    this.#selectClaims = db.prepare('SELECT collection_id FROM claims WHERE session = ?')
    this.#dropClaims = db.prepare('DELETE FROM claims WHERE session = ?')
  }

  add(collection: Collection): void {
    this.#insert.run({
      ...columnsOf(collection),
      $kind: collection.kind,
      $rootPath: collection.rootPath,
      ...creation(collection)
    })
  }

  /** Keeps name, rules and pause; the rest of a collection never changes. Other rules outdate what was left out by them. */
  save(collection: Collection): void {
    this.#found.clear()
    this.#update.run(columnsOf(collection))
  }

  /** Removed ones are found too, so that they can be restored. */
  find(id: string): Collection | null {
    const found = this.#found.get(id)
    if (found) return found
    const collection = this.#find(id)
    if (!collection) return null
    // Turns are given out by the dozen at once, and each asks: whoever else changes it is as good as a moment later.
    if (this.#found.size === 0) queueMicrotask(() => this.#found.clear())
    this.#found.set(id, collection)
    return collection
  }

  #find(id: string): Collection | null {
    const row = this.#select.get(id)
    if (!row) return null
    // Asked for each frame that is prepared or sent: parsed once, for as long as the row stays as it is.
    const text = JSON.stringify(row)
    const known = this.#parsed.get(id)
    if (known?.text === text) return known.collection
    const collection = toCollection(row)
    this.#parsed.set(id, { text, collection })
    return collection
  }

  /** In the order in which they were made. A row that does not parse is left out and comes back in `damaged`. */
  list(): {
    readonly collections: ReadonlyArray<Collection>
    readonly damaged: ReadonlyArray<{ id: string; reason: string }>
  } {
    const collections: Collection[] = []
    const damaged: Array<{ id: string; reason: string }> = []
    for (const row of this.#selectAll.all()) {
      try {
        collections.push(toCollection(row))
      } catch (error) {
        damaged.push({ id: String(row['id']), reason: error instanceof Error ? error.message : String(error) })
      }
    }
    return { collections, damaged }
  }

  /** The newest collection of that folder, or null. */
  findByRoot(kind: Collection['kind'], rootPath: string, accountId: string, prefix: string): Collection | null {
    const row = this.#selectByRoot.get(kind, rootPath, accountId, prefix)
    return row ? toCollection(row) : null
  }

  remove(id: string, nowMs: number): void {
    this.#setRemoved.run(nowMs, id)
  }

  restore(id: string): void {
    this.#setRemoved.run(null, id)
  }

  /**
   * Takes the collection for this engine's session. A claim is free if it is ours, if its process has ended, or if it
   * has not been seen for 30 seconds.
   *
   * @returns the process id of the living engine that has it, or null if it is ours now.
   */
  claim(collectionId: string, session: string, nowMs: number): number | null {
    return inTransaction(this.#db, () => {
      const claim = this.#selectClaim.get(collectionId)
      const pid = Number(claim?.['pid'] ?? 0)
      const isFree =
        !claim ||
        claim['session'] === session ||
        nowMs - Number(claim['seen_at_ms']) > CLAIM_EXPIRES_MS ||
        !isAlive(pid)
      if (!isFree) return pid
      this.#putClaim.run(collectionId, session, process.pid, nowMs)
      return null
    })
  }

  /**
   * To be called every few seconds: says that this session lives.
   *
   * @returns the collections that it has still. After a long sleep another engine may have taken some.
   */
  touchClaims(session: string, nowMs: number): ReadonlySet<string> {
    return inTransaction(this.#db, () => {
      this.#touchClaims.run(nowMs, session)
      return new Set(this.#selectClaims.all(session).map((row) => String(row['collection_id'])))
    })
  }

  releaseClaims(session: string): void {
    this.#dropClaims.run(session)
  }
}

function columnsOf(collection: Collection) {
  return {
    $id: collection.id,
    $name: collection.name,
    $rules: JSON.stringify(collection.rules),
    $isPaused: collection.isPaused ? 1 : 0
  }
}

function creation(collection: Collection) {
  return { $accountId: collection.accountId, $prefix: collection.prefix, $createdAtMs: collection.createdAtMs }
}

function toCollection(row: Row): Collection {
  const parsed = collectionSchema.safeParse({
    id: row['id'],
    kind: row['kind'],
    name: row['name'],
    rootPath: row['root_path'],
    accountId: row['account_id'],
    prefix: row['prefix'],
    rules: parseJson(row['rules']),
    isPaused: row['is_paused'] === 1,
    createdAtMs: row['created_at_ms']
  })
  if (!parsed.success) throw new AppError('record-damaged', `Collection ${String(row['id'])}: ${parsed.error.message}`)
  return parsed.data
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' // alive, and somebody else's
  }
}
