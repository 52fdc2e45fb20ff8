import { describe, expect, it } from 'vitest'
import { wallClockOf } from './wallClock.ts'

const midday = new Date(2026, 4, 9, 12, 3, 4) // in this computer's zone, as a file browser would show it
const mtimeNs = BigInt(midday.getTime()) * 1_000_000n

describe('wallClockOf', () => {
  it.each(['2025-12-31T23:59:58', '2025-12-31T23:59:58+09:00', '2025-12-31T23:59:58.120Z'])(
    "reads %s as the camera's clock showed it",
    (capturedAt) => {
      expect(wallClockOf(capturedAt, mtimeNs)).toEqual({
        yyyy: '2025',
        MM: '12',
        dd: '31',
        HH: '23',
        mm: '59',
        ss: '58'
      })
    }
  )

  it.each([null, '', '0000-00-00T00:00:00', '2025-02-30T10:00:00', '2025-13-01T10:00:00', 'yesterday'])(
    "takes the file's date where the camera says %j",
    (capturedAt) => {
      expect(wallClockOf(capturedAt, mtimeNs)).toEqual({
        yyyy: '2026',
        MM: '05',
        dd: '09',
        HH: '12',
        mm: '03',
        ss: '04'
      })
    }
  )
})
