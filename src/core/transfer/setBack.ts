import { AppError, type ErrorCode, toProblem } from '../../shared/errors.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Upload } from '../catalog/records.ts'
import type { Clock } from '../files/Clock.ts'
import { LONGEST_REST_MS } from './AccountLine.ts'
import type { Holds } from './Holds.ts'
import { MAX_ATTEMPTS, retryDelayMs } from './retryDelay.ts'
import { transition } from './UploadState.ts'

export type SetBackPorts = {
  readonly uploads: CatalogUploads
  readonly holds: Holds
  readonly clock: Clock
  readonly random: () => number
}

/** What a person has to mend in the account before anything can go on; until then the queue waits and nothing fails. */
const ACCOUNT_CODES: ReadonlySet<ErrorCode> = new Set([
  'secret-missing',
  'secret-wrong',
  'account-unknown',
  'not-entitled',
  'access-denied',
  'bucket-missing',
  'clock-skewed',
  'endpoint-wrong',
  'folder-missing' // the disk of a folder account is not there
])

/** R2 takes one write a second for a key (r2-facts §4). */
const RATE_LIMIT_MS = 1_000

/**
 * What becomes of an upload whose task failed: it waits for a person, for the network, for the disk or for its next
 * attempt, or it is given up.
 *
 * @param upload As the catalog has it now, in a state in which someone works on it.
 */
export function setBack(upload: Upload, error: unknown, ports: SetBackPorts): void {
  const { uploads, holds, clock, random } = ports
  const { state, accountId } = upload
  const problem = toProblem(error)
  if (ACCOUNT_CODES.has(problem.code)) {
    holds.refuse(accountId, problem)
    uploads.requeue(upload)
    return
  }
  if (upload.spoolPath !== null && problem.code === 'file-missing') {
    uploads.requeue({ ...upload, spoolPath: null }) // the rendition: it can be made again
    return
  }
  if (problem.code === 'disk-full') {
    holds.waitForDisk()
    uploads.letOriginalsGo(upload)
  }
  if (problem.code === 'network' || problem.code === 'timeout') holds.suspect(accountId)
  const isOutage = problem.code === 'network' || problem.code === 'disk-full'
  const attempt = 'attempt' in state ? state.attempt + 1 : 1
  if (!(error instanceof AppError) || !error.isRetryable || (attempt > MAX_ATTEMPTS && !isOutage)) {
    uploads.saveState(upload, transition(state, { kind: 'gave-up', problem }))
    return
  }
  const askedMs = error.retryAfterMs === null ? null : Math.min(error.retryAfterMs, LONGEST_REST_MS)
  const leastMs = askedMs ?? (problem.code === 'rate-limited' ? RATE_LIMIT_MS : null)
  const retryAtMs = Math.round(clock.now() + retryDelayMs(Math.min(attempt, MAX_ATTEMPTS), leastMs, random))
  uploads.saveState(upload, transition(state, { kind: 'interrupted', retryAtMs, problem }))
}
