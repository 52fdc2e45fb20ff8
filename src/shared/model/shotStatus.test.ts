import { describe, expect, it } from 'vitest'
import { frameStatuses } from './frame.ts'
import { shotStatus } from './shotStatus.ts'

describe('shotStatus', () => {
  it('is that of the frame where all are alike', () => {
    for (const status of frameStatuses) expect(shotStatus([status, status])).toBe(status)
  })

  it('is done only when all is that goes', () => {
    expect(shotStatus(['done', 'cancelled'])).toBe('done')
    expect(shotStatus(['done', 'waiting'])).toBe('waiting')
    expect(shotStatus(['done', 'paused'])).toBe('paused')
    expect(shotStatus(['working', 'waiting'])).toBe('working')
  })

  it('shows what needs a person before all else', () => {
    expect(shotStatus(['failed', 'working', 'waiting'])).toBe('failed')
    expect(shotStatus(['failed', 'done'])).toBe('attention')
    expect(shotStatus(['attention', 'working'])).toBe('attention')
  })
})
