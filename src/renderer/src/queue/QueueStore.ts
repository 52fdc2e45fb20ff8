import { type Problem, toProblem } from '../../../shared/errors.ts'
import type { WindowApi } from '../../../shared/ipc/contract.ts'
import type { FrameView, QueueFilter } from '../../../shared/model/frame.ts'
import { ask } from '../ask.ts'
import { Store } from '../ui/Store.ts'

export const PAGE_ROWS = 100
/** Pages kept beside the visible ones: enough to scroll back and forth, bounded whatever the length of the queue. */
const MAX_PAGES = 40

type QueueState = {
  readonly collectionId: string | null
  readonly filter: QueueFilter
  /** Null until the first page has come. */
  readonly total: number | null
  readonly problem: Problem | null
  /** Counts every change of a row, so that readers of rows look again. */
  readonly version: number
}

type Page = { frames: FrameView[]; isStale: boolean }

/**
 * The rows of one collection under one filter, as windows of 100 asked for when they come into view.
 * A changed row is replaced in place; when rows moved, what is on screen is asked for again while the old stays shown.
 */
export class QueueStore extends Store<QueueState> {
  readonly #api: WindowApi
  readonly #offs: Array<() => void> = []
  #pages = new Map<number, Page>()
  #places = new Map<string, number>()
  #asked = new Set<number>()
  #visible = { first: 0, last: 0 }
  /** When frames that are being written were first seen so, in ms. */
  #settlingSince = new Map<string, number>()
  /** Replies to what was asked before the view changed are dropped. */
  #generation = 0

  constructor(api: WindowApi) {
    super({ collectionId: null, filter: 'all', total: null, problem: null, version: 0 })
    this.#api = api
  }

  start(): void {
    this.#offs.push(
      this.#api.on('queue:changed', (frames) => this.#replace(frames)),
      this.#api.on('queue:reordered', (list) => {
        const { collectionId } = this.state
        if (collectionId === null || list.some((item) => item.collectionId === collectionId)) this.refresh()
      }),
      this.#api.on('engine:changed', (list) => {
        if (list.at(-1) === 'running') this.refresh()
      })
    )
  }

  stop(): void {
    for (const off of this.#offs.splice(0)) off()
  }

  /** Another collection or filter: starts from an empty list. */
  show(collectionId: string | null, filter: QueueFilter): void {
    const isSame = this.state.collectionId === collectionId && this.state.filter === filter
    if (isSame && this.state.total !== null) return
    this.#generation += 1
    this.#pages = new Map()
    this.#places = new Map()
    this.#asked = new Set()
    this.#settlingSince = new Map()
    this.#visible = { first: 0, last: 0 }
    this.update({ collectionId, filter, total: null, problem: null, version: this.state.version + 1 })
    this.#load(0)
  }

  /** Rows `first` to `last` are on screen, both included. */
  look(first: number, last: number): void {
    this.#visible = { first, last }
    for (const index of this.#visiblePages()) {
      const page = this.#pages.get(index)
      if (!page || page.isStale) this.#load(index)
    }
  }

  /** A row that must be known although it may be far from what is on screen. */
  want(index: number): void {
    const page = Math.floor(index / PAGE_ROWS)
    if (index < (this.state.total ?? 0) && !this.#pages.has(page)) this.#load(page)
  }

  /** Asks again for what is on screen; the rest is asked for when it comes into view. */
  refresh(): void {
    for (const page of this.#pages.values()) page.isStale = true
    for (const index of this.#visiblePages()) this.#load(index)
  }

  frameAt(index: number): FrameView | null {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.frames[index % PAGE_ROWS] ?? null
  }

  /** Where a frame that has been seen stands in the list; null if it is not in a known page. */
  placeOf(id: string): number | null {
    return this.#places.get(id) ?? null
  }

  frameById(id: string): FrameView | null {
    const place = this.placeOf(id)
    return place === null ? null : this.frameAt(place)
  }

  /** When a frame that is being written was first seen so; null for all others. */
  settlingSinceMs(id: string): number | null {
    return this.#settlingSince.get(id) ?? null
  }

  /** Ids of rows `first` to `last`, also of those that were never on screen. */
  async idsOf(first: number, last: number): Promise<ReadonlyArray<string>> {
    const known: string[] = []
    for (let index = first; index <= last; index += 1) {
      const frame = this.frameAt(index)
      if (!frame) break
      known.push(frame.id)
    }
    if (known.length === last - first + 1) return known
    const { collectionId, filter } = this.state
    return ask(this.#api, 'queue:ids', { collectionId, filter, offset: first, limit: last - first + 1 })
  }

  #visiblePages(): number[] {
    const first = Math.floor(this.#visible.first / PAGE_ROWS)
    const last = Math.floor(this.#visible.last / PAGE_ROWS)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  }

  #load(index: number): void {
    if (this.#asked.has(index)) {
      // The answer under way may be older than what made us ask: look once more when it is here.
      const page = this.#pages.get(index)
      if (page) page.isStale = true
      return
    }
    this.#asked.add(index)
    const page = this.#pages.get(index)
    if (page) page.isStale = false
    void this.#fetch(index, this.#generation)
  }

  async #fetch(index: number, generation: number): Promise<void> {
    const { collectionId, filter } = this.state
    try {
      const offset = index * PAGE_ROWS
      const reply = await ask(this.#api, 'queue:page', { collectionId, filter, offset, limit: PAGE_ROWS })
      if (generation !== this.#generation) return
      const isStale = this.#pages.get(index)?.isStale ?? false
      this.#pages.set(index, { frames: reply.frames, isStale })
      this.#noteSettling(reply.frames)
      this.#forgetFarPages()
      this.#index()
      this.update({ total: reply.total, problem: null, version: this.state.version + 1 })
    } catch (error) {
      if (generation !== this.#generation) return
      this.update({ problem: toProblem(error) })
    } finally {
      if (generation === this.#generation) {
        this.#asked.delete(index)
        if (this.#pages.get(index)?.isStale && this.#visiblePages().includes(index)) this.#load(index)
      }
    }
  }

  #replace(frames: ReadonlyArray<FrameView>): void {
    let isSeen = false
    this.#noteSettling(frames)
    for (const frame of frames) {
      const place = this.#places.get(frame.id)
      const page = place === undefined ? undefined : this.#pages.get(Math.floor(place / PAGE_ROWS))
      if (place === undefined || !page) continue
      page.frames[place % PAGE_ROWS] = frame
      isSeen = true
    }
    if (isSeen) this.update({ version: this.state.version + 1 })
  }

  #noteSettling(frames: ReadonlyArray<FrameView>): void {
    for (const { id, status } of frames) {
      if (status !== 'settling') this.#settlingSince.delete(id)
      else if (!this.#settlingSince.has(id)) this.#settlingSince.set(id, Date.now())
    }
  }

  #index(): void {
    this.#places = new Map()
    for (const [index, { frames }] of this.#pages) {
      for (const [row, frame] of frames.entries()) this.#places.set(frame.id, index * PAGE_ROWS + row)
    }
  }

  #forgetFarPages(): void {
    if (this.#pages.size <= MAX_PAGES) return
    const middle = (this.#visible.first + this.#visible.last) / 2 / PAGE_ROWS
    const byDistance = [...this.#pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle))
    for (const index of byDistance.slice(0, this.#pages.size - MAX_PAGES)) this.#pages.delete(index)
  }
}
