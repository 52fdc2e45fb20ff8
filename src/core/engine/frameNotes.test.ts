import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../shared/errors.ts'
import { FULL_SIZE_PX, ORIGINAL, type Output, type Rendition, WEB } from '../../shared/model/output.ts'
import { photoFacts } from '../transfer/testing/openRoom.ts'
import { frameNotes, NOT_CLEANED_NOTE } from './frameNotes.ts'

const rawFacts = {
  ...photoFacts,
  kind: 'raw',
  contentType: 'image/x-nikon-nef',
  widthPx: 6000,
  heightPx: 4000
} as const
const original = { output: ORIGINAL, widthPx: 6000, heightPx: 4000 }
const madeOf = (change: Partial<Rendition>, widthPx: number | null, heightPx: number | null) => [
  original,
  { output: { ...WEB, ...change }, widthPx, heightPx }
]
const WITHOUT_POSITION: Output = { kind: 'original', id: 'original', removesPosition: true }
const CARRIED = 'Copies are made of the picture that the RAW carries for showing; the RAW itself goes as it is.'

describe('frameNotes', () => {
  it('says of a RAW what its copies are made of, and nothing of copies where there are none', () => {
    expect(frameNotes(rawFacts, madeOf({}, null, null))).toEqual([CARRIED])
    expect(frameNotes(rawFacts, madeOf({}, 2048, 1365))).toEqual([CARRIED])
    expect(frameNotes(rawFacts, [original])).toEqual([])
    const copies = madeOf({}, 2048, 1365).slice(1)
    const removed = { output: WITHOUT_POSITION, widthPx: 6000, heightPx: 4000 }
    const alone = 'Copies are made of the picture that the RAW carries for showing.'
    expect(frameNotes(rawFacts, copies)).toEqual([alone])
    expect(frameNotes({ ...rawFacts, hasPosition: true }, [removed, ...copies])).toEqual([
      'Goes without its position.',
      alone
    ])
  })

  it('says how small the picture within a RAW is, once, where a copy came out smaller than asked', () => {
    const small = 'That picture is only 1616 × 1080 px.'
    expect(frameNotes(rawFacts, madeOf({}, 1616, 1080))).toEqual([CARRIED, small])
    expect(frameNotes(rawFacts, madeOf({ longEdgePx: FULL_SIZE_PX }, 1616, 1080))).toEqual([CARRIED, small])
    const box = { widthPx: 2000, heightPx: 2000, fit: 'fit' } as const
    expect(frameNotes(rawFacts, madeOf({ box }, 1616, 1080))).toEqual([CARRIED, small])
    const twice = [...madeOf({}, 1616, 1080), ...madeOf({ id: 'print', longEdgePx: 4096 }, 1616, 1080)]
    expect(frameNotes(rawFacts, twice)).toEqual([CARRIED, small])
  })

  it('does not take a cropped, an enlarged or an almost whole copy for a small picture', () => {
    const fill = { widthPx: 2000, heightPx: 2000, fit: 'fill' } as const
    expect(frameNotes(rawFacts, madeOf({ box: fill }, 1080, 1080))).toEqual([CARRIED])
    expect(frameNotes(rawFacts, madeOf({ enlarges: true }, 1616, 1080))).toEqual([CARRIED])
    expect(frameNotes(rawFacts, madeOf({ longEdgePx: FULL_SIZE_PX }, 5968, 3976))).toEqual([CARRIED])
    expect(frameNotes(rawFacts, madeOf({ box: { ...fill, fit: 'fit' } }, 2000, 1333))).toEqual([CARRIED])
  })

  it('says of what was taken in a privacy zone whether anything that goes tells where', () => {
    const removed = { output: WITHOUT_POSITION, widthPx: 300, heightPx: 200 }
    const telling = madeOf({ metadata: 'rights', keepsPosition: true }, 300, 200).slice(1)
    expect(frameNotes(photoFacts, [original], ['home'])).toEqual(['Taken within home; what is sent tells where.'])
    expect(frameNotes(photoFacts, [removed, ...telling], ['home'])).toEqual([
      'Taken within home; what is sent tells where.'
    ])
    expect(frameNotes(photoFacts, [removed, ...madeOf({}, 300, 200).slice(1)], ['home', 'studio'])).toEqual([
      'Taken within home and studio.'
    ])
    const nothing = madeOf({ metadata: 'nothing', keepsPosition: true }, 300, 200).slice(1)
    expect(frameNotes(photoFacts, nothing, ['home'])).toEqual(['Taken within home.'])
  })

  it('says of an original without its position that it goes so or went so, and leaves it to its problem where it did not', () => {
    const removed = { output: WITHOUT_POSITION, widthPx: 300, heightPx: 200 }
    const placed = { ...photoFacts, hasPosition: true }
    const proof = { sizeBytes: 1, sha256: 'a', etag: 'b', provedAtMs: 1, how: 'sent' } as const
    const failed = (code: ErrorCode) =>
      ({ ...removed, state: { kind: 'failed', problem: { code, detail: '' } } }) as const
    expect(frameNotes(placed, [removed])).toEqual(['Goes without its position.'])
    expect(frameNotes(photoFacts, [removed])).toEqual([])
    expect(frameNotes(placed, [original])).toEqual([])
    expect(frameNotes(placed, [{ ...removed, state: { kind: 'done', proof } }])).toEqual(['Sent without its position.'])
    expect(frameNotes(placed, [failed('position-stays')])).toEqual([])
    for (const code of ['render-crashed', 'render-timeout', 'picture-too-large'] as const) {
      expect(frameNotes(placed, [failed(code)])).toEqual([NOT_CLEANED_NOTE])
    }
    expect(frameNotes(placed, [failed('access-denied')])).toEqual(['Goes without its position.'])
  })

  it('says what becomes of HDR, of a false name and of a missing time', () => {
    const copies = madeOf({}, 300, 200)
    expect(frameNotes({ ...photoFacts, hdr: 'gain-map' }, copies)).toEqual(['Its HDR part stays with the original.'])
    expect(frameNotes({ ...photoFacts, hdr: 'pq-or-hlg' }, copies)).toEqual(['HDR colours: no copies are made.'])
    const mismatch = { named: 'png', is: 'jpg' }
    expect(frameNotes({ ...photoFacts, mismatch, capturedAt: null }, copies)).toEqual([
      'Named .png, but the content is jpg. It is sent as what it is.',
      'No capture time inside: the date of the file is used.'
    ])
    expect(frameNotes(null, copies)).toEqual([])
  })
})
