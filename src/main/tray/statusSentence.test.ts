import { describe, expect, it } from 'vitest'
import type { Totals } from '../../shared/model/frame.ts'
import { statusSentence } from './statusSentence.ts'

const idle: Totals = {
  collectionId: null,
  frames: 1_300,
  waiting: 0,
  working: 0,
  done: 1_300,
  needsYou: 0,
  cancelled: 0,
  totalBytes: 10,
  doneBytes: 10,
  bytesPerSecond: 0,
  secondsLeft: null,
  limitBytesPerSecond: null,
  hold: null
}

describe('statusSentence', () => {
  it.each<[string, Partial<Totals>]>([
    ['All in the bucket', {}],
    ['Nothing to send', { frames: 0, done: 0 }],
    ['Sending, 1,204 frames to go', { waiting: 1_200, working: 4 }],
    ['Sending, 1 frame to go, 40 s left', { working: 1, secondsLeft: 40 }],
    ['Paused, 7 frames to go', { waiting: 7, hold: 'paused' }],
    ['Held: no network, 7 frames to go', { waiting: 7, hold: 'offline' }],
    ['Held: the bucket asked for a pause, 7 frames to go', { waiting: 7, hold: 'resting' }],
    ['All in the bucket', { hold: 'paused' }],
    ['1 frame needs you', { needsYou: 1 }],
    ['12 frames need you', { needsYou: 12 }]
  ])('says "%s" for %j', (sentence, part) => {
    expect(statusSentence({ ...idle, ...part }, 'running')).toBe(sentence)
  })

  it('speaks of the engine while that does not run', () => {
    expect(statusSentence(idle, 'starting')).toBe('Starting')
    expect(statusSentence(null, 'stopped')).toBe('Starting again')
    expect(statusSentence(null, 'running')).toBe('Nothing to send')
  })
})
