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

  it('believes the engine, which saw the file before this window did', () => {
    const frame = { ...fakeFrame(1, 'settling'), settlingSinceMs: 10_000 }
    expect(rowSentence(frame, 13_500, 13_000)).toBe('Still being written, 3 s')
    expect(rowSentence(frame, 13_500, null)).toBe('Still being written, 3 s')
  })

  it('says why the rules leave a frame out, and that only once', () => {
    const leftOut = (reason: string) => rowSentence({ ...fakeFrame(1, 'cancelled'), leftOut: reason }, 0, null)
    expect(leftOut('It has no colour label.')).toBe('Left out: It has no colour label')
    expect(leftOut('Left out by the pattern *.csv.')).toBe('Left out by the pattern *.csv')
  })

  it('names the quiet hours that an original waits for, but tells first what of it goes now', () => {
    const waiting = { ...fakeFrame(1, 'waiting'), waitsForQuiet: true } as const
    expect(rowSentence(waiting, 0, null, '22:00–06:00')).toBe('Waits for the quiet hours (22:00–06:00)')
    expect(rowSentence(waiting, 0, null)).toBe('Waits for the quiet hours')
    const rendering = { ...fakeFrame(1, 'rendering'), waitsForQuiet: true } as const
    expect(rowSentence(rendering, 0, null, '22:00–06:00')).toBe('Rendering web')
  })
})
