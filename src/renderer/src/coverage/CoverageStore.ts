import { type Problem, toProblem } from '../../../shared/errors.ts'
import type { WindowApi } from '../../../shared/ipc/contract.ts'
import type { Coverage } from '../../../shared/model/coverage.ts'
import { countOf } from '../../../shared/words/stateWords.ts'
import { ask } from '../ask.ts'
import { Store } from '../ui/Store.ts'
import type { ToastStore } from '../ui/ToastStore.ts'

/** Which folder is compared, and with which account's bucket (null: the default account's). */
type Subject = { readonly folder: string; readonly accountId: string | null }

type CoverageState = {
  /** The folder whose comparison is open. */
  readonly subject: Subject | null
  readonly coverage: Coverage | null
  /** A comparison from before stays in sight meanwhile. */
  readonly work: 'comparing' | 'sending' | null
  /** Why there is no comparison, or no newer one. */
  readonly problem: Problem | null
}

/** How a folder stands to the bucket. Closed meanwhile, a comparison comes to nothing. */
export class CoverageStore extends Store<CoverageState> {
  readonly #api: WindowApi
  readonly #toasts: ToastStore

  constructor(api: WindowApi, toasts: ToastStore) {
    super({ subject: null, coverage: null, work: null, problem: null })
    this.#api = api
    this.#toasts = toasts
  }

  /** Any folder, also one that nothing was sent from. */
  readonly choose = async (): Promise<void> => {
    try {
      const [folder] = await ask(this.#api, 'dialog:choose-folder', { title: 'Compare a folder with the bucket' })
      if (folder !== undefined) await this.open(folder, null)
    } catch (error) {
      this.#toasts.showProblem(toProblem(error))
    }
  }

  readonly open = async (folder: string, accountId: string | null): Promise<void> => {
    this.update({ subject: { folder, accountId }, coverage: null, work: null, problem: null })
    await this.compare()
  }

  readonly close = (): void => {
    this.update({ subject: null, coverage: null, work: null, problem: null })
  }

  readonly compare = async (): Promise<void> => {
    const { subject, work } = this.state
    if (subject === null || work !== null) return
    this.update({ work: 'comparing', problem: null })
    try {
      const coverage = await ask(this.#api, 'coverage:make', subject)
      if (this.state.subject === subject) this.update({ coverage, work: null })
    } catch (error) {
      if (this.state.subject === subject) this.update({ work: null, problem: toProblem(error) })
    }
  }

  /** @returns the collection that it went into; null where it did not, or where the comparison was closed meanwhile. */
  readonly send = async (): Promise<string | null> => {
    const { subject, work } = this.state
    if (subject === null || work !== null) return null
    this.update({ work: 'sending', problem: null })
    try {
      const { collectionId, files } = await ask(this.#api, 'coverage:send', subject)
      this.#toasts.show(files === 0 ? 'Nothing is missing any more' : `${countOf(files, 'file')} on the way`)
      if (this.state.subject !== subject) return null
      this.close()
      return collectionId
    } catch (error) {
      if (this.state.subject === subject) this.update({ work: null, problem: toProblem(error) })
      return null
    }
  }
}
