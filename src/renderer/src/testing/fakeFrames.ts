import type { FrameStatus, FrameView, Occupant, QueueFilter, Totals, UploadView } from '../../../shared/model/frame.ts'

export const LAKE_WEDDING = fakeId(0xc1)
export const STUDIO_TETHER = fakeId(0xc2)
export const CARD_READER = fakeId(0xc3)

/** A valid UUID made of a number, so tests can name things. */
export function fakeId(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
}

const SIZES_MB = [24.1, 22.8, 25, 23.7, 24.4, 26.2, 24, 23.9, 4.1, 22.2, 25.7]
/** How the first rows stand, so that one screen shows every state; what follows is done or waiting. */
const FIRST_STATES = [
  'done',
  'done',
  'sending-parts',
  'sending',
  'rendering',
  'conflict',
  'found',
  'retrying',
  'damaged',
  'proving',
  'settling',
  'paused',
  'failed',
  'cancelled',
  'waiting'
] as const
type FakeState = (typeof FIRST_STATES)[number]

const STATUSES: Readonly<Record<FakeState, FrameStatus>> = {
  done: 'done',
  found: 'done',
  'sending-parts': 'working',
  sending: 'working',
  rendering: 'working',
  retrying: 'working',
  proving: 'working',
  conflict: 'attention',
  damaged: 'attention',
  settling: 'settling',
  paused: 'paused',
  failed: 'failed',
  cancelled: 'cancelled',
  waiting: 'waiting'
}

/** What stands at the key of a frame in conflict. */
export const FAKE_OCCUPANT: Occupant = {
  sizeBytes: 21_400_000,
  etag: 'occupant',
  modifiedAtMs: Date.UTC(2026, 9, 30, 9, 12),
  sha256: null,
  reason: 'other'
}

/** One row of the queue as the engine would tell it. */
export function fakeFrame(index: number, state: FakeState, previewUrl: string | null = null): FrameView {
  const name = index === 4 ? 'Hochzeit Müller — Überraschungsgäste am See, 結婚式, панорама 0416.NEF' : fakeName(index)
  const sizeBytes = Math.round((SIZES_MB[index % SIZES_MB.length] ?? 24) * 1e6)
  return {
    id: fakeId(index + 1),
    collectionId: LAKE_WEDDING,
    name,
    folder: index % 7 === 3 ? 'ceremony/second camera' : '',
    path: `/home/ana/Pictures/Lake wedding/${name}`,
    kind: 'raw',
    sizeBytes,
    status: STATUSES[state],
    problem: state === 'failed' ? { code: 'file-empty', detail: 'size 0 at 2026-11-21T15:44:02Z' } : null,
    notes: index === 6 ? ['A JPEG named .NEF: sent as image/jpeg'] : [],
    previewUrl: state === 'settling' ? null : previewUrl,
    uploads: state === 'settling' || state === 'failed' ? [] : fakeUploads(index, state, name, sizeBytes)
  }
}

/** The queue of a day: every state at the top, then mostly done, then waiting. */
export function fakeFrames(count: number, previews: ReadonlyArray<string>): FrameView[] {
  const doneUntil = Math.round(count * 0.72)
  return Array.from({ length: count }, (_, index) => {
    const state = FIRST_STATES[index] ?? (index < doneUntil ? 'done' : 'waiting')
    return fakeFrame(index, state, previews[index % Math.max(1, previews.length)] ?? null)
  })
}

/** A picture as a camera writes it that is rated elsewhere: RAW, JPEG and sidecar, one shot. */
export function fakeShot(index: number, ...states: readonly [FakeState, FakeState, FakeState]): FrameView[] {
  const stem = `IMG_${String(100 + index).padStart(4, '0')}`
  const files = [
    ['CR3', 'raw'],
    ['JPG', 'photo'],
    ['xmp', 'sidecar']
  ] as const
  return files.map(([extension, kind], member) => {
    const name = `${stem}.${extension}`
    const frame = fakeFrame(1000 + index * files.length + member, states[member] ?? 'waiting')
    return {
      ...frame,
      name,
      kind,
      folder: '',
      path: `/home/ana/Pictures/Lake wedding/${name}`,
      shot: { key: stem.toLowerCase(), name: stem, frames: files.length }
    }
  })
}

export function passes(frame: FrameView, filter: QueueFilter): boolean {
  if (frame.leftOut !== undefined) return filter === 'all'
  switch (filter) {
    case 'all':
      return true
    case 'waiting':
      return frame.status === 'waiting' || frame.status === 'settling' || frame.status === 'paused'
    case 'needs-you':
      return frame.status === 'attention' || frame.status === 'failed'
    default:
      return frame.status === filter
  }
}

export function fakeTotals(collectionId: string | null, frames: ReadonlyArray<FrameView>): Totals {
  const count = (filter: QueueFilter) => frames.filter((frame) => passes(frame, filter)).length
  const bytes = (kept: (frame: FrameView) => boolean) =>
    frames.filter(kept).reduce((sum, frame) => sum + frame.sizeBytes, 0)
  return {
    collectionId,
    frames: frames.length,
    waiting: count('waiting'),
    working: count('working'),
    done: count('done'),
    needsYou: count('needs-you'),
    cancelled: count('cancelled'),
    totalBytes: bytes(({ status }) => status !== 'cancelled'),
    doneBytes: bytes(({ status }) => status === 'done'),
    bytesPerSecond: count('working') > 0 ? 38.2e6 : 0,
    secondsLeft: count('working') > 0 ? 660 : null,
    limitBytesPerSecond: null,
    hold: null
  }
}

function fakeName(index: number): string {
  return `DSC_${String(412 + index).padStart(4, '0')}.NEF`
}

function fakeUploads(index: number, state: FakeState, name: string, sizeBytes: number): UploadView[] {
  const stem = name.replace(/\.NEF$/, '')
  const base: UploadView = {
    id: fakeId(0x10000 + index * 2),
    outputId: 'original',
    status: 'waiting',
    key: `2026-11-21/${stem}-original.nef`,
    sizeBytes,
    sentBytes: 0,
    parts: null,
    widthPx: 4608,
    heightPx: 3072,
    contentType: 'image/x-nikon-nef',
    attempt: 0,
    retryAtMs: null,
    problem: null,
    restart: null,
    occupant: null,
    proof: null
  }
  const web: UploadView = {
    ...base,
    id: fakeId(0x10000 + index * 2 + 1),
    outputId: 'web',
    key: `2026-11-21/${stem}-web.webp`,
    sizeBytes: 412_000,
    widthPx: 2048,
    heightPx: 1365,
    contentType: 'image/webp'
  }
  switch (state) {
    case 'done':
    case 'found':
      return [proved(base, state), proved(web, state)]
    case 'sending-parts':
      return [{ ...base, status: 'sending', parts: { done: 3, total: 4 }, sentBytes: sizeBytes * 0.68 }, proved(web)]
    case 'sending':
      return [{ ...base, status: 'sending', sentBytes: Math.round(sizeBytes * 0.42) }, proved(web)]
    case 'rendering':
      return [base, { ...web, status: 'rendering', sizeBytes: null }]
    case 'proving':
      return [{ ...base, status: 'proving', sentBytes: sizeBytes }, proved(web)]
    case 'retrying':
      return [
        {
          ...base,
          status: 'retrying',
          attempt: 2,
          retryAtMs: Date.now() + 8_000,
          sentBytes: 9e6,
          problem: { code: 'network', detail: 'read ECONNRESET' }
        },
        proved(web)
      ]
    case 'conflict':
      return [
        {
          ...base,
          status: 'conflict',
          problem: { code: 'conflict', detail: `${base.key}: 412` },
          occupant: { ...FAKE_OCCUPANT, etag: `occupant-${index}` }
        },
        proved(web)
      ]
    case 'damaged':
      return [
        proved(base),
        { ...web, status: 'failed', sizeBytes: null, problem: { code: 'picture-damaged', detail: 'premature end' } }
      ]
    case 'paused':
      return [{ ...base, status: 'paused', sentBytes: 11e6 }, proved(web)]
    case 'cancelled':
      return [
        { ...base, status: 'cancelled' },
        { ...web, status: 'cancelled' }
      ]
    default:
      return [base, web]
  }
}

function proved(upload: UploadView, state: FakeState = 'done'): UploadView {
  const sizeBytes = upload.sizeBytes ?? 0
  return {
    ...upload,
    status: 'done',
    sentBytes: sizeBytes,
    proof: {
      sizeBytes,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      etag: 'd41d8cd98f00b204e9800998ecf8427e',
      provedAtMs: Date.UTC(2026, 10, 21, 15, 3),
      how: state === 'found' ? 'found' : 'sent'
    }
  }
}
