import { type Problem, toProblem } from '../../../shared/errors.ts'
import type { CallOutput, WindowApi } from '../../../shared/ipc/contract.ts'
import type { FrameSelection, FrameView } from '../../../shared/model/frame.ts'
import { ask } from '../ask.ts'
import { Store } from '../ui/Store.ts'
import type { Listing } from './listing.ts'
import { addedRows, type OpenItem, placeOfRow, rowOfPlace } from './openRows.ts'
import { type Grouping, type QueueItem, toItems, withFrame } from './QueueItem.ts'
import { SettlingTimes } from './SettlingTimes.ts'

export const PAGE_ITEMS = 100
/** Pages kept beside the visible ones: enough to scroll back and forth, bounded whatever the length of the queue. */
const MAX_PAGES = 40
/** What one question may ask for. */
const MOST_ITEMS_ASKED = 500

type QueueState = {
  readonly collectionId: string | null
  readonly filter: Listing
  readonly grouping: Grouping
  /** Of items. Null until the first page has come. */
  readonly total: number | null
  readonly problem: Problem | null
  /** Counts every change of a row, so that readers of rows look again. */
  readonly version: number
}

type Page = { items: QueueItem[]; isStale: boolean }

/**
 * The rows of one collection under one filter, as windows of 100 items asked for when they come into view.
 * A changed row is replaced in place; when rows moved, what is on screen is asked for again while the old stays shown.
 * A shot that was opened has the rows of its frames below its own.
 */
export class QueueStore extends Store<QueueState> {
  readonly #api: WindowApi
  readonly #offs: Array<() => void> = []
  #pages = new Map<number, Page>()
  /** By id of an item and of a frame. */
  #places = new Map<string, number>()
  /** Pages whose answer is under way. */
  #asked = new Map<number, { isOutdated: boolean }>()
  #visibleRows = { first: 0, last: 0 }
  #openIds = new Set<string>()
  /** Of the known pages, in the order of the list. */
  #opened: ReadonlyArray<OpenItem> = []
  #settling = new SettlingTimes()
  /** Replies to what was asked before the view changed are dropped. */
  #generation = 0

  constructor(api: WindowApi) {
    super({ collectionId: null, filter: 'all', grouping: 'frame', total: null, problem: null, version: 0 })
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

  /** Another collection, filter or grouping: starts from an empty list. */
  show(collectionId: string | null, filter: Listing, grouping: Grouping = 'frame'): void {
    const { state } = this
    const isSame = state.collectionId === collectionId && state.filter === filter && state.grouping === grouping
    if (isSame && state.total !== null) return
    this.#generation += 1
    this.#pages = new Map()
    this.#places = new Map()
    this.#asked = new Map()
    this.#openIds = new Set()
    this.#opened = []
    this.#settling = new SettlingTimes()
    this.#visibleRows = { first: 0, last: 0 }
    this.update({ collectionId, filter, grouping, total: null, problem: null, version: state.version + 1 })
    this.#load(0)
  }

  /** Rows `first` to `last` are on screen, both included. */
  look(first: number, last: number): void {
    this.#visibleRows = { first, last }
    for (const index of this.#visiblePages()) {
      const page = this.#pages.get(index)
      if (!page || page.isStale) this.#load(index)
    }
  }

  /** A row that must be known although it may be far from what is on screen. */
  want(row: number): void {
    const page = pageOf(this.placeAt(row))
    if (row < this.rowCount && !this.#pages.has(page)) this.#load(page)
  }

  /** Asks again for what is on screen; the rest is asked for when it comes into view. */
  refresh(): void {
    for (const page of this.#pages.values()) page.isStale = true
    // An answer under way may be older than what made us ask: it is looked at once more when it is here.
    for (const asked of this.#asked.values()) asked.isOutdated = true
    for (const index of this.#visiblePages()) this.#load(index)
  }

  /** Items and the frames below those that are open. */
  get rowCount(): number {
    return (this.state.total ?? 0) + addedRows(this.#opened)
  }

  /** The item of a row; a row below an opened shot belongs to the shot. */
  itemAt(row: number): QueueItem | null {
    return this.#itemOfPlace(this.placeAt(row))
  }

  /** Place of a row's item among all items. */
  placeAt(row: number): number {
    return placeOfRow(this.#opened, row).place
  }

  /** Which frame of its shot a row below an opened shot is; null for the row of an item itself. */
  memberAt(row: number): number | null {
    return placeOfRow(this.#opened, row).member
  }

  /** What a row stands for: all frames of a shot, or one. Empty while it is not known. */
  framesAt(row: number): ReadonlyArray<FrameView> {
    const item = this.itemAt(row)
    const member = this.memberAt(row)
    return item === null ? [] : member === null ? item.frames : item.frames.slice(member, member + 1)
  }

  /** The frame of a row; the first of a shot. */
  frameAt(row: number): FrameView | null {
    return this.framesAt(row)[0] ?? null
  }

  /** Stays with its row while others come and go; null while the row is not known. */
  rowIdAt(row: number): string | null {
    const member = this.memberAt(row)
    const item = this.itemAt(row)
    return member === null ? (item?.id ?? null) : (item?.frames[member]?.id ?? null)
  }

  /** Where the row of an item or a frame stands, by its id; a frame of a closed shot is in the shot's row. */
  rowOf(id: string): number | null {
    const place = this.#places.get(id)
    const item = place === undefined ? null : this.#itemOfPlace(place)
    if (place === undefined || item === null) return null
    const top = rowOfPlace(this.#opened, place)
    return item.id === id || !this.isOpen(item.id) ? top : top + 1 + item.frames.findIndex((frame) => frame.id === id)
  }

  isOpen(itemId: string): boolean {
    return this.#openIds.has(itemId)
  }

  /** Shows the frames of a shot below it, or folds them away. A shot of one frame has nothing to show. */
  setOpen(item: QueueItem, isOpen: boolean): void {
    if (isOpen && item.frames.length > 1) this.#openIds.add(item.id)
    else this.#openIds.delete(item.id)
    this.#index()
    this.update({ version: this.state.version + 1 })
    const { first, last } = this.#visibleRows
    this.look(first, last) // other items are in these rows now
  }

  frameById(id: string): FrameView | null {
    const place = this.#places.get(id)
    return place === undefined ? null : (this.#itemOfPlace(place)?.frames.find((frame) => frame.id === id) ?? null)
  }

  /** When a frame that is being written was first seen so; null for all others. */
  settlingSinceMs(id: string): number | null {
    return this.#settling.sinceMs(id)
  }

  /** All that is listed, as a command wants it; null where only ids can say it. */
  get everything(): FrameSelection | null {
    const { collectionId, filter } = this.state
    return filter === 'left-out' ? null : { collectionId, filter }
  }

  /** Ids of the frames of rows `first` to `last`, also of those that were never on screen. */
  async idsOf(first: number, last: number): Promise<ReadonlyArray<string>> {
    const rows = Array.from({ length: last - first + 1 }, (_, index) => this.framesAt(first + index))
    if (rows.every((frames) => frames.length > 0)) return [...new Set(rows.flat().map(({ id }) => id))]
    const { collectionId, filter, grouping } = this.state
    const offset = this.placeAt(first)
    const limit = this.placeAt(last) - offset + 1
    if (filter !== 'left-out' && grouping === 'frame')
      return ask(this.#api, 'queue:ids', { collectionId, filter, offset, limit })
    const ids: string[] = []
    for (let done = 0; done < limit; done += MOST_ITEMS_ASKED) {
      const { frames } = await this.#ask(offset + done, Math.min(MOST_ITEMS_ASKED, limit - done))
      ids.push(...frames.map(({ id }) => id))
    }
    return ids
  }

  #ask(offset: number, limit: number): Promise<CallOutput<'queue:page'>> {
    const { collectionId, filter, grouping } = this.state
    if (filter !== 'left-out')
      return ask(this.#api, 'queue:page', { collectionId, filter, offset, limit, groupBy: grouping })
    if (collectionId === null) return Promise.resolve({ total: 0, frames: [] }) // every collection has a list of its own
    return ask(this.#api, 'queue:left-out', { collectionId, offset, limit })
  }

  #itemOfPlace(place: number): QueueItem | null {
    return this.#pages.get(pageOf(place))?.items[place % PAGE_ITEMS] ?? null
  }

  #visiblePages(): number[] {
    const first = pageOf(this.placeAt(this.#visibleRows.first))
    const last = pageOf(this.placeAt(this.#visibleRows.last))
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  }

  #load(index: number): void {
    if (!this.#asked.has(index)) void this.#fetch(index, this.#generation)
  }

  async #fetch(index: number, generation: number): Promise<void> {
    const { grouping } = this.state
    const asked = { isOutdated: false }
    this.#asked.set(index, asked)
    try {
      const reply = await this.#ask(index * PAGE_ITEMS, PAGE_ITEMS)
      if (generation !== this.#generation) return
      this.#pages.set(index, { items: toItems(reply.frames, grouping), isStale: asked.isOutdated })
      this.#settling.note(reply.frames)
      this.#forgetFarPages()
      this.#index()
      this.update({ total: reply.total, problem: null, version: this.state.version + 1 })
    } catch (error) {
      if (generation !== this.#generation) return
      this.update({ problem: toProblem(error) })
    } finally {
      if (generation === this.#generation) {
        this.#asked.delete(index)
        if (asked.isOutdated && this.#visiblePages().includes(index)) this.#load(index)
      }
    }
  }

  #replace(frames: ReadonlyArray<FrameView>): void {
    let isSeen = false
    this.#settling.note(frames)
    if (frames.some((frame) => this.#isMissing(frame))) this.refresh()
    for (const frame of frames) {
      const place = this.#places.get(frame.id)
      const page = place === undefined ? undefined : this.#pages.get(pageOf(place))
      const item = place === undefined ? undefined : page?.items[place % PAGE_ITEMS]
      if (place === undefined || !page || !item) continue
      page.items[place % PAGE_ITEMS] = withFrame(item, frame)
      isSeen = true
    }
    if (isSeen) this.update({ version: this.state.version + 1 })
  }

  /**
   * Whether a frame belongs into a list that is known to its end, and is not in it. Where as many rows come as go, no count
   * changes, and nobody says that they moved.
   */
  #isMissing({ id, collectionId, leftOut }: FrameView): boolean {
    const { state } = this
    if (state.filter !== 'all' || leftOut !== undefined || this.#places.has(id)) return false
    if (state.collectionId !== null && state.collectionId !== collectionId) return false
    return state.total !== null && this.#pages.size >= Math.ceil(state.total / PAGE_ITEMS)
  }

  #index(): void {
    this.#places = new Map()
    const opened: OpenItem[] = []
    for (const [index, { items }] of this.#pages) {
      for (const [within, { id, frames }] of items.entries()) {
        const place = index * PAGE_ITEMS + within
        this.#places.set(id, place)
        for (const frame of frames) this.#places.set(frame.id, place)
        if (this.#openIds.has(id) && frames.length > 1) opened.push({ place, frames: frames.length })
      }
    }
    this.#opened = opened.sort((a, b) => a.place - b.place)
  }

  /** A page with an opened shot stays: without its rows all rows below would move. */
  #forgetFarPages(): void {
    const excess = this.#pages.size - MAX_PAGES
    if (excess <= 0) return
    const { first, last } = this.#visibleRows
    const middle = this.placeAt(Math.round((first + last) / 2)) / PAGE_ITEMS
    const isPinned = (index: number) => this.#pages.get(index)?.items.some(({ id }) => this.#openIds.has(id)) === true
    const byDistance = [...this.#pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle))
    for (const index of byDistance.filter((one) => !isPinned(one)).slice(0, excess)) this.#pages.delete(index)
  }
}

function pageOf(place: number): number {
  return Math.floor(place / PAGE_ITEMS)
}
