import { toProblem } from '../../../shared/errors.ts'
import type { WindowApi } from '../../../shared/ipc/contract.ts'
import type { FrameSelection } from '../../../shared/model/frame.ts'
import { countOf } from '../../../shared/words/stateWords.ts'
import { ask } from '../ask.ts'
import type { ToastStore } from '../ui/ToastStore.ts'

export type ConflictAnswer = 'replace' | 'keep-both' | 'skip'

/** What became of one frame, and of several. */
const ANSWERED: Readonly<Record<ConflictAnswer, readonly [string, string]>> = {
  replace: ['replaces what is there', 'replace what is there'],
  'keep-both': ['goes in under a name of its own', 'go in under names of their own'],
  skip: ['is left out; what is there stays', 'are left out; what is there stays']
}

/** What a person does with frames of the queue. Failures are told, never thrown. */
export class QueueActions {
  readonly #api: WindowApi
  readonly #toasts: ToastStore

  constructor(api: WindowApi, toasts: ToastStore) {
    this.#api = api
    this.#toasts = toasts
  }

  readonly pause = (select: FrameSelection) => this.#change('queue:pause', select, 'paused')
  readonly continue = (select: FrameSelection) => this.#change('queue:continue', select, 'go on')
  readonly retry = (select: FrameSelection) => this.#change('queue:retry', select, 'start anew')

  /** Can be undone from the notice it leaves. */
  readonly cancel = async (select: FrameSelection): Promise<void> => {
    await this.#try(async () => {
      const { changed } = await ask(this.#api, 'queue:cancel', select)
      if (changed === 0) {
        this.#toasts.show('Nothing to cancel: what is in the bucket stays there')
        return
      }
      // Undone by what was chosen, if it was chosen by id: a filter shows other frames by then.
      const undo = 'ids' in select ? { action: { label: 'Undo', run: () => void this.#undoCancel(select) } } : {}
      this.#toasts.show(`${countOf(changed, 'frame')} cancelled`, undo)
    })
  }

  /** What the rules leave out, or what is in the cloud only: the person says that it goes. */
  readonly takeAnyway = async (select: FrameSelection): Promise<void> => {
    await this.#try(async () => {
      const { changed } = await ask(this.#api, 'queue:take-anyway', select)
      this.#toasts.show(changed === 0 ? 'Nothing to send' : `${countOf(changed, 'file')} on the way`)
    })
  }

  readonly resolve = async (select: FrameSelection, answer: ConflictAnswer): Promise<void> => {
    await this.#try(async () => {
      const { changed } = await ask(this.#api, 'queue:resolve', { select, answer })
      const [one, several] = ANSWERED[answer]
      this.#toasts.show(`${countOf(changed, 'frame')} ${changed === 1 ? one : several}`)
    })
  }

  readonly hold = async (isHeld: boolean): Promise<void> => {
    await this.#try(() => ask(this.#api, 'queue:hold', { isHeld }))
  }

  readonly showFile = async (path: string): Promise<void> => {
    await this.#try(() => ask(this.#api, 'shell:show-file', { path }))
  }

  #undoCancel(select: FrameSelection): Promise<void> {
    return this.#try(() => ask(this.#api, 'queue:retry', select))
  }

  async #change(
    name: 'queue:pause' | 'queue:continue' | 'queue:retry',
    select: FrameSelection,
    did: string
  ): Promise<void> {
    await this.#try(async () => {
      const { changed } = await ask(this.#api, name, select)
      if (changed !== 1) this.#toasts.show(changed === 0 ? 'Nothing to change' : `${countOf(changed, 'frame')} ${did}`)
    })
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#toasts.showProblem(toProblem(error))
    }
  }
}
