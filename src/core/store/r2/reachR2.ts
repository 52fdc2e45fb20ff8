import { AppError } from '../../../shared/errors.ts'
import { toAppError } from './toAppError.ts'

/** R2's refusal has some 100 bytes; of whatever else answers, a look at the beginning is enough. */
const MAX_ANSWER_CHARACTERS = 20_000

/**
 * Asks an endpoint something that it refuses, unsigned, to learn whether R2 (or another S3) is there at all.
 *
 * @returns Server time minus this computer's, in ms, good to a second; null where no `Date` was sent.
 * @throws AppError `network`, `timeout`; `endpoint-wrong` if something else answers.
 */
export async function reachR2(
  endpoint: string,
  signal: AbortSignal
): Promise<{ readonly clockOffsetMs: number | null }> {
  signal.throwIfAborted()
  const what = `reach ${endpoint}`
  try {
    const askedAtMs = Date.now()
    const answer = await fetch(`${endpoint}/`, { redirect: 'manual', signal })
    const answeredAtMs = Date.now()
    const text = (await answer.text()).slice(0, MAX_ANSWER_CHARACTERS)
    if (!/<(?:Error|ListAllMyBucketsResult)[\s>]/.test(text) || !/<(?:Code|Buckets)\b/.test(text)) {
      throw new AppError('endpoint-wrong', `${what}: ${answer.status}, and no answer of S3: ${text.slice(0, 200)}`)
    }
    const serverTimeMs = Date.parse(answer.headers.get('date') ?? '')
    if (Number.isNaN(serverTimeMs)) return { clockOffsetMs: null }
    // The header drops what is below a second; the answer was made about halfway between the two times.
    return { clockOffsetMs: Math.round(serverTimeMs + 500 - (askedAtMs + answeredAtMs) / 2) }
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof TypeError && error.cause ? error.cause : error // `fetch` wraps what happened
    throw toAppError(cause, what)
  }
}
