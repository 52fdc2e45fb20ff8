import { describe, expect, it } from 'vitest'
import { fakeFrame } from '../testing/fakeFrames.ts'
import { rowSentence, rowTone } from './rowSentence.ts'

describe('rowSentence', () => {
  it('says how long a file has been written, from the first second on', () => {
    const frame = fakeFrame(1, 'settling')
    const lasting = (lastedMs: number) => rowSentence(frame, 1_000_000 + lastedMs, 1_000_000)
    expect(lasting(400)).toBe('Still being written')
    expect(lasting(3_900)).toBe('Still being written, 3 s')
    expect(lasting(119_000)).toBe('Still being written, 119 s')
    expect(lasting(150_000)).toBe('Still being written, 2 min')
    expect(rowSentence(frame, 5_000, null)).toBe('Still being written')
  })

  it('calls what is only in the cloud by its name, and leaves all else as it is', () => {
    const problem = { code: 'file-elsewhere', detail: 'size without blocks' } as const
    const frame = { ...fakeFrame(1, 'failed'), problem }
    expect(rowSentence(frame, 0, null)).toBe('In the cloud only')
    expect(rowTone(frame)).toBe('warn')
    expect(rowTone(fakeFrame(1, 'failed'))).toBe('bad')
    expect(rowSentence(fakeFrame(1, 'failed'), 0, null)).toBe('Not sent: the file is empty')
    expect(rowSentence(fakeFrame(1, 'done'), 0, 0)).toBe('In the bucket, proved')
  })
})
