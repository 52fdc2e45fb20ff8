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
