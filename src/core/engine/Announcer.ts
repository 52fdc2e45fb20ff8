import type { EventName, EventPayload } from '../../shared/ipc/contract.ts'
import type { CollectionView } from '../../shared/model/collection.ts'
import type { FrameView, Totals } from '../../shared/model/frame.ts'
import type { Clock } from '../files/Clock.ts'

/** Rows go out at most this often (design: ten times a second), totals and lists as often as a person can follow. */
const ROWS_MS = 100
const TOTALS_MS = 250
const FIRST_TOTALS_MS = 30

/** More rows than any window shows: beyond it the window is told to ask again instead. */
const MOST_ROWS = 200

export type AnnouncerPorts = {
  readonly clock: Clock
  readonly viewOf: (frameId: string) => FrameView | null
  readonly totals: () => ReadonlyArray<Totals>
  /** With the totals that were just measured. */
  readonly collections: (measured: ReadonlyArray<Totals>) => ReadonlyArray<CollectionView>
  /** Whether anyone listens: rows are costly to make. */
  readonly isHeard: (name: EventName) => boolean
  readonly emit: <K extends EventName>(name: K, payload: EventPayload<K>) => void
}

/** Gathers changes and tells them as lists, so that a thousand changes a second cost the window ten messages. */
export class Announcer {
  readonly #ports: AnnouncerPorts
  readonly #changed = new Set<string>()
  #hasTooMany = false
  #stopRows: (() => void) | null = null
  #stopTotals: (() => void) | null = null
  #totalsToldMs = 0
  #lastCounts = new Map<string, string>()
  #lastCollections = ''
  #isClosed = false

  constructor(ports: AnnouncerPorts) {
    this.#ports = ports
  }

  frameChanged(frameId: string): void {
    if (this.#changed.size < MOST_ROWS) this.#changed.add(frameId)
    else this.#hasTooMany ||= !this.#changed.has(frameId)
    if (this.#isClosed) return
    this.#stopRows ??= this.#ports.clock.setTimer(ROWS_MS, () => this.#tellRows())
    this.countsChanged()
  }

  /** Frames came or went, a collection changed, or something holds the queue. */
  countsChanged(): void {
    if (this.#isClosed) return
    if (this.#stopTotals) return
    // At once after a rest: whoever has just dropped something looks at the strip.
    const { clock } = this.#ports
    const delayMs = clock.now() - this.#totalsToldMs > TOTALS_MS ? FIRST_TOTALS_MS : TOTALS_MS
    this.#stopTotals = clock.setTimer(delayMs, () => this.#tellTotals())
  }

  close(): void {
    this.#isClosed = true
    this.#stopRows?.()
    this.#stopTotals?.()
  }

  #tellRows(): void {
    this.#stopRows = null
    const isHeard = this.#ports.isHeard('queue:changed')
    const views = isHeard ? [...this.#changed].flatMap((id) => this.#ports.viewOf(id) ?? []) : []
    this.#changed.clear()
    if (views.length > 0) this.#ports.emit('queue:changed', views)
  }

  #tellTotals(): void {
    this.#stopTotals = null
    this.#totalsToldMs = this.#ports.clock.now()
    const { totals, isHeard, emit } = this.#ports
    const measured = totals()
    emit('queue:measured', [...measured])
    const reordered = measured.flatMap(({ collectionId, waiting, working, done, needsYou, cancelled }) => {
      if (collectionId === null) return []
      const counts = [waiting, working, done, needsYou, cancelled].join()
      const isSame = this.#lastCounts.get(collectionId) === counts
      this.#lastCounts.set(collectionId, counts)
      return isSame && !this.#hasTooMany ? [] : [{ collectionId }]
    })
    if (reordered.length > 0) emit('queue:reordered', reordered)
    this.#hasTooMany = false
    if (isHeard('collections:changed')) this.#tellCollections(measured)
    // While something moves, speed and time left change without any frame changing its place.
    if (measured[0] && measured[0].working > 0) this.countsChanged()
  }

  #tellCollections(measured: ReadonlyArray<Totals>): void {
    const views = [...this.#ports.collections(measured)]
    const text = JSON.stringify(views)
    if (text !== this.#lastCollections) this.#ports.emit('collections:changed', views)
    this.#lastCollections = text
  }
}
