import { describe, expect, it } from 'vitest'
import { FULL_SIZE_PX, ORIGINAL, type Rendition, WEB } from '../../shared/model/output.ts'
import { photoFacts } from '../transfer/testing/openRoom.ts'
import { frameNotes } from './frameNotes.ts'

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
const CARRIED = 'Copies are made of the picture that the RAW carries for showing; the RAW itself goes as it is.'

describe('frameNotes', () => {
  it('says of a RAW what its copies are made of, and nothing of copies where there are none', () => {
    expect(frameNotes(rawFacts, madeOf({}, null, null))).toEqual([CARRIED])
    expect(frameNotes(rawFacts, madeOf({}, 2048, 1365))).toEqual([CARRIED])
    expect(frameNotes(rawFacts, [original])).toEqual([])
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
