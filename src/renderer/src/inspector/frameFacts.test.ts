import { describe, expect, it } from 'vitest'
import type { FrameDetail } from '../../../shared/model/frame.ts'
import { ORIGINAL, type Output, WEB } from '../../../shared/model/output.ts'
import { fakeFrame } from '../testing/fakeFrames.ts'
import { formatCapture, frameFacts } from './frameFacts.ts'

const detail: FrameDetail = {
  frame: fakeFrame(0, 'failed'),
  widthPx: 4608,
  heightPx: 3072,
  capturedAt: '2026-11-21T15:42:10+01:00',
  camera: null,
  lens: null,
  exposure: null,
  creator: null,
  copyright: null,
  hasPosition: true,
  position: null,
  rating: null,
  label: null,
  keywords: [],
  durationSeconds: null,
  sha256: null,
  accountName: 'Studio',
  bucket: 'clients'
}
const factOf = (label: string, change: Partial<FrameDetail>, outputs: ReadonlyArray<Output>) =>
  frameFacts({ ...detail, ...change }, outputs).find((fact) => fact.label === label)?.value ?? null

describe('frameFacts', () => {
  it('says whether the position goes along, with the original and with copies', () => {
    const keeping = { ...WEB, id: 'map', keepsPosition: true }
    const position = (...outputs: Output[]) => factOf('Position', {}, outputs)
    expect(position(ORIGINAL, WEB)).toBe('Inside: copies lose it, the original goes with it')
    expect(position(WEB)).toBe('Inside: copies lose it, the original is not sent')
    expect(position(ORIGINAL)).toBe('Inside: the original goes with it')
    expect(position(WEB, keeping)).toBe('Inside: map keeps it, other copies lose it, the original is not sent')
    expect(position(keeping, ORIGINAL)).toBe('Inside: copies keep it, the original goes with it')
    expect(factOf('Position', { hasPosition: false }, [ORIGINAL, WEB])).toBeNull()
  })

  it('speaks of what was made of the frame, where the rules have changed since', () => {
    const frame = fakeFrame(0, 'done')
    const later = { ...WEB, id: 'later', keepsPosition: true }
    expect(factOf('Position', { frame }, [ORIGINAL, WEB, later])).toBe(
      'Inside: copies lose it, the original goes with it'
    )
  })

  it('says where the original goes without it', () => {
    const clean = { ...ORIGINAL, removesPosition: true } as const
    expect(factOf('Position', {}, [clean, WEB])).toBe('Inside: copies lose it, the original goes as a copy without it')
  })

  it('draws the rating, and says it to who cannot see it', () => {
    const ratingOf = (rating: number | null) =>
      frameFacts({ ...detail, rating }, []).find(({ label }) => label === 'Rating')
    expect(ratingOf(4)).toEqual({ label: 'Rating', value: '★★★★☆', spoken: '4 of 5 stars' })
    expect(ratingOf(5)?.value).toBe('★★★★★')
    expect(ratingOf(-1)).toEqual({ label: 'Rating', value: 'Rejected' })
    expect(ratingOf(null)).toBeUndefined()
  })

  it('names the place, its zones, the label, the keywords and the length of a film', () => {
    const position = { latitude: 57.70887, longitude: -11.9 }
    expect(factOf('Place', { position }, [])).toBe('57.70887, -11.90000')
    const frame = { ...detail.frame, zones: ['home', 'studio'] }
    expect(factOf('Place', { position, frame }, [])).toBe('57.70887, -11.90000, in home and studio')
    expect(factOf('Label', { label: 'Green' }, [])).toBe('Green')
    expect(factOf('Keywords', { keywords: ['harbour', 'winter'] }, [])).toBe('harbour, winter')
    for (const [durationSeconds, words] of [
      [0.2, '0:00'],
      [7.4, '0:07'],
      [59.6, '1:00'],
      [750, '12:30'],
      [3725, '1:02:05']
    ] as const)
      expect(factOf('Length', { durationSeconds }, [])).toBe(words)
  })

  it('has no line for what is not known', () => {
    expect(factOf('Taken', {}, [])).toBe('21 Nov 2026, 15:42 +01:00')
    expect(frameFacts({ ...detail, capturedAt: null, widthPx: null }, []).map(({ label }) => label)).toEqual([
      'Position',
      'Bucket'
    ])
  })
})

describe('formatCapture', () => {
  it('shows the camera’s own clock, with its offset where it wrote one', () => {
    expect(formatCapture('2026-11-21T15:42:10+01:00')).toBe('21 Nov 2026, 15:42 +01:00')
    expect(formatCapture('2026-11-21T23:59:59')).toBe('21 Nov 2026, 23:59')
    expect(formatCapture('2026-11-21T15:42:10Z')).toBe('21 Nov 2026, 15:42 UTC')
  })

  it('leaves what it cannot read as it is', () => {
    for (const text of ['', 'yesterday', '2026-13-45T10:00:00']) expect(formatCapture(text)).toBe(text)
  })
})
