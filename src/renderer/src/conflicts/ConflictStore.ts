import { toProblem } from '../../../shared/errors.ts'
import type { WindowApi } from '../../../shared/ipc/contract.ts'
import type { FrameView } from '../../../shared/model/frame.ts'
import { ask } from '../ask.ts'
import type { ConflictAnswer } from '../queue/QueueActions.ts'
import { Store } from '../ui/Store.ts'
import type { ToastStore } from '../ui/ToastStore.ts'
import { conflictReason, isInConflict } from './conflictsOf.ts'

/** As many rows as one question to the engine may be answered with. */
const PAGE_ROWS = 500

type ConflictState = {
  /** `looking`: the questions are being gathered. */
  readonly phase: 'closed' | 'looking' | 'asking'
  /** Frames that wait for an answer, in the order of the queue. */
  readonly questions: ReadonlyArray<FrameView>
  /** Of the one that is asked now. */
  readonly index: number
}

const CLOSED: ConflictState = { phase: 'closed', questions: [], index: 0 }

/** The questions that taken names raise, asked one after the other. Leaving one unanswered changes nothing. */
export class ConflictStore extends Store<ConflictState> {
  readonly #api: WindowApi
  readonly #toasts: ToastStore
  #off: (() => void) | null = null
  /** What was begun before it was closed, or opened anew, ends without effect. */
  #generation = 0
  /** Answered, and not yet acknowledged. */
  #underWay: ReadonlySet<string> = new Set()
  #answered = 0

  constructor(api: WindowApi, toasts: ToastStore) {
    super(CLOSED)
    this.#api = api
    this.#toasts = toasts
  }

  get current(): FrameView | null {
    return this.state.questions[this.state.index] ?? null
  }

  /** Those that ask for the same reason as the present one, itself included: one answer fits them all. */
  get alike(): ReadonlyArray<FrameView> {
    const { current } = this
    if (current === null) return []
    return this.state.questions.filter((frame) => conflictReason(frame) === conflictReason(current))
  }

  /**
   * Gathers the questions of a collection (null: of all) and asks the first.
   *
   * @param frameId The one to begin with; null: the first of the queue.
   */
  async open(collectionId: string | null, frameId: string | null = null): Promise<void> {
    this.close()
    const generation = this.#generation
    this.update({ ...CLOSED, phase: 'looking' })
    const found = new Map<string, FrameView>()
    // A row that is told of after its page was read is newer than the page.
    this.#off = this.#api.on('queue:changed', (frames) => {
      for (const frame of frames) if (found.has(frame.id)) found.set(frame.id, frame)
    })
    try {
      await this.#gather(collectionId, generation, found)
      if (generation !== this.#generation) return
      this.#off()
      const questions = [...found.values()].filter(isInConflict)
      if (questions.length === 0) {
        this.close()
        this.#toasts.show('Nothing waits for an answer')
        return
      }
      const index = questions.findIndex(({ id }) => id === frameId)
      this.update({ phase: 'asking', questions, index: Math.max(0, index) })
      this.#off = this.#api.on('queue:changed', (frames) => this.#follow(frames))
    } catch (error) {
      if (generation !== this.#generation) return
      this.close()
      this.#toasts.showProblem(toProblem(error))
    }
  }

  /** Unanswered questions stay in the queue. */
  readonly close = (): void => {
    this.#generation += 1
    this.#answered = 0
    this.#underWay = new Set()
    this.#off?.()
    this.#off = null
    this.update(CLOSED)
  }

  /** To the next question (1) or the one before (-1), round and round, without answering. */
  move(step: 1 | -1): void {
    const { questions, index } = this.state
    if (questions.length > 0) this.update({ index: (index + step + questions.length) % questions.length })
  }

  /** Answers the present question, or all that are like it, and goes on to the next. */
  async answer(answer: ConflictAnswer, forAllAlike: boolean): Promise<void> {
    const { current } = this
    if (current === null || this.#underWay.size > 0) return
    const ids = (forAllAlike ? this.alike : [current]).map(({ id }) => id)
    const generation = this.#generation
    const underWay = new Set(ids)
    this.#underWay = underWay
    try {
      const { changed } = await ask(this.#api, 'queue:resolve', { select: { ids }, answer })
      if (generation !== this.#generation) return
      this.#answered += changed
      this.#drop(underWay)
    } catch (error) {
      this.#toasts.showProblem(toProblem(error), current.name)
    } finally {
      if (this.#underWay === underWay) this.#underWay = new Set()
    }
  }

  /** Into `found`: a frame that moved from one page to the next while they were read is asked about once. */
  async #gather(collectionId: string | null, generation: number, found: Map<string, FrameView>): Promise<void> {
    for (let offset = 0; generation === this.#generation; offset += PAGE_ROWS) {
      const input = { collectionId, filter: 'needs-you', offset, limit: PAGE_ROWS } as const
      const { total, frames } = await ask(this.#api, 'queue:page', input)
      for (const frame of frames) if (isInConflict(frame)) found.set(frame.id, frame)
      if (frames.length === 0 || offset + PAGE_ROWS >= total) break
    }
  }

  /**
   * What changed meanwhile is shown as it is now; what is answered elsewhere is no question any more. Rows may be told
   * of before the reply to the answer given here, which counts it: those wait for the reply.
   */
  #follow(frames: ReadonlyArray<FrameView>): void {
    const changed = new Map(frames.filter(({ id }) => !this.#underWay.has(id)).map((frame) => [frame.id, frame]))
    if (!this.state.questions.some(({ id }) => changed.has(id))) return
    this.update({ questions: this.state.questions.map((frame) => changed.get(frame.id) ?? frame) })
    const gone = [...changed.values()].filter((frame) => !isInConflict(frame))
    this.#drop(new Set(gone.map(({ id }) => id)))
  }

  /** The question that follows the present one takes its place; after the last one the first that was passed over does. */
  #drop(ids: ReadonlySet<string>): void {
    const { questions, index } = this.state
    const left = questions.filter(({ id }) => !ids.has(id))
    if (left.length === questions.length) return
    if (left.length === 0) {
      const answered = this.#answered
      this.close()
      if (answered > 0) this.#toasts.show('Every question is answered', { tone: 'good' })
      return
    }
    const before = questions.slice(0, index).filter(({ id }) => !ids.has(id)).length
    this.update({ questions: left, index: before % left.length })
  }
}
