import type { FrameSelection, QueueFilter } from '../../../shared/model/frame.ts'
import { Store } from '../ui/Store.ts'
import type { QueueStore } from './QueueStore.ts'

/** `everything`: all that the filter shows, however many and whether seen or not. */
export type Chosen = { readonly kind: 'some'; readonly ids: ReadonlySet<string> } | { readonly kind: 'everything' }

type SelectionState = {
  readonly chosen: Chosen
  /** Row with the keyboard's focus. */
  readonly focusIndex: number
  /** The frame in that row: it keeps the focus when rows above it come and go. */
  readonly focusId: string | null
  /** Where a range starts. */
  readonly anchorIndex: number
}

const NOTHING: Chosen = { kind: 'some', ids: new Set() }

/** Which rows of the queue are chosen and which has the focus. Works on ids, so it survives rows that move. */
export class SelectionStore extends Store<SelectionState> {
  readonly #queue: QueueStore
  #view = ''

  constructor(queue: QueueStore) {
    super({ chosen: NOTHING, focusIndex: 0, focusId: null, anchorIndex: 0 })
    this.#queue = queue
    queue.subscribe(() => this.#follow())
  }

  /** Chooses one row alone; one that was never on screen is chosen as soon as its id is known. */
  choose(index: number): void {
    const frame = this.#queue.frameAt(index)
    this.update({ chosen: frame ? some([frame.id]) : NOTHING, anchorIndex: index })
    this.focus(index)
    if (!frame) void this.extendTo(index)
  }

  /** Moves the focus and leaves what is chosen. */
  focus(index: number): void {
    this.update({ focusIndex: index, focusId: this.#queue.frameAt(index)?.id ?? null })
  }

  /** Adds one row, or takes it out. */
  async toggle(index: number): Promise<void> {
    const frame = this.#queue.frameAt(index)
    if (!frame) return
    const known = await this.#ids()
    if (known === null) return
    const ids = new Set(known)
    if (!ids.delete(frame.id)) ids.add(frame.id)
    this.update({ chosen: some(ids), focusIndex: index, focusId: frame.id, anchorIndex: index })
  }

  /** Chooses from the anchor to this row. */
  async extendTo(index: number): Promise<void> {
    const { anchorIndex } = this.state
    this.focus(index)
    const ids = await this.#idsOf(Math.min(anchorIndex, index), Math.max(anchorIndex, index))
    // A later key press may have moved on while the ids were fetched.
    if (ids !== null && this.state.focusIndex === index) this.update({ chosen: some(ids) })
  }

  chooseEverything(): void {
    this.update({ chosen: { kind: 'everything' } })
  }

  clear(): void {
    this.update({ chosen: NOTHING })
  }

  isChosen(id: string): boolean {
    const { chosen } = this.state
    return chosen.kind === 'everything' || chosen.ids.has(id)
  }

  get count(): number {
    const { chosen } = this.state
    return chosen.kind === 'everything' ? (this.#queue.state.total ?? 0) : chosen.ids.size
  }

  /** The only chosen frame's id; null if there are none or several. */
  get onlyId(): string | null {
    const { chosen } = this.state
    if (chosen.kind === 'everything' || chosen.ids.size !== 1) return null
    return chosen.ids.values().next().value ?? null
  }

  /** As commands want it; null if nothing is chosen. */
  toFrameSelection(): FrameSelection | null {
    const { chosen } = this.state
    if (chosen.kind === 'some') return chosen.ids.size === 0 ? null : { ids: [...chosen.ids] }
    const { collectionId, filter } = this.#queue.state
    return this.count === 0 ? null : { collectionId, filter }
  }

  async #ids(): Promise<Iterable<string> | null> {
    const { chosen } = this.state
    return chosen.kind === 'some' ? chosen.ids : this.#idsOf(0, Math.max(0, this.count - 1))
  }

  /** Null if the engine does not answer: what is chosen then stays as it is, and the list says what is wrong. */
  async #idsOf(first: number, last: number): Promise<ReadonlyArray<string> | null> {
    return this.#queue.idsOf(first, last).catch(() => null)
  }

  /** The list changed: a new view starts from nothing, moved rows take the focus with them. */
  #follow(): void {
    const { collectionId, filter } = this.#queue.state
    const view = viewName(collectionId, filter)
    if (view !== this.#view) {
      this.#view = view
      this.update({ chosen: NOTHING, focusIndex: 0, focusId: null, anchorIndex: 0 })
      return
    }
    const { focusId, focusIndex, anchorIndex } = this.state
    const place = focusId === null ? null : this.#queue.placeOf(focusId)
    if (place === null || place === focusIndex) return
    this.update({ focusIndex: place, anchorIndex: anchorIndex === focusIndex ? place : anchorIndex })
  }
}

function some(ids: Iterable<string>): Chosen {
  return { kind: 'some', ids: new Set(ids) }
}

function viewName(collectionId: string | null, filter: QueueFilter): string {
  return `${collectionId ?? '*'} ${filter}`
}
