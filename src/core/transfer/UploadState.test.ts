import { describe, expect, it } from 'vitest'
import {
  isSettled,
  isUnderWay,
  transition,
  type UploadEvent,
  type UploadState,
  uploadStateSchema
} from './UploadState.ts'

const multipart = { key: 'a.jpg', uploadId: 'u', partBytes: 8_388_608 }
const problem = { code: 'network', detail: 'The line broke' } as const
const occupant = { sizeBytes: 1, etag: 'e', modifiedAtMs: 2, sha256: null }
const proof = { sizeBytes: 1, sha256: 's', etag: 'e', provedAtMs: 3, how: 'sent' } as const

const states: { readonly [K in UploadState['kind']]: UploadState & { kind: K } } = {
  waiting: { kind: 'waiting', multipart },
  rendering: { kind: 'rendering' },
  sending: { kind: 'sending', multipart, attempt: 2 },
  retrying: { kind: 'retrying', multipart, attempt: 3, retryAtMs: 4, problem },
  paused: { kind: 'paused', multipart },
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
  restarted: { kind: 'restarted' },
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

const waiting: UploadState = { kind: 'waiting', multipart: null }
const failed: UploadState = { kind: 'failed', problem }
const cancelled: UploadState = { kind: 'cancelled' }

/** Where each event leads from the states that allow it. All other pairs are our own bugs. */
const allowed: Table = {
  'render-started': { waiting: { kind: 'rendering' }, retrying: { kind: 'rendering' } },
  rendered: { rendering: waiting },
  started: {
    waiting: { kind: 'sending', multipart, attempt: 0 },
    retrying: { kind: 'sending', multipart, attempt: 3 }
  },
  opened: { sending: { kind: 'sending', multipart: { ...multipart, uploadId: 'new' }, attempt: 2 } },
  restarted: { sending: { kind: 'sending', multipart: null, attempt: 2 } },
  interrupted: {
    sending: { kind: 'retrying', multipart, attempt: 3, retryAtMs: 9, problem },
    proving: { kind: 'retrying', multipart: null, attempt: 2, retryAtMs: 9, problem },
    rendering: { kind: 'retrying', multipart: null, attempt: 1, retryAtMs: 9, problem }
  },
  sent: { sending: { kind: 'proving', etag: 'f', attempt: 2 } },
  proved: { sending: states.done, proving: states.done },
  met: { sending: states.conflict },
  'gave-up': { waiting: failed, rendering: failed, sending: failed, retrying: failed, proving: failed },
  paused: {
    waiting: states.paused,
    rendering: { kind: 'paused', multipart: null },
    sending: states.paused,
    retrying: states.paused,
    proving: states.proving
  },
  continued: { paused: { kind: 'waiting', multipart } },
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
  renewed: {
    retrying: { kind: 'waiting', multipart },
    failed: waiting,
    cancelled: waiting,
    conflict: waiting,
    skipped: waiting
  },
  recovered: { ...states, rendering: waiting, sending: { kind: 'waiting', multipart } }
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
