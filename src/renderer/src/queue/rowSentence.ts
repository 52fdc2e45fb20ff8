import type { FrameView } from '../../../shared/model/frame.ts'
import { frameSentence, frameTone, type Tone } from '../../../shared/words/stateWords.ts'

const MINUTE_MS = 60_000

/**
 * Where a frame is on its way, as its row says it: how long it has been written as far as this window has seen, and
 * what is only in the cloud by that name instead of as a failure.
 *
 * @param settlingSinceMs When it was first seen being written; null if it was not.
 */
export function rowSentence(frame: FrameView, nowMs: number, settlingSinceMs: number | null): string {
  const sentence = frameSentence(frame, nowMs)
  if (frame.status === 'settling' && settlingSinceMs !== null) {
    const lasted = durationOf(nowMs - settlingSinceMs)
    return lasted === null ? sentence : `${sentence}, ${lasted}`
  }
  return isInCloud(frame) ? 'In the cloud only' : sentence
}

/** How the state feels; what is only in the cloud is no failure. */
export function rowTone(frame: FrameView): Tone {
  return isInCloud(frame) ? 'warn' : frameTone(frame)
}

function isInCloud({ problem }: FrameView): boolean {
  return problem?.code === 'file-elsewhere'
}

/** `3 s`, `2 min`; null for less than a second, which is no news. */
function durationOf(lastedMs: number): string | null {
  if (lastedMs < 1000) return null
  return lastedMs < 2 * MINUTE_MS ? `${Math.floor(lastedMs / 1000)} s` : `${Math.floor(lastedMs / MINUTE_MS)} min`
}
