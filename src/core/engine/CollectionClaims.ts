import { AppError, type Problem } from '../../shared/errors.ts'
import type { Collection } from '../../shared/model/collection.ts'
import type { CatalogCollections } from '../catalog/CatalogCollections.ts'
import type { Clock } from '../files/Clock.ts'

export type CollectionClaimsPorts = {
  readonly collections: CatalogCollections
  readonly session: string
  readonly clock: Clock
  readonly inTransaction: <T>(act: () => T) => T
  /** Sets right in the catalog what an earlier run was doing: in the transaction that takes the collection, or not at all. */
  readonly onTaking: (collection: Collection) => void
  /** It is ours from now on. */
  readonly onTaken: (collection: Collection) => void
  /** Another engine has taken it: what is under way here must end. */
  readonly onLost: (collectionId: string) => void
}

/** Which collections this engine works on, and which another living one does. */
export class CollectionClaims {
  readonly #ports: CollectionClaimsPorts
  readonly #own = new Set<string>()
  /** Those that this engine would work on as soon as it can. */
  readonly #wanted = new Set<string>()
  /** Those of another engine, by its process id. */
  readonly #elsewhere = new Map<string, number>()

  constructor(ports: CollectionClaimsPorts) {
    this.#ports = ports
  }

  /** Whether this engine works on it. */
  holds(id: string): boolean {
    return this.#own.has(id)
  }

  /** Which other engine works on it; null where none is known to. */
  problemOf(id: string): Problem | null {
    const pid = this.#elsewhere.get(id)
    return pid === undefined ? null : { code: 'already-running', detail: `Process ${pid} works on this collection` }
  }

  /**
   * Takes a collection, once: what this run is doing must not be taken up again. Where that fails it is nobody's, and
   * `keep` tries again.
   *
   * @returns whether it is ours. @throws AppError where the catalog cannot be written.
   */
  take(collection: Collection): boolean {
    const { id } = collection
    if (this.#own.has(id)) return true
    this.#wanted.add(id)
    const { collections, session, clock, inTransaction, onTaking, onTaken } = this.#ports
    const pid = inTransaction(() => {
      const claimedBy = collections.claim(id, session, Math.round(clock.now()))
      if (claimedBy === null) onTaking(collection)
      return claimedBy
    })
    if (pid !== null) {
      this.#elsewhere.set(id, pid)
      return false
    }
    this.#elsewhere.delete(id)
    this.#wanted.delete(id)
    this.#own.add(id)
    onTaken(collection)
    return true
  }

  /** Takes as many as are free. @throws AppError where the catalog cannot be written: `keep` takes the rest. */
  takeAll(collections: ReadonlyArray<Collection>): void {
    for (const { id } of collections) if (!this.#own.has(id)) this.#wanted.add(id)
    for (const collection of collections) this.take(collection)
  }

  /** @throws AppError `already-running` where it is another engine's. */
  require(collection: Collection): Collection {
    if (this.take(collection)) return collection
    throw new AppError('already-running', this.problemOf(collection.id)?.detail ?? collection.name)
  }

  /**
   * To be called every few seconds, and after sleep: says that this engine lives. What another one has taken during a
   * long sleep is let go, and what another one has let go of is taken up.
   *
   * @throws AppError where the catalog cannot be written: the next call does the rest.
   */
  keep(): void {
    const { collections, session, clock, onLost } = this.#ports
    const kept = collections.touchClaims(session, Math.round(clock.now()))
    const lost = [...this.#own].filter((id) => !kept.has(id))
    for (const id of lost) {
      this.#own.delete(id)
      this.#wanted.add(id)
      onLost(id)
    }
    if (this.#wanted.size === 0) return
    this.takeAll(collections.list().collections.filter(({ id }) => this.#wanted.has(id)))
  }
}
