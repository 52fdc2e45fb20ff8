import { type Problem, toProblem } from '../../../shared/errors.ts'
import type { CallOutput, WindowApi } from '../../../shared/ipc/contract.ts'
import type { AccountView } from '../../../shared/model/account.ts'
import type { CollectionView } from '../../../shared/model/collection.ts'
import type { Forecast, Totals } from '../../../shared/model/frame.ts'
import type { Settings } from '../../../shared/model/settings.ts'
import { ask } from '../ask.ts'
import { Store } from '../ui/Store.ts'

export type AppInfo = CallOutput<'app:state'>

export type AppState = {
  readonly phase: 'loading' | 'ready' | 'failed'
  /** Why loading failed. */
  readonly problem: Problem | null
  readonly info: AppInfo | null
  readonly engine: AppInfo['engine']
  readonly settings: Settings | null
  readonly accounts: ReadonlyArray<AccountView>
  readonly collections: ReadonlyArray<CollectionView>
  /** By collection; `null` is all of them together. */
  readonly totals: ReadonlyMap<string | null, Totals>
  /** Bytes per second of the last minute, one figure a second, oldest first. */
  readonly trace: ReadonlyArray<number>
  /** What the last drop into a collection will come to. */
  readonly forecasts: ReadonlyMap<string, Forecast>
  /** Dropped before there was an account: they go as soon as there is one. */
  readonly pendingPaths: ReadonlyArray<string>
}

export const TRACE_SECONDS = 60

/** What the whole window knows: accounts, collections, settings, totals. Kept true by events. */
export class AppStore extends Store<AppState> {
  readonly #api: WindowApi
  readonly #offs: Array<() => void> = []
  /** How often each has been told since the start. */
  readonly #told = { engine: 0, accounts: 0, settings: 0 }

  constructor(api: WindowApi) {
    super({
      phase: 'loading',
      problem: null,
      info: null,
      engine: 'starting',
      settings: null,
      accounts: [],
      collections: [],
      totals: new Map(),
      trace: [],
      forecasts: new Map(),
      pendingPaths: []
    })
    this.#api = api
  }

  /** Listens first and asks then, so that nothing falls between. */
  start(): void {
    this.#offs.push(
      this.#api.on('accounts:changed', (accounts) => {
        this.#told.accounts += 1
        this.update({ accounts })
      }),
      this.#api.on('collections:changed', (collections) => this.update({ collections })),
      this.#api.on('settings:changed', (list) => {
        this.#told.settings += 1
        this.update({ settings: list.at(-1) ?? this.state.settings })
      }),
      this.#api.on('queue:measured', (totals) => this.#measured(totals)),
      this.#api.on('engine:changed', (list) => this.#engineChanged(list.at(-1) ?? this.state.engine))
    )
    void this.load()
  }

  stop(): void {
    for (const off of this.#offs.splice(0)) off()
  }

  async load(): Promise<void> {
    const before = { ...this.#told }
    try {
      const [info, settings, accounts] = await Promise.all([
        ask(this.#api, 'app:state', {}),
        ask(this.#api, 'settings:get', {}),
        ask(this.#api, 'accounts:list', {})
      ])
      // An event that came meanwhile is newer than the answer.
      const isLast = (what: keyof typeof before) => this.#told[what] === before[what]
      this.update({
        info,
        engine: isLast('engine') ? info.engine : this.state.engine,
        settings: isLast('settings') ? settings : this.state.settings,
        accounts: isLast('accounts') ? accounts : this.state.accounts,
        phase: 'ready',
        problem: null
      })
    } catch (error) {
      this.update({ phase: 'failed', problem: toProblem(error) })
      return
    }
    if (this.state.engine === 'running') await this.#loadFromEngine()
  }

  /** Ends when it is known what there is, or that it cannot be: until then, no accounts does not mean there are none. */
  async loaded(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => this.state.phase !== 'loading' && resolve()
    const off = this.subscribe(look)
    look()
    await promise
    off()
  }

  /** The totals of a collection; they arrive in `state.totals`. */
  async loadTotals(collectionId: string | null): Promise<void> {
    this.#measured([await ask(this.#api, 'queue:totals', { collectionId })])
  }

  setForecast(collectionId: string, forecast: Forecast): void {
    this.update({ forecasts: new Map(this.state.forecasts).set(collectionId, forecast) })
  }

  setPendingPaths(pendingPaths: ReadonlyArray<string>): void {
    this.update({ pendingPaths })
  }

  /** Never fails: an engine that dies meanwhile takes nothing of the window with it. */
  async #loadFromEngine(): Promise<void> {
    try {
      // Each answer counts when it comes: held back until the other one is here, it would undo what was told meanwhile.
      await Promise.all([
        ask(this.#api, 'collections:list', {}).then((collections) => this.update({ collections })),
        this.loadTotals(null)
      ])
    } catch {
      // The next engine is asked anew; what is wrong until then is said where its answer is missing.
    }
  }

  #engineChanged(engine: AppInfo['engine']): void {
    this.#told.engine += 1
    this.update({ engine })
    // A new engine: what the old one said may no longer hold.
    if (engine === 'running') void this.#loadFromEngine()
  }

  #measured(list: ReadonlyArray<Totals>): void {
    const totals = new Map(this.state.totals)
    for (const total of list) totals.set(total.collectionId, total)
    const overall = list.find(({ collectionId }) => collectionId === null)
    this.update({ totals, ...(overall ? { trace: this.#traceWith(overall.bytesPerSecond) } : {}) })
  }

  #lastTraceSecond = 0

  /** Several figures within one second share a place: the trace is as long as the minute, however often it is told. */
  #traceWith(bytesPerSecond: number): ReadonlyArray<number> {
    const second = Math.floor(Date.now() / 1000)
    const { trace } = this.state
    const elapsed = this.#lastTraceSecond === 0 ? 1 : second - this.#lastTraceSecond
    this.#lastTraceSecond = second
    if (elapsed <= 0) return [...trace.slice(0, -1), bytesPerSecond]
    // Seconds nobody spoke of were as fast as the last one.
    const gap = Array<number>(Math.min(elapsed - 1, TRACE_SECONDS)).fill(trace.at(-1) ?? 0)
    return [...trace, ...gap, bytesPerSecond].slice(-TRACE_SECONDS)
  }
}
