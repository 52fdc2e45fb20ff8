import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isSettled,
  isUnderWay,
  lossesOf,
  multipartOf,
  transition,
  type UploadEvent,
  type UploadState,
  uploadStateSchema
} from './UploadState.ts'

const multipart = { key: 'a.jpg', uploadId: 'u', partBytes: 8_388_608 }
const problem = { code: 'network', detail: 'The line broke' } as const
const expired = { code: 'upload-missing', detail: 'After seven days' } as const
const restart = { problem: expired, times: 1 }
const occupant = { sizeBytes: 1, etag: 'e', modifiedAtMs: 2, sha256: null, reason: 'other' } as const
const proof = { sizeBytes: 1, sha256: 's', etag: 'e', provedAtMs: 3, how: 'sent' } as const

const states: { readonly [K in UploadState['kind']]: UploadState & { kind: K } } = {
  waiting: { kind: 'waiting', multipart, restart },
  rendering: { kind: 'rendering', restart },
  sending: { kind: 'sending', multipart, restart, attempt: 2, problem },
  retrying: { kind: 'retrying', multipart, restart, attempt: 3, retryAtMs: 4, problem },
  paused: { kind: 'paused', multipart, restart },
  proving: { kind: 'proving', etag: 'e', attempt: 1 },
  done: { kind: 'done', proof },
  conflict: { kind: 'conflict', occupant },
  skipped: { kind: 'skipped', occupant },
  failed: { kind: 'failed', problem },
  cancelled: { kind: 'cancelled' }
}

const events: { readonly [K in UploadEvent['kind']]: UploadEvent & { kind: K } } = {
  'render-started': { kind: 'render-started' },
  rendered: { kind: 'rendered' },
  started: { kind: 'started' },
  opened: { kind: 'opened', multipart: { ...multipart, uploadId: 'new' } },
  progressed: { kind: 'progressed' },
  lost: { kind: 'lost', problem: expired },
  interrupted: { kind: 'interrupted', retryAtMs: 9, problem },
  sent: { kind: 'sent', etag: 'f' },
  proved: { kind: 'proved', proof },
  met: { kind: 'met', occupant, isSkipped: false },
  'gave-up': { kind: 'gave-up', problem },
  paused: { kind: 'paused' },
  continued: { kind: 'continued' },
  cancelled: { kind: 'cancelled' },
  renewed: { kind: 'renewed' },
  recovered: { kind: 'recovered' }
}

type Table = { readonly [E in UploadEvent['kind']]: { readonly [S in UploadState['kind']]?: UploadState } }

const first: UploadState = { kind: 'waiting', multipart: null, restart: null }
const failed: UploadState = { kind: 'failed', problem }
const cancelled: UploadState = { kind: 'cancelled' }

/** Where each event leads from the states that allow it. All other pairs are our own bugs. */
const allowed: Table = {
  'render-started': { waiting: states.rendering, retrying: states.rendering },
  rendered: { rendering: { ...first, restart } },
  started: {
    waiting: { kind: 'sending', multipart, restart, attempt: 0, problem: null },
    retrying: { kind: 'sending', multipart, restart, attempt: 3, problem }
  },
  opened: { sending: { ...states.sending, multipart: { ...multipart, uploadId: 'new' } } },
  progressed: { sending: { ...states.sending, attempt: 0, problem: null } },
  lost: {
    sending: { ...states.sending, multipart: null, restart: { problem: expired, times: 2 } },
    done: { ...first, restart }
  },
  interrupted: {
    sending: { kind: 'retrying', multipart, restart, attempt: 3, retryAtMs: 9, problem },
    proving: { kind: 'retrying', multipart: null, restart: null, attempt: 2, retryAtMs: 9, problem },
    rendering: { kind: 'retrying', multipart: null, restart, attempt: 1, retryAtMs: 9, problem }
  },
  sent: { sending: { kind: 'proving', etag: 'f', attempt: 2 } },
  proved: { sending: states.done, proving: states.done },
  met: { sending: states.conflict },
  'gave-up': { waiting: failed, rendering: failed, sending: failed, retrying: failed, proving: failed },
  paused: {
    waiting: states.paused,
    rendering: { kind: 'paused', multipart: null, restart },
    sending: states.paused,
    retrying: states.paused,
    proving: states.proving
  },
  continued: { paused: states.waiting },
  cancelled: {
    waiting: cancelled,
    rendering: cancelled,
    sending: cancelled,
    retrying: cancelled,
    paused: cancelled,
    proving: cancelled,
    conflict: cancelled,
    failed: cancelled
  },
  renewed: { retrying: states.waiting, failed: first, cancelled: first, conflict: first, skipped: first },
  recovered: { ...states, rendering: { ...first, restart }, sending: states.waiting }
}

const pairs = Object.values(events).flatMap((event) => Object.values(states).map((state) => ({ event, state })))

describe('transition', () => {
  it.each(pairs)('from $state.kind by $event.kind', ({ event, state }) => {
    const target = allowed[event.kind][state.kind]
    if (target) {
      expect(transition(state, event)).toEqual(target)
      expect(uploadStateSchema.parse(JSON.parse(JSON.stringify(target)))).toEqual(target)
    } else {
      expect(() => transition(state, event)).toThrow(expect.objectContaining({ code: 'internal' }))
    }
  })

  it('ends a conflict that is answered with "skip", and one that the rule skips', () => {
    const event = { kind: 'met', occupant, isSkipped: true } as const
    expect(transition(states.conflict, event)).toEqual(states.skipped)
    expect(transition(states.sending, event)).toEqual(states.skipped)
  })
})

const anyProblem = fc.constantFrom(problem, expired)
const anyEvent: fc.Arbitrary<UploadEvent> = fc.oneof(
  fc.constantFrom(...Object.values(events)),
  fc.record({ kind: fc.constant('interrupted' as const), retryAtMs: fc.nat(), problem: anyProblem }),
  fc.record({ kind: fc.constant('lost' as const), problem: anyProblem }),
  fc.record({ kind: fc.constant('sent' as const), etag: fc.string() }),
  fc.record({ kind: fc.constant('met' as const), occupant: fc.constant(occupant), isSkipped: fc.boolean() })
)

/** The states that a new upload passes through; what a state does not allow leaves it where it is. */
function* follow(order: ReadonlyArray<UploadEvent>) {
  let state = first
  for (const event of order) {
    const before = state
    try {
      state = transition(state, event)
    } catch (error) {
      expect(error).toMatchObject({ code: 'internal' })
      continue
    }
    yield { before, event, state }
  }
}

describe('transition, whatever comes in whatever order', () => {
  const order = fc.array(anyEvent, { maxLength: 60 })

  it('reaches done by a proof and by nothing else, and only while it was being sent or proved', () => {
    fc.assert(
      fc.property(order, (given) => {
        for (const { before, event, state } of follow(given)) {
          if (state.kind !== 'done' || before.kind === 'done') continue
          expect(event.kind).toBe('proved')
          expect(['sending', 'proving']).toContain(before.kind)
        }
      }),
      { numRuns: 2_000 }
    )
  })

  it('keeps to states that the catalog can write and read again', () => {
    fc.assert(
      fc.property(order, (given) => {
        for (const { state } of follow(given))
          expect(uploadStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state)
      })
    )
  })

  it('holds no multipart upload that the store never opened, or that was lost', () => {
    fc.assert(
      fc.property(order, (given) => {
        let open: unknown = null
        for (const { event, state } of follow(given)) {
          if (event.kind === 'opened') open = event.multipart
          if (event.kind === 'lost') open = null
          const holds = multipartOf(state)
          if (holds) expect(holds).toEqual(open)
        }
      }),
      { numRuns: 1_000 }
    )
  })

  it('counts every loss until it arrives, fails or begins anew', () => {
    fc.assert(
      fc.property(order, (given) => {
        for (const { before, event, state } of follow(given)) {
          if (event.kind === 'lost') expect(lossesOf(state)).toBe(lossesOf(before) + 1)
          else expect([0, lossesOf(before)]).toContain(lossesOf(state))
        }
      }),
      { numRuns: 1_000 }
    )
  })
})

describe('uploadStateSchema', () => {
  it('reads what the version before wrote, which knew of no restart and forgot the last problem', () => {
    const old = [
      [{ kind: 'waiting', multipart }, { restart: null }],
      [{ kind: 'rendering' }, { restart: null }],
      [
        { kind: 'sending', multipart: null, attempt: 1 },
        { restart: null, problem: null }
      ],
      [{ kind: 'retrying', multipart, attempt: 1, retryAtMs: 2, problem }, { restart: null }],
      [{ kind: 'paused', multipart }, { restart: null }],
      [{ kind: 'conflict', occupant: { sizeBytes: 1, etag: 'e', modifiedAtMs: 2, sha256: null } }, { occupant }]
    ] as const
    for (const [row, added] of old) expect(uploadStateSchema.parse(row)).toEqual({ ...row, ...added })
  })
})

describe('the kinds of states', () => {
  it('tell whether someone works on it and whether it is over', () => {
    const kinds = (is: (state: UploadState) => boolean) =>
      Object.values(states)
        .filter(is)
        .map(({ kind }) => kind)
    expect(kinds(isUnderWay)).toEqual(['rendering', 'sending', 'proving'])
    expect(kinds(isSettled)).toEqual(['done', 'conflict', 'skipped', 'failed', 'cancelled'])
  })
})
