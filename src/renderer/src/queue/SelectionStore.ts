import type { FrameSelection } from '../../../shared/model/frame.ts'
import { Store } from '../ui/Store.ts'
import type { QueueItem } from './QueueItem.ts'
import type { QueueStore } from './QueueStore.ts'

/** `everything`: all that the filter shows, however many and whether seen or not. */
export type Chosen = { readonly kind: 'some'; readonly ids: ReadonlySet<string> } | { readonly kind: 'everything' }

type SelectionState = {
  readonly chosen: Chosen
  /** Row with the keyboard's focus. */
  readonly focusIndex: number
  /** The shot or frame in that row: it keeps the focus when rows above it come and go. */
  readonly focusId: string | null
  /** Where a range starts. */
  readonly anchorIndex: number
}

const NOTHING: Chosen = { kind: 'some', ids: new Set() }

/** How many frames the queue's present list stands for; null if that is not known. */
export type FrameCount = () => number | null

/**
 * Which frames of the queue are chosen and which row has the focus; the row of a shot stands for all its frames. Works on
 * ids, so it survives rows that move.
 */
export class SelectionStore extends Store<SelectionState> {
  readonly #queue: QueueStore
  readonly #frameCount: FrameCount
  #view = ''

  /** @param frameCount Asked where rows are shots. */
  constructor(queue: QueueStore, frameCount: FrameCount = () => null) {
    super({ chosen: NOTHING, focusIndex: 0, focusId: null, anchorIndex: 0 })
    this.#queue = queue
    this.#frameCount = frameCount
    queue.subscribe(() => this.#follow())
  }

  /** Chooses one row alone; one that was never on screen is chosen as soon as its id is known. */
  choose(index: number): void {
    const ids = this.#idsAt(index)
    this.update({ chosen: some(ids), anchorIndex: index })
    this.focus(index)
    if (ids.length === 0) void this.extendTo(index)
  }

  /** Moves the focus and leaves what is chosen. */
  focus(index: number): void {
    this.update({ focusIndex: index, focusId: this.#queue.rowIdAt(index) })
  }

  /** Adds one row, or takes it out. */
  async toggle(index: number): Promise<void> {
    const ofRow = this.#idsAt(index)
    const focusId = this.#queue.rowIdAt(index)
    if (ofRow.length === 0) return
    const known = await this.#ids()
    if (known === null) return
    const { chosen } = this.state
    const ids = new Set(chosen.kind === 'some' ? chosen.ids : known) // another row may have been toggled meanwhile
    if (ofRow.every((id) => ids.has(id))) for (const id of ofRow) ids.delete(id)
    else for (const id of ofRow) ids.add(id)
    this.update({ chosen: some(ids), focusIndex: index, focusId, anchorIndex: index })
  }

  /** Chooses from the anchor to this row. */
  async extendTo(index: number): Promise<void> {
    const { anchorIndex } = this.state
    this.focus(index)
    const ids = await this.#idsOf(Math.min(anchorIndex, index), Math.max(anchorIndex, index))
    // A later key press may have moved on while the ids were fetched.
    if (ids !== null && this.state.focusIndex === index) this.update({ chosen: some(ids) })
  }

  async chooseEverything(): Promise<void> {
    if (this.#queue.everything !== null) {
      this.update({ chosen: { kind: 'everything' } })
      return
    }
    const ids = await this.#idsOf(0, Math.max(0, this.#queue.rowCount - 1))
    if (ids !== null) this.update({ chosen: some(ids) })
  }

  clear(): void {
    this.update({ chosen: NOTHING })
  }

  isChosen(id: string): boolean {
    const { chosen } = this.state
    return chosen.kind === 'everything' || chosen.ids.has(id)
  }

  /** Whether all frames that a row stands for are chosen. */
  isRowChosen(index: number): boolean {
    const ids = this.#idsAt(index)
    return ids.length > 0 && ids.every((id) => this.isChosen(id))
  }

  /** Of frames. */
  get count(): number {
    const { chosen } = this.state
    if (chosen.kind === 'some') return chosen.ids.size
    const { grouping, total } = this.#queue.state
    return (grouping === 'shot' ? this.#frameCount() : null) ?? total ?? 0
  }

  /** The only chosen frame's id; null if there are none or several. */
  get onlyId(): string | null {
    const { chosen } = this.state
    if (chosen.kind === 'everything' || chosen.ids.size !== 1) return null
    return chosen.ids.values().next().value ?? null
  }

  /** The only chosen row where that is a whole shot of several frames; otherwise null. */
  get onlyShot(): QueueItem | null {
    const { chosen } = this.state
    if (chosen.kind === 'everything' || this.#queue.state.grouping !== 'shot') return null
    const [first] = chosen.ids
    const row = first === undefined ? null : this.#queue.rowOf(first)
    const item = row === null ? null : this.#queue.itemAt(row)
    if (item === null || item.frames.length === 1 || item.frames.length !== chosen.ids.size) return null
    return item.frames.every(({ id }) => chosen.ids.has(id)) ? item : null
  }

  /** As commands want it; null if nothing is chosen. */
  toFrameSelection(): FrameSelection | null {
    const { chosen } = this.state
    if (chosen.kind === 'some') return chosen.ids.size === 0 ? null : { ids: [...chosen.ids] }
    return this.count === 0 ? null : this.#queue.everything
  }

  async #ids(): Promise<Iterable<string> | null> {
    const { chosen } = this.state
    return chosen.kind === 'some' ? chosen.ids : this.#idsOf(0, Math.max(0, this.#queue.rowCount - 1))
  }

  /** Empty while the row is not known. */
  #idsAt(index: number): ReadonlyArray<string> {
    return this.#queue.framesAt(index).map(({ id }) => id)
  }

  /**
   * Null if the engine does not answer: what is chosen then stays as it is, and the list says what is wrong. Null as well
   * if another list is shown by then: what cannot be seen must not be chosen.
   */
  async #idsOf(first: number, last: number): Promise<ReadonlyArray<string> | null> {
    const view = this.#view
    const ids = await this.#queue.idsOf(first, last).catch(() => null)
    return view === this.#view ? ids : null
  }

  /** The list changed: a new view starts from nothing, moved rows take the focus with them. */
  #follow(): void {
    const { collectionId, filter, grouping } = this.#queue.state
    const view = `${collectionId ?? '*'} ${filter} ${grouping}`
    if (view !== this.#view) {
      this.#view = view
      this.update({ chosen: NOTHING, focusIndex: 0, focusId: null, anchorIndex: 0 })
      return
    }
    const { focusId, focusIndex, anchorIndex } = this.state
    const row = focusId === null ? null : this.#queue.rowOf(focusId)
    if (row === null || row === focusIndex) return
    this.update({ focusIndex: row, anchorIndex: anchorIndex === focusIndex ? row : anchorIndex })
  }
}

function some(ids: Iterable<string>): Chosen {
  return { kind: 'some', ids: new Set(ids) }
}
