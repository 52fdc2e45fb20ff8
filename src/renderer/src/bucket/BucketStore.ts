import { errorPolicy, type Problem, toProblem } from '../../../shared/errors.ts'
import type { WindowApi } from '../../../shared/ipc/contract.ts'
import type { BucketMeasure, BucketSelection, ObjectView } from '../../../shared/model/bucket.ts'
import { countOf } from '../../../shared/words/stateWords.ts'
import { ask } from '../ask.ts'
import { Store } from '../ui/Store.ts'
import type { ToastStore } from '../ui/ToastStore.ts'

/** Objects asked for at once: R2 gives up to 1,000 a request; fewer show sooner. */
const PAGE_OBJECTS = 200
/** Previews being made at once: each may fetch an object and decode it. */
const PREVIEWS_AT_ONCE = 4

/** A folder or an object, in one list with one order: folders first. */
export type BucketItem =
  | { readonly kind: 'folder'; readonly id: string; readonly name: string }
  | { readonly kind: 'object'; readonly id: string; readonly name: string; readonly object: ObjectView }

type BucketState = {
  readonly accountId: string | null
  readonly prefix: string
  readonly phase: 'loading' | 'ready' | 'failed'
  readonly items: ReadonlyArray<BucketItem>
  readonly hasMore: boolean
  readonly problem: Problem | null
  /** Keys and folders. */
  readonly chosen: ReadonlySet<string>
  readonly focusIndex: number
  readonly anchorIndex: number
  /** By key and etag: the preview's address, or null where there is none to be had. */
  readonly previews: ReadonlyMap<string, string | null>
  /** What a deletion would take, while the person is asked. */
  readonly asking: BucketMeasure | null
}

const EMPTY = {
  items: [],
  hasMore: false,
  problem: null,
  chosen: new Set<string>(),
  focusIndex: 0,
  anchorIndex: 0,
  asking: null
} as const satisfies Partial<BucketState>

/** One folder of one bucket: its items, which of them are chosen, and their previews. */
export class BucketStore extends Store<BucketState> {
  readonly #api: WindowApi
  readonly #toasts: ToastStore
  readonly #offs: Array<() => void> = []
  #next: string | null = null
  /** The generation whose next page is under way. */
  #moreOf: number | null = null
  /** What the person is asked about, or will be when it is measured: exactly that is deleted, whatever is chosen then. */
  #toDelete: BucketSelection | null = null
  /** Replies to what was asked before the folder changed are dropped. */
  #generation = 0
  #wanted: ObjectView[] = []
  readonly #underWay = new Set<string>()

  constructor(api: WindowApi, toasts: ToastStore) {
    super({ ...EMPTY, accountId: null, prefix: '', phase: 'loading', previews: new Map() })
    this.#api = api
    this.#toasts = toasts
  }

  /** Shows the folder after all when the engine that died while it was asked runs again. */
  start(): void {
    this.#offs.push(
      this.#api.on('engine:changed', (list) => {
        if (list.at(-1) === 'running' && this.state.problem?.code === 'engine-stopped') void this.reload()
      })
    )
  }

  stop(): void {
    for (const off of this.#offs.splice(0)) off()
  }

  async show(accountId: string, prefix: string): Promise<void> {
    const generation = ++this.#generation
    this.#next = null
    this.#toDelete = null
    const previews = accountId === this.state.accountId ? this.state.previews : new Map()
    this.#wanted = []
    this.update({ ...EMPTY, accountId, prefix, phase: 'loading', previews })
    await this.#loadPage(generation, null)
  }

  async reload(): Promise<void> {
    const { accountId, prefix } = this.state
    if (accountId !== null) await this.show(accountId, prefix)
  }

  /** What follows the last item, if there is more. */
  async loadMore(): Promise<void> {
    const generation = this.#generation
    if (this.#next === null || this.#moreOf === generation) return
    this.#moreOf = generation
    await this.#loadPage(generation, this.#next)
    if (this.#moreOf === generation) this.#moreOf = null
  }

  /** Objects on screen, which get previews next; those scrolled away before their turn are let go. */
  wantPreviews(objects: ReadonlyArray<ObjectView>): void {
    this.#wanted = objects.filter((object) => object.previewUrl === null && !this.state.previews.has(previewId(object)))
    this.#makePreviews()
  }

  previewOf(object: ObjectView): string | null {
    return object.previewUrl ?? this.state.previews.get(previewId(object)) ?? null
  }

  choose(index: number): void {
    const item = this.state.items[index]
    this.update({ chosen: new Set(item ? [item.id] : []), focusIndex: index, anchorIndex: index })
  }

  toggle(index: number): void {
    const item = this.state.items[index]
    if (!item) return
    const chosen = new Set(this.state.chosen)
    if (!chosen.delete(item.id)) chosen.add(item.id)
    this.update({ chosen, focusIndex: index, anchorIndex: index })
  }

  extendTo(index: number): void {
    const { anchorIndex, items } = this.state
    const range = items.slice(Math.min(anchorIndex, index), Math.max(anchorIndex, index) + 1)
    this.update({ chosen: new Set(range.map(({ id }) => id)), focusIndex: index })
  }

  chooseAll(): void {
    this.update({ chosen: new Set(this.state.items.map(({ id }) => id)) })
  }

  clearChosen(): void {
    this.update({ chosen: new Set() })
  }

  get chosenKeys(): ReadonlyArray<string> {
    return this.#chosenItems().flatMap((item) => (item.kind === 'object' ? [item.object.key] : []))
  }

  get onlyChosenObject(): ObjectView | null {
    const [item, ...others] = this.#chosenItems()
    return item?.kind === 'object' && others.length === 0 ? item.object : null
  }

  /** Measures what a deletion would take; the answer stands in `asking`. Asked twice, or left, the first comes to nothing. */
  async askToDelete(): Promise<void> {
    const select = this.#selection()
    if (select === null) return
    this.#toDelete = select
    try {
      const asking = await ask(this.#api, 'bucket:measure', select)
      if (this.#toDelete === select) this.update({ asking })
    } catch (error) {
      if (this.#toDelete === select) this.#toasts.showProblem(toProblem(error))
    }
  }

  stopAsking(): void {
    this.#toDelete = null
    this.update({ asking: null })
  }

  /** What was asked about goes into the trash, with an undo in the notice. */
  async deleteAsked(): Promise<void> {
    const select = this.#toDelete
    this.stopAsking()
    if (select === null) return
    try {
      const { deleted, undo, failed } = await ask(this.#api, 'bucket:delete', select)
      const kept = failed[0] ? `, ${failed.length} could not be: ${failed[0].key}` : ''
      const run = () => void this.#restore(select.accountId, undo)
      this.#toasts.show(`${countOf(deleted, 'object')} deleted${kept}`, {
        tone: failed.length > 0 ? 'bad' : 'plain',
        action: undo === null ? null : { label: 'Undo', run }
      })
    } catch (error) {
      this.#toasts.showProblem(toProblem(error))
    }
    await this.reload()
  }

  async #restore(accountId: string, undo: string | null): Promise<void> {
    if (undo === null) return
    try {
      const { restored, failed } = await ask(this.#api, 'bucket:restore', { accountId, undo })
      const left = failed.length === 0 ? '' : `; ${countOf(failed.length, 'object')} could not be: the name is taken`
      this.#toasts.show(`${countOf(restored, 'object')} brought back${left}`, { tone: left ? 'bad' : 'good' })
    } catch (error) {
      this.#toasts.showProblem(toProblem(error))
    }
    await this.reload()
  }

  #chosenItems(): ReadonlyArray<BucketItem> {
    return this.state.items.filter(({ id }) => this.state.chosen.has(id))
  }

  #selection(): BucketSelection | null {
    const { accountId, chosen } = this.state
    if (accountId === null || chosen.size === 0) return null
    const folders = this.#chosenItems().flatMap((item) => (item.kind === 'folder' ? [item.id] : []))
    return { accountId, keys: [...this.chosenKeys], folders }
  }

  async #loadPage(generation: number, after: string | null): Promise<void> {
    const { accountId, prefix } = this.state
    if (accountId === null) return
    try {
      const page = await ask(this.#api, 'bucket:list', { accountId, prefix, after, limit: PAGE_OBJECTS })
      if (generation !== this.#generation) return
      this.#next = page.next
      const folders = page.folders.map(
        (id): BucketItem => ({ kind: 'folder', id, name: id.slice(prefix.length).replace(/\/$/, '') })
      )
      const objects = page.objects.map(
        (object): BucketItem => ({ kind: 'object', id: object.key, name: object.key.slice(prefix.length), object })
      )
      const known = after === null ? [] : this.state.items
      const all = [...known, ...folders, ...objects]
      const items = [...all.filter(({ kind }) => kind === 'folder'), ...all.filter(({ kind }) => kind === 'object')]
      this.update({ items, hasMore: page.next !== null, phase: 'ready', problem: null })
    } catch (error) {
      if (generation !== this.#generation) return
      this.update({ phase: after === null ? 'failed' : 'ready', problem: toProblem(error) })
    }
  }

  #makePreviews(): void {
    while (this.#underWay.size < PREVIEWS_AT_ONCE) {
      const object = this.#wanted.shift()
      if (!object) return
      if (this.#underWay.has(previewId(object)) || this.state.previews.has(previewId(object))) continue
      void this.#makePreview(object)
    }
  }

  async #makePreview(object: ObjectView): Promise<void> {
    const { accountId } = this.state
    if (accountId === null) return
    const id = previewId(object)
    this.#underWay.add(id)
    const { key, etag, sizeBytes } = object
    try {
      const { previewUrl } = await ask(this.#api, 'bucket:preview', { accountId, key, etag, sizeBytes })
      this.#keepPreview(accountId, id, previewUrl)
    } catch (error) {
      // A picture that cannot be had is shown as a plain tile: nothing worth a notice. What passes is tried at the next look.
      if (!errorPolicy[toProblem(error).code].retryable) this.#keepPreview(accountId, id, null)
    }
    this.#underWay.delete(id)
    this.#makePreviews()
  }

  #keepPreview(accountId: string, id: string, previewUrl: string | null): void {
    if (accountId === this.state.accountId) this.update({ previews: new Map(this.state.previews).set(id, previewUrl) })
  }
}

function previewId({ key, etag }: ObjectView): string {
  return `${etag} ${key}`
}
