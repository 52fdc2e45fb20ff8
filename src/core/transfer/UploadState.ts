import { z } from 'zod'
import { AppError, assertNever, type Problem, problemSchema } from '../../shared/errors.ts'
import { type Occupant, occupantSchema, type Proof, proofSchema } from '../../shared/model/frame.ts'

const multipartSchema = z.strictObject({ key: z.string(), uploadId: z.string(), partBytes: z.int().positive() })

/** Why an upload began again from its first byte, the last time, and how often it has. */
const restartSchema = z.strictObject({ problem: problemSchema, times: z.int().positive() })

// What a version before this one did not write has a default: its rows still parse.
const restarted = { restart: restartSchema.readonly().nullable().default(null) }
const held = { multipart: multipartSchema.readonly().nullable(), ...restarted }

/**
 * An upload's life. A state holds exactly what is true in it. `multipart` is null for what goes in one request and for
 * what has not been opened yet; parts that were acknowledged are in the catalog beside it.
 */
export const uploadStateSchema = z.discriminatedUnion('kind', [
  /** For its turn: in the darkroom, or on the line. */
  z.strictObject({ kind: z.literal('waiting'), ...held }),
  z.strictObject({ kind: z.literal('rendering'), ...restarted }),
  /** After `attempt` failures, the last of them `problem`. */
  z.strictObject({
    kind: z.literal('sending'),
    ...held,
    attempt: z.int(),
    problem: problemSchema.nullable().default(null)
  }),
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
type Restart = z.infer<typeof restartSchema>

/** Where every upload begins. */
export const firstState = { kind: 'waiting', multipart: null, restart: null } as const satisfies UploadState

export type UploadEvent =
  | { readonly kind: 'render-started' }
  | { readonly kind: 'rendered' }
  | { readonly kind: 'started' }
  /** The store holds a multipart upload for us now. */
  | { readonly kind: 'opened'; readonly multipart: HeldMultipart }
  /** A part has arrived since the last failure: the attempts that count are those without any. */
  | { readonly kind: 'progressed' }
  /** What the store held is gone, the multipart upload or the object that was proved: back to the beginning. */
  | { readonly kind: 'lost'; readonly problem: Problem }
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
      if (isWaiting(state)) return { kind: 'rendering', restart: state.restart }
      break
    case 'rendered':
      if (state.kind === 'rendering') return { ...firstState, restart: state.restart }
      break
    case 'started':
      if (state.kind === 'waiting') return { ...state, kind: 'sending', attempt: 0, problem: null }
      if (state.kind === 'retrying') {
        const { multipart, restart, attempt, problem } = state
        return { kind: 'sending', multipart, restart, attempt, problem }
      }
      break
    case 'opened':
      if (state.kind === 'sending') return { ...state, multipart: event.multipart }
      break
    case 'progressed':
      if (state.kind === 'sending') return { ...state, attempt: 0, problem: null }
      break
    case 'lost':
      if (state.kind === 'sending') return { ...state, multipart: null, restart: again(state.restart, event.problem) }
      if (state.kind === 'done') return { ...firstState, restart: again(null, event.problem) }
      break
    case 'interrupted': {
      const failed = { kind: 'retrying', retryAtMs: event.retryAtMs, problem: event.problem } as const
      if (state.kind === 'sending') {
        const { multipart, restart, attempt } = state
        return { ...failed, multipart, restart, attempt: attempt + 1 }
      }
      if (state.kind === 'proving') return { ...failed, multipart: null, restart: null, attempt: state.attempt + 1 }
      if (state.kind === 'rendering') return { ...failed, multipart: null, restart: state.restart, attempt: 1 }
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
      if (state.kind === 'rendering') return { kind: 'paused', multipart: null, restart: state.restart }
      if (isHeld(state)) return { kind: 'paused', multipart: state.multipart, restart: state.restart }
      break
    case 'continued':
      if (state.kind === 'paused') return { ...state, kind: 'waiting' }
      break
    case 'cancelled':
      if (!isSettled(state) || state.kind === 'conflict' || state.kind === 'failed') return { kind: 'cancelled' }
      break
    case 'renewed':
      if (state.kind === 'retrying') return { kind: 'waiting', multipart: state.multipart, restart: state.restart }
      if (
        state.kind === 'failed' ||
        state.kind === 'cancelled' ||
        state.kind === 'conflict' ||
        state.kind === 'skipped'
      ) {
        return firstState
      }
      break
    case 'recovered':
      if (state.kind === 'rendering') return { ...firstState, restart: state.restart }
      if (state.kind === 'sending') return { kind: 'waiting', multipart: state.multipart, restart: state.restart }
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

function isWaiting(state: UploadState): state is Extract<UploadState, { kind: 'waiting' | 'retrying' }> {
  return state.kind === 'waiting' || state.kind === 'retrying'
}

/** The store may hold a multipart upload for it, and someone works on it or will by itself. */
function isHeld(state: UploadState): state is Extract<UploadState, { kind: 'waiting' | 'retrying' | 'sending' }> {
  return isWaiting(state) || state.kind === 'sending'
}

function again(before: Restart | null, problem: Problem): Restart {
  return { problem, times: (before?.times ?? 0) + 1 }
}

/** Nothing more happens unless a person does something. */
export function isSettled(state: UploadState): boolean {
  return !isUnderWay(state) && !isWaiting(state) && state.kind !== 'paused'
}

/** How often it began again from its first byte. */
export function lossesOf(state: UploadState): number {
  return 'restart' in state ? (state.restart?.times ?? 0) : 0
}

/** The multipart upload that the store holds for us in this state, or null. */
export function multipartOf(state: UploadState): HeldMultipart | null {
  return 'multipart' in state ? state.multipart : null
}
