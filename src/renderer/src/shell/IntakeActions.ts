import { toProblem } from '../../../shared/errors.ts'
import type { WindowApi } from '../../../shared/ipc/contract.ts'
import { problemWords } from '../../../shared/words/problemWords.ts'
import { countOf } from '../../../shared/words/stateWords.ts'
import { ask } from '../ask.ts'
import type { ToastStore } from '../ui/ToastStore.ts'
import type { AppStore } from './AppStore.ts'
import type { WorkspaceStore } from './WorkspaceStore.ts'

/** The ways in: drop, dialogs, watched folders; and what becomes of collections. Failures are told, never thrown. */
export class IntakeActions {
  readonly #api: WindowApi
  readonly #app: AppStore
  readonly #workspace: WorkspaceStore
  readonly #toasts: ToastStore

  constructor(api: WindowApi, app: AppStore, workspace: WorkspaceStore, toasts: ToastStore) {
    this.#api = api
    this.#app = app
    this.#workspace = workspace
    this.#toasts = toasts
  }

  readonly chooseFiles = () => this.#chooseAndAdd(() => ask(this.#api, 'dialog:choose-files', {}))
  readonly chooseFolder = () =>
    this.#chooseAndAdd(() => ask(this.#api, 'dialog:choose-folder', { title: 'Add a folder of photos' }))

  /** Into a collection, or (null) a new drop. Without an account they wait for the first one. */
  readonly addPaths = async (paths: ReadonlyArray<string>, collectionId: string | null): Promise<void> => {
    if (paths.length === 0) return
    await this.#app.loaded()
    if (this.#app.state.accounts.length === 0) {
      this.#app.setPendingPaths([...this.#app.state.pendingPaths, ...paths])
      this.#workspace.go({ kind: 'queue', collectionId: null, filter: 'all' })
      return
    }
    await this.#try(async () => {
      // Side by side: the forecast only counts, and a slow count must not keep the frames waiting.
      const forecast = ask(this.#api, 'drop:forecast', { paths: [...paths] }).catch(() => null)
      const added = await ask(this.#api, 'queue:add', { paths: [...paths], collectionId })
      this.#workspace.go({ kind: 'queue', collectionId: added.collectionId, filter: 'all' })
      this.#toasts.show(addedSentence(added), { tone: added.refused.length > 0 ? 'bad' : 'plain' })
      const counted = await forecast
      if (counted) this.#app.setForecast(added.collectionId, counted)
    })
  }

  /** What was dropped before there was an account goes now. */
  readonly addPending = async (): Promise<void> => {
    const paths = this.#app.state.pendingPaths
    this.#app.setPendingPaths([])
    await this.addPaths(paths, null)
  }

  readonly watchFolder = async (): Promise<void> => {
    await this.#app.loaded()
    if (this.#app.state.accounts.length === 0) {
      this.#workspace.go({ kind: 'queue', collectionId: null, filter: 'all' })
      this.#toasts.show('First say where photos should go: connect R2, or try it here')
      return
    }
    await this.#try(async () => {
      const [path] = await ask(this.#api, 'dialog:choose-folder', { title: 'Watch a folder' })
      if (path === undefined) return
      const collection = await ask(this.#api, 'collections:watch', { path, name: null, accountId: null })
      this.#workspace.go({ kind: 'queue', collectionId: collection.id, filter: 'all' })
      this.#toasts.show(`Watching ${collection.name}. What is saved there goes to the bucket`)
    })
  }

  readonly pauseCollection = async (collectionId: string, isPaused: boolean): Promise<void> => {
    await this.#try(() => ask(this.#api, 'collections:change', { collectionId, isPaused }))
  }

  /** Out of the list; nothing in the bucket or on disk changes. Can be undone from the notice. */
  readonly removeCollection = async (collectionId: string, name: string): Promise<void> => {
    await this.#try(async () => {
      await ask(this.#api, 'collections:remove', { collectionId })
      const { route } = this.#workspace.state
      if (route.kind === 'queue' && route.collectionId === collectionId) {
        this.#workspace.go({ kind: 'queue', collectionId: null, filter: 'all' })
      }
      const restore = () => void this.#try(() => ask(this.#api, 'collections:restore', { collectionId }))
      this.#toasts.show(`${name} is off the list. Files and bucket are as they were`, {
        action: { label: 'Undo', run: restore }
      })
    })
  }

  /** The local bucket or a folder, without any setting. */
  readonly tryHere = async (): Promise<void> => {
    await this.#try(() => ask(this.#api, 'accounts:try-here', {}))
  }

  async #chooseAndAdd(choose: () => Promise<ReadonlyArray<string>>): Promise<void> {
    await this.#try(async () => this.addPaths(await choose(), this.dropTarget()))
  }

  /** Where a drop goes now: into the drop that is open, or a new one. A watched folder takes nothing but its own. */
  dropTarget(): string | null {
    const { route } = this.#workspace.state
    if (route.kind !== 'queue') return null
    const open = this.#app.state.collections.find(({ id }) => id === route.collectionId)
    return open?.kind === 'drop' ? open.id : null
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#toasts.showProblem(toProblem(error))
    }
  }
}

type Added = Awaited<ReturnType<typeof ask<'queue:add'>>>

/** For example "22 added, 3 were already there, 1 left out: empty.jpg (the file is empty)". */
export function addedSentence({ added, known, ignored, refused }: Added): string {
  const parts = [added === 0 ? 'Nothing new' : `${countOf(added, 'file')} added`]
  if (known > 0) parts.push(`${known} ${known === 1 ? 'was' : 'were'} already there`)
  if (ignored > 0) parts.push(`${ignored} left out by the rules`)
  const first = refused[0]
  if (first) {
    const name = first.path.split(/[\\/]/).at(-1) ?? first.path
    const others = refused.length > 1 ? ` and ${refused.length - 1} more` : ''
    parts.push(`not taken: ${name}${others} (${problemWords(first.problem, name).short})`)
  }
  return parts.join(', ')
}
