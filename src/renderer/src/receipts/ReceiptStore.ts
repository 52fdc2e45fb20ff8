import { type Problem, toProblem } from '../../../shared/errors.ts'
import type { CallOutput, WindowApi } from '../../../shared/ipc/contract.ts'
import type { Receipt, ReceiptFormat } from '../../../shared/model/receipt.ts'
import { receiptSentence } from '../../../shared/words/receiptWords.ts'
import { ask } from '../ask.ts'
import { Store } from '../ui/Store.ts'
import type { ToastStore } from '../ui/ToastStore.ts'

/** How far a proving is, in objects; `objects` is 0 until they are counted. */
export type ProvingProgress = { readonly looked: number; readonly objects: number }

/** What is known of one collection's receipt. */
export type ReceiptEntry = {
  readonly receipt: Receipt | null
  /** What is being done for it; a receipt from before stays in sight meanwhile. */
  readonly work: 'making' | 'proving' | null
  readonly progress: ProvingProgress
  /** Why there is none, or no newer one. */
  readonly problem: Problem | null
  /** What has failed since the receipt was made: it holds no longer until there is a new one. */
  readonly failed: ReceiptEntry['work']
}

type ReceiptState = {
  /** The collection whose receipt is open. */
  readonly shownId: string | null
  readonly entries: ReadonlyMap<string, ReceiptEntry>
}

const NO_PROGRESS: ProvingProgress = { looked: 0, objects: 0 }
const EMPTY: ReceiptEntry = { receipt: null, work: null, progress: NO_PROGRESS, problem: null, failed: null }

/** Receipts of collections. A proving goes on while its receipt is closed, and tells when it is done. */
export class ReceiptStore extends Store<ReceiptState> {
  readonly #api: WindowApi
  readonly #toasts: ToastStore
  readonly #stopping = new Set<string>()
  /** By collection, the making whose answer counts: one from before the receipt was closed comes to nothing. */
  readonly #making = new Map<string, symbol>()

  constructor(api: WindowApi, toasts: ToastStore) {
    super({ shownId: null, entries: new Map() })
    this.#api = api
    this.#toasts = toasts
  }

  get shown(): ReceiptEntry | null {
    const { shownId, entries } = this.state
    return shownId === null ? null : (entries.get(shownId) ?? null)
  }

  /** Shows the receipt of a collection as things stand now; one that is being proved is shown as it is. */
  readonly open = async (collectionId: string): Promise<void> => {
    this.update({ shownId: collectionId })
    await this.make(collectionId)
  }

  readonly close = (): void => {
    const { shownId, entries } = this.state
    const left = new Map(entries)
    if (shownId !== null && entries.get(shownId)?.work !== 'proving') {
      left.delete(shownId)
      this.#making.delete(shownId)
    }
    this.update({ shownId: null, entries: left })
  }

  /** From the catalog and the disk, without asking the bucket. Closed meanwhile, it comes to nothing. */
  async make(collectionId: string): Promise<void> {
    if (this.#entry(collectionId).work !== null) return
    const making = Symbol(collectionId)
    this.#making.set(collectionId, making)
    this.#set(collectionId, { work: 'making', problem: null })
    try {
      const receipt = await ask(this.#api, 'receipts:make', { collectionId })
      if (this.#making.get(collectionId) === making) this.#finish(collectionId, receipt)
    } catch (error) {
      if (this.#making.get(collectionId) === making) this.#fail(collectionId, 'making', toProblem(error))
    }
  }

  /** Looks at every object in the bucket once more. */
  async prove(collectionId: string): Promise<void> {
    if (this.#entry(collectionId).work !== null) return
    this.#set(collectionId, { work: 'proving', progress: NO_PROGRESS, problem: null })
    const off = this.#api.on('receipts:progressed', (list) => {
      const progress = list.findLast((one) => one.collectionId === collectionId)
      if (progress) this.#set(collectionId, { progress: { looked: progress.looked, objects: progress.objects } })
    })
    try {
      const receipt = await ask(this.#api, 'receipts:prove', { collectionId })
      this.#finish(collectionId, receipt)
      if (this.state.shownId !== collectionId) this.#tell(receipt)
    } catch (error) {
      if (this.#stopping.has(collectionId)) {
        // By the person, and no failure: the receipt from before is what it was.
        this.#set(collectionId, { work: null })
        return
      }
      const problem = toProblem(error)
      this.#fail(collectionId, 'proving', problem)
      if (this.state.shownId !== collectionId) this.#toasts.showProblem(problem)
    } finally {
      off()
      this.#stopping.delete(collectionId)
    }
  }

  /** What failed is done once more. */
  async again(collectionId: string): Promise<void> {
    await (this.#entry(collectionId).failed === 'proving' ? this.prove(collectionId) : this.make(collectionId))
  }

  async stop(collectionId: string): Promise<void> {
    if (this.#entry(collectionId).work !== 'proving') return // it has ended by itself
    this.#stopping.add(collectionId)
    try {
      await ask(this.#api, 'receipts:stop', { collectionId })
    } catch (error) {
      this.#stopping.delete(collectionId)
      this.#toasts.showProblem(toProblem(error))
    }
  }

  /** Where the person says. */
  async save(collectionId: string, format: ReceiptFormat): Promise<void> {
    try {
      const file: CallOutput<'receipts:export'> = await ask(this.#api, 'receipts:export', { collectionId, format })
      const path = await ask(this.#api, 'dialog:save-text', file)
      if (path === null) return
      const show = () => void ask(this.#api, 'shell:show-file', { path }).catch(() => undefined)
      this.#toasts.show(`Saved: ${path}`, { tone: 'good', action: { label: 'Show', run: show } })
    } catch (error) {
      this.#toasts.showProblem(toProblem(error))
    }
  }

  #tell(receipt: Receipt): void {
    const run = () => this.update({ shownId: receipt.collectionId })
    this.#toasts.show(`${receipt.collectionName}: ${receiptSentence(receipt)}`, {
      tone: receipt.isSafe ? 'good' : 'plain',
      action: { label: 'Show', run }
    })
  }

  #entry(collectionId: string): ReceiptEntry {
    return this.state.entries.get(collectionId) ?? EMPTY
  }

  #finish(collectionId: string, receipt: Receipt): void {
    this.#set(collectionId, { receipt, work: null, problem: null, failed: null })
  }

  #fail(collectionId: string, failed: ReceiptEntry['work'], problem: Problem): void {
    this.#set(collectionId, { work: null, problem, failed })
  }

  #set(collectionId: string, change: Partial<ReceiptEntry>): void {
    const entry = { ...this.#entry(collectionId), ...change }
    this.update({ entries: new Map(this.state.entries).set(collectionId, entry) })
  }
}
