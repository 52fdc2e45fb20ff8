import { describe, expect, it } from 'vitest'
import type { FrameView, Proof, Totals, UploadView } from '../model/frame.ts'
import { frameStatuses, uploadStatuses } from '../model/frame.ts'
import { countOf, frameProgress, frameSentence, totalsSentence, uploadSentence } from './stateWords.ts'

const NOW_MS = 1_795_000_000_000
const sent: Proof = { sizeBytes: 1000, sha256: 'ab', etag: 'cd', provedAtMs: NOW_MS, how: 'sent' }

function upload(change: Partial<UploadView> = {}): UploadView {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    outputId: 'original',
    status: 'waiting',
    key: null,
    sizeBytes: 1000,
    sentBytes: 0,
    parts: null,
    widthPx: null,
    heightPx: null,
    contentType: null,
    attempt: 0,
    retryAtMs: null,
    problem: null,
    restart: null,
    occupant: null,
    proof: null,
    ...change
  }
}

function frame(status: FrameView['status'], ...uploads: UploadView[]): FrameView {
  return {
    id: '00000000-0000-4000-8000-000000000002',
    collectionId: '00000000-0000-4000-8000-000000000003',
    name: 'DSC_0414.NEF',
    folder: '',
    path: '/photos/DSC_0414.NEF',
    kind: 'raw',
    sizeBytes: 1000,
    status,
    problem: null,
    notes: [],
    previewUrl: null,
    uploads
  }
}

describe('frameSentence', () => {
  it('counts parts while there are several', () => {
    const sending = upload({ status: 'sending', parts: { done: 3, total: 12 }, sentBytes: 300 })
    expect(frameSentence(frame('working', sending), NOW_MS)).toBe('Sending, 3 of 12 parts')
  })

  it('counts per cent where there is one part, and never says 100 before the proof', () => {
    expect(frameSentence(frame('working', upload({ status: 'sending', sentBytes: 429 })), NOW_MS)).toBe('Sending, 42 %')
    expect(frameSentence(frame('working', upload({ status: 'sending', sentBytes: 1000 })), NOW_MS)).toBe(
      'Sending, 99 %'
    )
  })

  it('does not divide by a size that is unknown or nothing', () => {
    expect(frameSentence(frame('working', upload({ status: 'sending', sizeBytes: null })), NOW_MS)).toBe('Sending')
    expect(frameSentence(frame('working', upload({ status: 'sending', sizeBytes: 0 })), NOW_MS)).toBe('Sending')
  })

  it('speaks of what is being sent before what is being rendered', () => {
    const rendering = upload({ outputId: 'web', status: 'rendering' })
    expect(frameSentence(frame('working', rendering), NOW_MS)).toBe('Rendering web')
    expect(frameSentence(frame('working', rendering, upload({ status: 'sending' })), NOW_MS)).toBe('Sending')
  })

  it('counts the pause before the next try down, in words that fit its length', () => {
    const retrying = (inMs: number) => upload({ status: 'retrying', attempt: 2, retryAtMs: NOW_MS + inMs })
    expect(frameSentence(frame('working', retrying(7_200)), NOW_MS)).toBe('Trying again in 8 s (3rd try)')
    expect(frameSentence(frame('working', retrying(300_000)), NOW_MS)).toBe('Trying again in 5 min (3rd try)')
    expect(frameSentence(frame('working', retrying(-1)), NOW_MS)).toBe('Trying again (3rd try)')
  })

  it('says done only with its proof, and says where nothing had to be sent', () => {
    expect(frameSentence(frame('done', upload({ status: 'done', proof: sent })), NOW_MS)).toBe('In the bucket, proved')
    const found = upload({ status: 'done', proof: { ...sent, how: 'found' } })
    expect(frameSentence(frame('done', found), NOW_MS)).toBe('Already in the bucket, proved')
    expect(frameSentence(frame('done', upload({ status: 'skipped' })), NOW_MS)).toMatch(/^Skipped/)
  })

  it('says what of a damaged picture arrived and what did not', () => {
    const damaged = { code: 'picture-damaged', detail: 'VipsJpeg: premature end' } as const
    const uploads = [
      upload({ status: 'done', proof: sent }),
      upload({ outputId: 'web', status: 'failed', problem: damaged })
    ]
    expect(frameSentence(frame('attention', ...uploads), NOW_MS)).toBe('Cut off or damaged: original sent, no web copy')
  })

  it('puts an open question before everything else', () => {
    expect(frameSentence(frame('attention', upload({ status: 'conflict' })), NOW_MS)).toBe(
      'Needs you: something else has this name'
    )
  })

  it('says of a question why it is asked where the rule would have replaced what is there', () => {
    const occupant = { sizeBytes: 9_000_000, etag: 'e', modifiedAtMs: NOW_MS, sha256: null, reason: 'shrinks' } as const
    const asked = upload({ status: 'conflict', occupant })
    expect(uploadSentence(asked, NOW_MS)).toBe('Needs you: what would be replaced is over ten times larger')
    expect(frameSentence(frame('attention', asked), NOW_MS)).toBe(uploadSentence(asked, NOW_MS))
    const other = upload({ status: 'conflict', occupant: { ...occupant, reason: 'other' } })
    expect(uploadSentence(other, NOW_MS)).toBe('Needs you: something else has this name')
  })

  it('gives the reason when nothing arrived', () => {
    const failed = { ...frame('failed'), problem: { code: 'file-empty', detail: '' } as const }
    expect(frameSentence(failed, NOW_MS)).toBe('Not sent: the file is empty')
  })

  it.each(frameStatuses)('has words for a frame that is %s and has no uploads yet', (status) => {
    expect(frameSentence(frame(status), NOW_MS)).toMatch(/^[A-Z][^!]+$/)
  })

  it.each(uploadStatuses)('has words for an upload that is %s', (status) => {
    expect(uploadSentence(upload({ status }), NOW_MS)).toMatch(/^[A-Z][^!]+$/)
  })
})

describe('frameProgress', () => {
  it('adds up the outputs and counts what is being proved as sent', () => {
    const half = frame('working', upload({ status: 'proving' }), upload({ outputId: 'web', status: 'waiting' }))
    expect(frameProgress(half)).toBe(0.5)
  })

  it('leaves room for a rendition that is not made yet', () => {
    const rendering = upload({ outputId: 'web', status: 'rendering', sizeBytes: null })
    expect(frameProgress(frame('working', upload({ status: 'done' }), rendering))).toBeLessThan(0.9)
  })

  it('is nothing where a bar would say nothing', () => {
    expect(frameProgress(frame('done', upload({ status: 'done' })))).toBeNull()
    expect(frameProgress(frame('working', upload({ sizeBytes: null })))).toBeNull()
  })
})

describe('totalsSentence', () => {
  const totals: Totals = {
    collectionId: null,
    frames: 1204,
    waiting: 0,
    working: 0,
    done: 862,
    needsYou: 1,
    cancelled: 4,
    totalBytes: 0,
    doneBytes: 0,
    bytesPerSecond: 0,
    secondsLeft: null,
    limitBytesPerSecond: null,
    hold: null
  }

  it('leaves the cancelled out and keeps one from needing in the plural', () => {
    expect(totalsSentence(totals)).toBe('862 of 1,200 in the bucket, 1 needs you')
    expect(totalsSentence({ ...totals, needsYou: 3 })).toBe('862 of 1,200 in the bucket, 3 need you')
  })

  it('says when all is there, and when there is nothing', () => {
    expect(totalsSentence({ ...totals, done: 1200, needsYou: 0 })).toBe('All 1,200 in the bucket, proved')
    expect(totalsSentence({ ...totals, frames: 0, cancelled: 0, done: 0 })).toBe('Nothing in the queue')
  })
})

describe('countOf', () => {
  it('counts one and many', () => {
    expect(countOf(1, 'photo')).toBe('1 photo')
    expect(countOf(1204, 'photo')).toBe('1,204 photos')
    expect(countOf(0, 'copy', 'copies')).toBe('0 copies')
  })
})
