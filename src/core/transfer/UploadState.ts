import { z } from 'zod'
import { AppError, assertNever, type Problem, problemSchema } from '../../shared/errors.ts'
import { type Proof, proofSchema } from '../../shared/model/frame.ts'

const multipartSchema = z.strictObject({ key: z.string(), uploadId: z.string(), partBytes: z.int().positive() })
const held = { multipart: multipartSchema.readonly().nullable() }

/** What stands at a key that we wanted, as `head` told. */
export const occupantSchema = z.strictObject({
  sizeBytes: z.int(),
  etag: z.string(),
  modifiedAtMs: z.int(),
  sha256: z.string().nullable()
})
export type Occupant = z.infer<typeof occupantSchema>

/**
 * An upload's life. A state holds exactly what is true in it. `multipart` is null for what goes in one request and for
 * what has not been opened yet; parts that were acknowledged are in the catalog beside it.
 */
export const uploadStateSchema = z.discriminatedUnion('kind', [
  /** For its turn: in the darkroom, or on the line. */
  z.strictObject({ kind: z.literal('waiting'), ...held }),
  z.strictObject({ kind: z.literal('rendering') }),
  z.strictObject({ kind: z.literal('sending'), ...held, attempt: z.int() }),
  /** After a failure that can pass: `attempt` failures so far, the last of them `problem`. */
  z.strictObject({
    kind: z.literal('retrying'),
    ...held,
    attempt: z.int(),
    retryAtMs: z.int(),
    problem: problemSchema
  }),
  /** By the person; parts that were sent are kept. */
  z.strictObject({ kind: z.literal('paused'), ...held }),
  /** The store has said yes; the proof is being looked at. */
  z.strictObject({ kind: z.literal('proving'), etag: z.string(), attempt: z.int() }),
  z.strictObject({ kind: z.literal('done'), proof: proofSchema }),
  /** Other content has the key and the rule says to ask. */
  z.strictObject({ kind: z.literal('conflict'), occupant: occupantSchema }),
  /** Other content has the key and stays, by rule or by answer. */
  z.strictObject({ kind: z.literal('skipped'), occupant: occupantSchema }),
  z.strictObject({ kind: z.literal('failed'), problem: problemSchema }),
  z.strictObject({ kind: z.literal('cancelled') })
])
export type UploadState = z.infer<typeof uploadStateSchema>
type HeldMultipart = z.infer<typeof multipartSchema>

export type UploadEvent =
  | { readonly kind: 'render-started' }
  | { readonly kind: 'rendered' }
  | { readonly kind: 'started' }
  /** The store holds a multipart upload for us now. */
  | { readonly kind: 'opened'; readonly multipart: HeldMultipart }
  /** The store no longer knows the multipart upload, or the source changed: back to the beginning. */
  | { readonly kind: 'restarted' }
  | { readonly kind: 'interrupted'; readonly retryAtMs: number; readonly problem: Problem }
  | { readonly kind: 'sent'; readonly etag: string }
  | { readonly kind: 'proved'; readonly proof: Proof }
  | { readonly kind: 'met'; readonly occupant: Occupant; readonly isSkipped: boolean }
  | { readonly kind: 'gave-up'; readonly problem: Problem }
  | { readonly kind: 'paused' }
  | { readonly kind: 'continued' }
  | { readonly kind: 'cancelled' }
  /** "Retry", the answer to a conflict, or a cancel taken back. */
  | { readonly kind: 'renewed' }
  /** The engine starts and finds what the last one was doing. */
  | { readonly kind: 'recovered' }

/** @throws AppError `internal` if the state does not allow the event: our bug, never the user's. */
export function transition(state: UploadState, event: UploadEvent): UploadState {
  switch (event.kind) {
    case 'render-started':
      if (isWaiting(state)) return { kind: 'rendering' }
      break
    case 'rendered':
      if (state.kind === 'rendering') return { kind: 'waiting', multipart: null }
      break
    case 'started':
      if (state.kind === 'waiting') return { kind: 'sending', multipart: state.multipart, attempt: 0 }
      if (state.kind === 'retrying') return { kind: 'sending', multipart: state.multipart, attempt: state.attempt }
      break
    case 'opened':
      if (state.kind === 'sending') return { ...state, multipart: event.multipart }
      break
    case 'restarted':
      if (state.kind === 'sending') return { ...state, multipart: null }
      break
    case 'interrupted': {
      const { retryAtMs, problem } = event
      if (state.kind === 'sending') {
        return { kind: 'retrying', multipart: state.multipart, attempt: state.attempt + 1, retryAtMs, problem }
      }
      if (state.kind === 'proving')
        return { kind: 'retrying', multipart: null, attempt: state.attempt + 1, retryAtMs, problem }
      if (state.kind === 'rendering') return { kind: 'retrying', multipart: null, attempt: 1, retryAtMs, problem }
      break
    }
    case 'sent':
      if (state.kind === 'sending') return { kind: 'proving', etag: event.etag, attempt: state.attempt }
      break
    case 'proved':
      // From `sending` too: the same content may turn out to be there already.
      if (state.kind === 'proving' || state.kind === 'sending') return { kind: 'done', proof: event.proof }
      break
    case 'met':
      if (state.kind === 'sending') return { kind: event.isSkipped ? 'skipped' : 'conflict', occupant: event.occupant }
      if (state.kind === 'conflict' && event.isSkipped) return { kind: 'skipped', occupant: event.occupant }
      break
    case 'gave-up':
      if (isUnderWay(state) || isWaiting(state)) return { kind: 'failed', problem: event.problem }
      break
    case 'paused':
      if (state.kind === 'proving') return state // a matter of one request: it ends by itself
      if (isUnderWay(state) || isWaiting(state)) return { kind: 'paused', multipart: multipartOf(state) }
      break
    case 'continued':
      if (state.kind === 'paused') return { kind: 'waiting', multipart: state.multipart }
      break
    case 'cancelled':
      if (!isSettled(state) || state.kind === 'conflict' || state.kind === 'failed') return { kind: 'cancelled' }
      break
    case 'renewed':
      if (state.kind === 'retrying') return { kind: 'waiting', multipart: state.multipart }
      if (
        state.kind === 'failed' ||
        state.kind === 'cancelled' ||
        state.kind === 'conflict' ||
        state.kind === 'skipped'
      ) {
        return { kind: 'waiting', multipart: null }
      }
      break
    case 'recovered':
      if (state.kind === 'rendering') return { kind: 'waiting', multipart: null }
      if (state.kind === 'sending') return { kind: 'waiting', multipart: state.multipart }
      return state
    default:
      return assertNever(event) // a new event does not compile until it is handled here
  }
  throw new AppError('internal', `An upload that is ${state.kind} cannot be ${event.kind}`)
}

/** Someone is working on it right now. */
export function isUnderWay(state: UploadState): boolean {
  return state.kind === 'rendering' || state.kind === 'sending' || state.kind === 'proving'
}

function isWaiting(state: UploadState): boolean {
  return state.kind === 'waiting' || state.kind === 'retrying'
}

/** Nothing more happens unless a person does something. */
export function isSettled(state: UploadState): boolean {
  return !isUnderWay(state) && !isWaiting(state) && state.kind !== 'paused'
}

/** The multipart upload that the store holds for us in this state, or null. */
export function multipartOf(state: UploadState): HeldMultipart | null {
  return 'multipart' in state ? state.multipart : null
}
