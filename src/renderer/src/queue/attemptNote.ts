import type { FrameView, UploadView } from '../../../shared/model/frame.ts'
import { problemWords } from '../../../shared/words/problemWords.ts'

/**
 * How often an upload was tried and why the attempt before failed, to stand behind its sentence: "attempt 3 · no
 * connection to R2". Null where the first attempt is still good, and where the sentence itself says what is wrong.
 */
export function attemptNote({ status, attempt, problem }: UploadView): string | null {
  const why = problem === null ? [] : [problemWords(problem, null).short]
  // While it waits, its sentence counts the attempts.
  if (status === 'retrying') return why[0] ?? null
  const isTriedAgain = (status === 'sending' || status === 'proving' || status === 'waiting') && attempt > 0
  return isTriedAgain ? [`attempt ${attempt + 1}`, ...why].join(' · ') : null
}

/** Of the output that has had the most trouble. */
export function frameAttemptNote({ uploads }: FrameView): string | null {
  const [worst] = uploads.filter((upload) => attemptNote(upload) !== null).sort((a, b) => b.attempt - a.attempt)
  return worst ? attemptNote(worst) : null
}
