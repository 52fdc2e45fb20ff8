import { AppError, type Problem, toProblem } from '../../shared/errors.ts'
import { type TestReport, type TestStep, testSteps } from '../../shared/model/account.ts'

type Outcome = TestReport['steps'][number]

/** A step that takes longer has failed: nobody looks at a Test button for longer than that. */
const STEP_TIMEOUT_MS = 15_000

/** What came of each step of a test so far. */
export class TestProtocol {
  clockOffsetMs: number | null = null
  buckets: ReadonlyArray<string> | null = null
  readonly #signal: AbortSignal
  readonly #outcomes = new Map<TestStep, Outcome>()

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** @returns null if the step failed. */
  async run<T>(step: TestStep, task: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    try {
      const value = await this.limit(task)
      this.add(step, null)
      return value
    } catch (error) {
      this.add(step, error)
      return null
    }
  }

  /** As `run`, also where the person has stopped the test. @param step Null: what comes of it is not reported. */
  async cleanUp(step: TestStep | null, task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    let problem: unknown = null
    try {
      await task(AbortSignal.timeout(STEP_TIMEOUT_MS))
    } catch (error) {
      problem = error
    }
    if (step !== null) this.add(step, problem)
  }

  /** @throws AppError `timeout` after 15 s. */
  async limit<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timeout = AbortSignal.timeout(STEP_TIMEOUT_MS)
    try {
      return await task(AbortSignal.any([this.#signal, timeout]))
    } catch (error) {
      this.#signal.throwIfAborted()
      if (timeout.aborted) throw new AppError('timeout', `No answer within ${STEP_TIMEOUT_MS} ms`, { cause: error })
      throw error
    }
  }

  /** @param error Null: it went well. */
  add(step: TestStep, error: unknown): void {
    const problem: Problem | null = error === null ? null : toProblem(error)
    this.#outcomes.set(step, { step, status: problem ? 'failed' : 'ok', problem })
  }

  warn(step: TestStep, error: unknown): void {
    this.#outcomes.set(step, { step, status: 'warning', problem: toProblem(error) })
  }

  hasFailed(...steps: ReadonlyArray<TestStep>): boolean {
    return steps.some((step) => this.#outcomes.get(step)?.status === 'failed')
  }

  toReport(): TestReport {
    return {
      ok: !this.hasFailed(...testSteps),
      steps: testSteps.map((step) => this.#outcomes.get(step) ?? { step, status: 'skipped', problem: null }),
      clockOffsetMs: this.clockOffsetMs,
      buckets: this.buckets === null ? null : [...this.buckets]
    }
  }
}
