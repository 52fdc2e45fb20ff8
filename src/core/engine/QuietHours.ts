import { hoursHold } from '../../shared/hours.ts'
import type { Collection } from '../../shared/model/collection.ts'
import type { FrameKind } from '../../shared/model/frame.ts'
import type { CatalogQuiet } from '../catalog/CatalogQuiet.ts'

export type QuietHoursPorts = {
  readonly quiet: CatalogQuiet
  readonly collections: () => ReadonlyArray<Collection>
  readonly nowMs: () => number
  /** Something can go that could not before. */
  readonly onReleased: () => void
}

/** Lets the kinds that a collection keeps for its quiet hours wait for them. */
export class QuietHours {
  readonly #ports: QuietHoursPorts

  constructor(ports: QuietHoursPorts) {
    this.#ports = ports
  }

  /** To be called every minute, and after anything was put back into the queue. */
  look(): void {
    const { quiet, collections, nowMs, onReleased } = this.#ports
    const now = new Date(nowMs())
    let hasReleased = false
    for (const collection of collections()) {
      const kinds = waitingKinds(collection, now)
      if (kinds.length > 0) quiet.hold(collection.id, kinds)
      else if (quiet.release(collection.id)) hasReleased = true
    }
    if (hasReleased) onReleased()
  }

  /** Kinds of a collection whose originals wait now. */
  waitingKinds(collection: Collection): ReadonlyArray<FrameKind> {
    return waitingKinds(collection, new Date(this.#ports.nowMs()))
  }

  /** What waits is chosen anew. */
  rulesChanged(collectionId: string): void {
    const wasWaiting = this.#ports.quiet.release(collectionId)
    this.look()
    if (wasWaiting) this.#ports.onReleased()
  }
}

function waitingKinds({ rules: { quiet } }: Collection, at: Date): ReadonlyArray<FrameKind> {
  return quiet && !quiet.hours.some((hours) => hoursHold(hours, at)) ? quiet.kinds : []
}
