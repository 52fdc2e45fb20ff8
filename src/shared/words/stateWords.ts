import { assertNever } from '../errors.ts'
import type { CollectionState } from '../model/collection.ts'
import type { FrameView, QueueFilter, Totals, UploadStatus, UploadView } from '../model/frame.ts'
import { problemWords } from './problemWords.ts'

/** How a state feels, for its colour: never the only sign of it, the words say the same. */
export type Tone = 'quiet' | 'active' | 'good' | 'warn' | 'bad'

/** While several outputs of one frame are under way, the frame speaks of the first of these that is found. */
const WORKING_ORDER = ['sending', 'proving', 'rendering', 'retrying', 'waiting', 'paused'] as const

/**
 * Where a frame is on its way, as a person would say it: "Sending, 3 of 12 parts".
 *
 * @param nowMs The present, for pauses that run out.
 */
export function frameSentence(frame: FrameView, nowMs: number): string {
  switch (frame.status) {
    case 'settling':
      return 'Still being written'
    case 'waiting':
    case 'working':
      return workingSentence(frame, nowMs)
    case 'paused':
      return 'Paused'
    case 'done':
      return doneSentence(frame)
    case 'attention':
      return attentionSentence(frame)
    case 'failed':
      return failedSentence(frame)
    case 'cancelled':
      return frame.problem?.code === 'file-missing' ? 'Deleted before it was sent' : 'Cancelled'
    default:
      return assertNever(frame.status)
  }
}

/** Where one output is on its way; names the output only where the sentence needs it ("Rendering web"). */
export function uploadSentence(upload: UploadView, nowMs: number): string {
  switch (upload.status) {
    case 'waiting':
      return 'Waiting'
    case 'rendering':
      return `Rendering ${upload.outputId}`
    case 'sending':
      return sendingSentence(upload)
    case 'retrying':
      return retrySentence(upload, nowMs)
    case 'paused':
      return 'Paused'
    case 'proving':
      return 'Checking it arrived'
    case 'done':
      return upload.proof?.how === 'found' ? 'Already in the bucket, proved' : 'In the bucket, proved'
    case 'conflict':
      return conflictSentence(upload)
    case 'failed':
      return upload.problem === null ? 'Not sent' : `Not sent: ${problemWords(upload.problem, null).short}`
    case 'skipped':
      return 'Skipped: something else has this name'
    case 'cancelled':
      return 'Cancelled'
    default:
      return assertNever(upload.status)
  }
}

/** Share of the frame that has been sent, 0 to 1; null where a bar would say nothing. */
export function frameProgress(frame: FrameView): number | null {
  if (frame.status !== 'working' && frame.status !== 'paused') return null
  let total = 0
  let sent = 0
  for (const upload of frame.uploads) {
    if (upload.status === 'skipped' || upload.status === 'cancelled') continue
    // A rendition that is not made yet has no size; it is counted as a sixth of its source until it has.
    total += upload.sizeBytes ?? (upload.status === 'failed' ? 0 : frame.sizeBytes / 6)
    sent += upload.status === 'done' || upload.status === 'proving' ? (upload.sizeBytes ?? 0) : upload.sentBytes
  }
  const isKnown = frame.uploads.some(({ sizeBytes }) => sizeBytes !== null)
  return total === 0 || !isKnown ? null : Math.min(1, sent / total)
}

export function frameTone(frame: FrameView): Tone {
  switch (frame.status) {
    case 'settling':
    case 'waiting':
    case 'paused':
    case 'cancelled':
      return 'quiet'
    case 'working':
      return 'active'
    case 'done':
      return 'good'
    case 'attention':
      return 'warn'
    case 'failed':
      return 'bad'
    default:
      return assertNever(frame.status)
  }
}

const uploadTones: Readonly<Record<UploadStatus, Tone>> = {
  waiting: 'quiet',
  rendering: 'active',
  sending: 'active',
  retrying: 'warn',
  paused: 'quiet',
  proving: 'active',
  done: 'good',
  conflict: 'warn',
  failed: 'bad',
  skipped: 'quiet',
  cancelled: 'quiet'
}

export function uploadTone(upload: UploadView): Tone {
  return uploadTones[upload.status]
}

/** A collection's state in a word, for a narrow column. */
export const collectionWords: Readonly<Record<CollectionState, string>> = {
  working: 'sending',
  watching: 'watching',
  done: 'done',
  waiting: 'waiting',
  paused: 'paused',
  attention: 'needs you',
  'not-connected': 'not connected',
  empty: 'empty'
}

export const filterWords: Readonly<Record<QueueFilter, string>> = {
  all: 'All',
  waiting: 'Waiting',
  working: 'Sending',
  done: 'Done',
  'needs-you': 'Needs you',
  cancelled: 'Cancelled'
}

/** Why nothing is being sent although something waits. */
export const holdSentences: Readonly<Record<NonNullable<Totals['hold']>, string>> = {
  paused: 'Paused by you',
  offline: 'Held: no network. It goes on by itself',
  account: 'Held: the account needs you',
  'disk-full': 'Held: this computer’s disk is full',
  timetable: 'Held: your timetable sends nothing at this hour',
  resting: 'Held: the bucket asked for a pause. It goes on by itself'
}

/** What a screen reader hears now and then: "12 of 22 in the bucket, 1 needs you". */
export function totalsSentence(totals: Totals): string {
  const frames = totals.frames - totals.cancelled
  if (frames === 0) return 'Nothing in the queue'
  const arrived =
    totals.done === frames
      ? `All ${formatCount(frames)} in the bucket, proved`
      : `${formatCount(totals.done)} of ${formatCount(frames)} in the bucket`
  const asks =
    totals.needsYou === 0 ? '' : `, ${formatCount(totals.needsYou)} ${totals.needsYou === 1 ? 'needs' : 'need'} you`
  return arrived + asks
}

/** A whole number with its thousands apart: `1,204`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

/** @returns For example `1 photo`, `1,204 photos`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

function workingSentence(frame: FrameView, nowMs: number): string {
  if (frame.status === 'waiting' && frame.problem !== null) return `Waiting: ${problemWords(frame.problem, null).short}`
  for (const status of WORKING_ORDER) {
    const upload = frame.uploads.find((candidate) => candidate.status === status)
    if (upload) return uploadSentence(upload, nowMs)
  }
  return frame.status === 'waiting' ? 'Waiting' : 'Getting ready'
}

function sendingSentence({ parts, sentBytes, sizeBytes }: UploadView): string {
  if (parts !== null && parts.total > 1) return `Sending, ${parts.done} of ${parts.total} parts`
  // What goes in one request has no share to tell until it is there.
  if (sizeBytes === null || sizeBytes === 0 || sentBytes === 0) return 'Sending'
  // 100 % would sound like the end, and the proof is still to come.
  return `Sending, ${Math.min(99, Math.floor((sentBytes / sizeBytes) * 100))} %`
}

/** What is asked, in a line. */
function conflictSentence({ occupant }: UploadView): string {
  return occupant?.reason === 'shrinks'
    ? 'Needs you: what would be replaced is over ten times larger'
    : 'Needs you: something else has this name'
}

function retrySentence({ attempt, retryAtMs }: UploadView, nowMs: number): string {
  const tries = `(${ordinal(attempt + 1)} try)`
  if (retryAtMs === null || retryAtMs <= nowMs) return `Trying again ${tries}`
  const seconds = Math.ceil((retryAtMs - nowMs) / 1000)
  return `Trying again in ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} ${tries}`
}

function doneSentence(frame: FrameView): string {
  const skipped = frame.uploads.filter(({ status }) => status === 'skipped')
  if (skipped.length > 0 && skipped.length === frame.uploads.length) return 'Skipped: something else has this name'
  const sent = frame.uploads.filter(({ status }) => status === 'done')
  const allFound = sent.length > 0 && sent.every(({ proof }) => proof?.how === 'found')
  return allFound ? 'Already in the bucket, proved' : 'In the bucket, proved'
}

function attentionSentence(frame: FrameView): string {
  const asked = frame.uploads.find(({ status }) => status === 'conflict')
  if (asked) return conflictSentence(asked)
  const failed = frame.uploads.filter(({ status }) => status === 'failed')
  const problem = frame.problem ?? failed.find((upload) => upload.problem !== null)?.problem ?? null
  const reason = problem === null ? 'Needs you' : capitalised(problemWords(problem, null).short)
  const sent = frame.uploads.filter(({ status }) => status === 'done').map(({ outputId }) => outputId)
  const missing = failed.map(({ outputId }) => (outputId === 'original' ? 'no original' : `no ${outputId} copy`))
  const outcome = [...(sent.length > 0 ? [`${sent.join(' and ')} sent`] : []), ...missing].join(', ')
  return outcome === '' ? reason : `${reason}: ${outcome}`
}

function failedSentence(frame: FrameView): string {
  const problem = frame.problem ?? frame.uploads.find((upload) => upload.problem !== null)?.problem ?? null
  return problem === null ? 'Not sent' : `Not sent: ${problemWords(problem, null).short}`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const ordinalRule = new Intl.PluralRules('en', { type: 'ordinal' })
const ordinalSuffixes: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd', other: 'th' }

function ordinal(number: number): string {
  return `${number}${ordinalSuffixes[ordinalRule.select(number)] ?? 'th'}`
}
