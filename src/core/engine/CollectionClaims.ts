import { AppError, type Problem } from '../../shared/errors.ts'
import type { Collection } from '../../shared/model/collection.ts'
import type { CatalogCollections } from '../catalog/CatalogCollections.ts'
import type { Clock } from '../files/Clock.ts'

export type CollectionClaimsPorts = {
  readonly collections: CatalogCollections
  readonly session: string
  readonly clock: Clock
  /** It is ours from now on, with what an earlier run was doing. */
  readonly onTaken: (collection: Collection) => void
  /** Another engine has taken it: what is under way here must end. */
  readonly onLost: (collectionId: string) => void
}

/** Which collections this engine works on, and which another living one does. */
export class CollectionClaims {
  readonly #ports: CollectionClaimsPorts
  readonly #own = new Set<string>()
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

  /** Takes a collection, once: what this run is doing must not be taken up again. @returns whether it is ours. */
  take(collection: Collection): boolean {
    const { id } = collection
    if (this.#own.has(id)) return true
    const { collections, session, clock, onTaken } = this.#ports
    const pid = collections.claim(id, session, Math.round(clock.now()))
    if (pid !== null) {
      this.#elsewhere.set(id, pid)
      return false
    }
    this.#elsewhere.delete(id)
    this.#own.add(id)
    onTaken(collection)
    return true
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
   * @returns the collections that are ours again, and whether anything at all is different.
   */
  keep(): { readonly regained: ReadonlyArray<Collection>; readonly hasChanged: boolean } {
    const { collections, session, clock, onLost } = this.#ports
    const kept = collections.touchClaims(session, Math.round(clock.now()))
    const lost = [...this.#own].filter((id) => !kept.has(id))
    for (const id of lost) {
      this.#own.delete(id)
      onLost(id)
    }
    const wanted = new Set([...lost, ...this.#elsewhere.keys()])
    if (wanted.size === 0) return { regained: [], hasChanged: false }
    const regained = collections.list().collections.filter((one) => wanted.has(one.id) && this.take(one))
    return { regained, hasChanged: lost.length > 0 || regained.length > 0 }
  }
}
