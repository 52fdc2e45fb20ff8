import { describe, expect, it } from 'vitest'
import { formatCaptureTime, parseCaptureTime } from './captureTime.ts'

describe('parseCaptureTime', () => {
  const read = (text: string, offset?: string) => {
    const time = parseCaptureTime(text, offset)
    return time && formatCaptureTime(time)
  }

  it('reads EXIF time as wall-clock time without a zone', () => {
    expect(read('2026:11:21 15:42:10')).toBe('2026-11-21T15:42:10')
  })

  it('takes the zone from the tag beside it', () => {
    expect(read('2026:11:21 15:42:10', '+01:00')).toBe('2026-11-21T15:42:10+01:00')
  })

  it('reads XMP with fraction and zone, and prefers that zone', () => {
    expect(parseCaptureTime('2014-10-31T13:32:37.539-03:30', '+01:00')).toEqual({
      local: '2014-10-31T13:32:37',
      offset: '-03:30',
      subSeconds: '539'
    })
    expect(read('2014-10-31T13:32Z')).toBe('2014-10-31T13:32:00Z')
  })

  it.each([
    '',
    '    :  :     :  :  ',
    '0000:00:00 00:00:00',
    '2026:02:31 10:00:00',
    '2026:13:01 10:00:00',
    '2026-11-21'
  ])('takes %j for no moment', (text) => expect(parseCaptureTime(text)).toBeNull())

  it('drops a zone that no place has', () => {
    expect(read('2026:11:21 15:42:10', '+99:00')).toBe('2026-11-21T15:42:10')
  })
})
