import type { FrameKind, FrameView } from '../../../shared/model/frame.ts'
import { shotStatus } from '../../../shared/model/shotStatus.ts'
import { frameTone, type Tone } from '../../../shared/words/stateWords.ts'
import type { QueueItem } from './QueueItem.ts'
import { isInCloud, rowSentence } from './rowSentence.ts'

/** The files of one extension in a shot. */
export type KindChip = { readonly word: string; readonly tone: Tone; readonly names: ReadonlyArray<string> }

/** What people call these, whatever the extension says. */
const EXTENSION_WORDS: Readonly<Record<string, string>> = { JPG: 'JPEG', TIF: 'TIFF', HIF: 'HEIF' }
/** The picture itself before what was made of it and what is written about it. */
const KIND_ORDER: ReadonlyArray<FrameKind> = ['raw', 'photo', 'video', 'pdf', 'other', 'sidecar']
/** In these the frames of a shot speak together; in all others the one that matters does. */
const SPOKEN_TOGETHER: ReadonlyArray<FrameView['status']> = ['working', 'done']

/** A shot as a frame that has the uploads of all its frames, so that it is shown, and has progress, as one. */
export function shotFace({ frames }: QueueItem): FrameView {
  const [first] = frames
  if (frames.length === 1) return first
  const status = shotStatus(frames.map((frame) => frame.status))
  const lead = leadOf(frames, status)
  const going = frames.filter((frame) => frame.status !== 'cancelled')
  const [main = lead] = inKindOrder(frames)
  const hashed = frames.find(({ thumbhash }) => thumbhash !== undefined)
  return {
    ...lead,
    name: first.shot?.name ?? first.name,
    kind: main.kind,
    status,
    previewUrl: frames.find(({ previewUrl }) => previewUrl !== null)?.previewUrl ?? null,
    ...(hashed?.thumbhash === undefined ? {} : { thumbhash: hashed.thumbhash }),
    sizeBytes: frames.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    uploads: going.flatMap(({ uploads }) => uploads)
  }
}

/** One state for all of a shot; a trouble or a wait says which of its files it is about. */
export function shotSentence(
  item: QueueItem,
  nowMs: number,
  sinceMs: (frameId: string) => number | null,
  quietHours: string | null
): string {
  const { frames } = item
  const face = shotFace(item)
  const lead = leadOf(frames, face.status)
  const isTogether = SPOKEN_TOGETHER.includes(face.status) && lead.waitsForQuiet !== true
  const sentence = rowSentence(isTogether ? face : lead, nowMs, sinceMs(lead.id), quietHours)
  const isAll = frames.length === 1 || isTogether || frames.every((frame) => frame.status === face.status)
  return isAll ? sentence : `${kindWord(lead)}: ${sentence}`
}

/** `RAW`, `JPEG`, `XMP`: what a shot consists of, in that order. */
export function kindChips(frames: ReadonlyArray<FrameView>): ReadonlyArray<KindChip> {
  return [...Map.groupBy(inKindOrder(frames), kindWord)].map(([word, ofKind]) => ({
    word: ofKind.length === 1 ? word : `${word} ×${ofKind.length}`,
    tone: toneOf(ofKind),
    names: ofKind.map(({ name }) => name)
  }))
}

function inKindOrder(frames: ReadonlyArray<FrameView>): ReadonlyArray<FrameView> {
  return frames.toSorted((a, b) => KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind))
}

function toneOf(frames: ReadonlyArray<FrameView>): Tone {
  const status = shotStatus(frames.map((frame) => frame.status))
  const lead = frames.find((frame) => frame.status === status) ?? frames[0]
  return lead === undefined ? 'quiet' : isInCloud(lead) ? 'warn' : frameTone({ ...lead, status })
}

function kindWord({ kind, name }: FrameView): string {
  if (kind === 'raw') return 'RAW'
  const extension = /\.([^.]{1,8})$/.exec(name)?.[1]?.toUpperCase() ?? 'File'
  return EXTENSION_WORDS[extension] ?? extension
}

/**
 * The frame whose state is the shot's: one under way before one that waits for the night; of an attention that several
 * make together, the one that failed.
 */
function leadOf(frames: QueueItem['frames'], status: FrameView['status']): FrameView {
  const [first] = frames
  const alike = frames.filter((frame) => frame.status === status)
  return (
    alike.find(({ waitsForQuiet }) => waitsForQuiet !== true) ??
    alike[0] ??
    frames.find((frame) => frame.status === 'failed') ??
    first
  )
}
