import { describe, expect, it } from 'vitest'
import { formatCapture } from './frameFacts.ts'

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
