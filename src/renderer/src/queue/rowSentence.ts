import type { FrameView } from '../../../shared/model/frame.ts'
import { frameSentence, frameTone, type Tone } from '../../../shared/words/stateWords.ts'

const MINUTE_MS = 60_000
const UNDER_WAY: ReadonlyArray<FrameView['uploads'][number]['status']> = [
  'rendering',
  'sending',
  'proving',
  'retrying',
  'conflict'
]

/**
 * Where a frame is on its way, as its row says it: how long it has been written, why the rules leave it out, which hours
 * it waits for, and what is only in the cloud by that name instead of as a failure.
 *
 * @param settlingSinceMs When this window first saw it being written; the engine's own word goes first.
 * @param quietHours The hours that its collection waits for, as `22:00–06:00`.
 */
export function rowSentence(
  frame: FrameView,
  nowMs: number,
  settlingSinceMs: number | null,
  quietHours: string | null = null
): string {
  if (frame.leftOut !== undefined) return leftOutSentence(frame.leftOut)
  if (isInCloud(frame)) return 'In the cloud only'
  if (isWaitingForQuiet(frame)) return `Waits for the quiet hours${quietHours === null ? '' : ` (${quietHours})`}`
  const sentence = frameSentence(frame, nowMs)
  const sinceMs = frame.settlingSinceMs ?? settlingSinceMs
  if (frame.status !== 'settling' || sinceMs === null) return sentence
  const lasted = durationOf(nowMs - sinceMs)
  return lasted === null ? sentence : `${sentence}, ${lasted}`
}

/** How the state feels; what is only in the cloud is no failure. */
export function rowTone(frame: FrameView): Tone {
  return isInCloud(frame) ? 'warn' : frameTone(frame)
}

/** Its name is on this computer, its content is not. */
export function isInCloud({ problem }: FrameView): boolean {
  return problem?.code === 'file-elsewhere'
}

/** The reason says by itself that it is left out, or it is said in front. */
function leftOutSentence(reason: string): string {
  const words = reason.replace(/\.$/, '')
  return words.startsWith('Left out') ? words : `Left out: ${words}`
}

/** What of it goes now is told first. */
function isWaitingForQuiet({ status, uploads, waitsForQuiet }: FrameView): boolean {
  const isWaiting = status === 'waiting' || status === 'working'
  return waitsForQuiet === true && isWaiting && !uploads.some((upload) => UNDER_WAY.includes(upload.status))
}

/** `3 s`, `2 min`; null for less than a second, which is no news. */
function durationOf(lastedMs: number): string | null {
  if (lastedMs < 1000) return null
  return lastedMs < 2 * MINUTE_MS ? `${Math.floor(lastedMs / 1000)} s` : `${Math.floor(lastedMs / MINUTE_MS)} min`
}
