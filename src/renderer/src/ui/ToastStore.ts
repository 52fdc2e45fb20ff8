import type { Problem } from '../../../shared/errors.ts'
import { problemWords } from '../../../shared/words/problemWords.ts'
import { Store } from './Store.ts'

export type ToastAction = { readonly label: string; readonly run: () => void }
export type Toast = {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'good' | 'bad'
  readonly action: ToastAction | null
}

/** Long enough to read a sentence; longer where there is something to reach for. */
const SHOWN_FOR_MS = 8_000
const SHOWN_WITH_ACTION_FOR_MS = 20_000
const AT_ONCE = 3

/** Short notices at the foot of the window. An undo lives here. */
export class ToastStore extends Store<{ toasts: ReadonlyArray<Toast> }> {
  #nextId = 1

  constructor() {
    super({ toasts: [] })
  }

  show(text: string, { tone = 'plain', action = null }: { tone?: Toast['tone']; action?: ToastAction | null } = {}) {
    const toast: Toast = { id: this.#nextId++, text, tone, action }
    this.update({ toasts: [...this.state.toasts, toast].slice(-AT_ONCE) })
    setTimeout(() => this.dismiss(toast.id), action === null ? SHOWN_FOR_MS : SHOWN_WITH_ACTION_FOR_MS)
  }

  /** What went wrong and what can be done, in one notice. */
  showProblem(problem: Problem, subject: string | null = null): void {
    const { what, can } = problemWords(problem, subject)
    this.show(`${subject === null ? '' : `${subject}: `}${what} ${can}`, { tone: 'bad' })
  }

  readonly dismiss = (id: number): void => {
    this.update({ toasts: this.state.toasts.filter((toast) => toast.id !== id) })
  }
}
