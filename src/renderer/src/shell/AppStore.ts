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
  /** How often the engine has told how it is. */
  #engineEvents = 0

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
      this.#api.on('accounts:changed', (accounts) => this.update({ accounts })),
      this.#api.on('collections:changed', (collections) => this.update({ collections })),
      this.#api.on('settings:changed', (list) => this.update({ settings: list.at(-1) ?? this.state.settings })),
      this.#api.on('queue:measured', (totals) => this.#measured(totals)),
      this.#api.on('engine:changed', (list) => this.#engineChanged(list.at(-1) ?? this.state.engine))
    )
    void this.load()
  }

  stop(): void {
    for (const off of this.#offs.splice(0)) off()
  }

  async load(): Promise<void> {
    const heardBefore = this.#engineEvents
    try {
      const [info, settings, accounts] = await Promise.all([
        ask(this.#api, 'app:state', {}),
        ask(this.#api, 'settings:get', {}),
        ask(this.#api, 'accounts:list', {})
      ])
      // An event that came meanwhile is newer than the answer.
      const engine = this.#engineEvents === heardBefore ? info.engine : this.state.engine
      this.update({ info, engine, settings, accounts, phase: 'ready', problem: null })
      if (engine === 'running') await this.#loadFromEngine()
    } catch (error) {
      this.update({ phase: 'failed', problem: toProblem(error) })
    }
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

  async #loadFromEngine(): Promise<void> {
    const [collections, totals] = await Promise.all([
      ask(this.#api, 'collections:list', {}),
      ask(this.#api, 'queue:totals', { collectionId: null })
    ])
    this.update({ collections })
    this.#measured([totals])
  }

  #engineChanged(engine: AppInfo['engine']): void {
    this.#engineEvents += 1
    this.update({ engine })
    if (engine !== 'running') return
    // A new engine: what the old one said may no longer hold. If it stops again, the next `running` asks anew.
    this.#loadFromEngine().catch((error: unknown) => this.update({ problem: toProblem(error) }))
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
