import type { FrameDetail, Proof } from '../../../shared/model/frame.ts'
import type { Output } from '../../../shared/model/output.ts'
import { formatMoment } from '../links/linksSentence.ts'

export type Fact = {
  readonly label: string
  readonly value: string
  readonly isDigest?: boolean
  /** For who hears it, where the value is drawn rather than written. */
  readonly spoken?: string
}

const MOST_STARS = 5

/**
 * What is known of a frame, as lines; what is not known has none.
 *
 * @param outputs What its collection makes of frames.
 */
export function frameFacts(detail: FrameDetail, outputs: ReadonlyArray<Output>): Fact[] {
  const { widthPx, heightPx, capturedAt, durationSeconds, camera, lens, exposure, creator, copyright } = detail
  const size = widthPx !== null && heightPx !== null ? `${widthPx} × ${heightPx}` : null
  const rows: ReadonlyArray<readonly [string, string | null]> = [
    ['Taken', capturedAt === null ? null : formatCapture(capturedAt)],
    ['Length', durationSeconds === null ? null : formatLength(durationSeconds)],
    ['Camera', camera],
    ['Lens', lens],
    ['Exposure', exposure],
    ['Size', size],
    ['Label', detail.label],
    ['Keywords', detail.keywords.length === 0 ? null : detail.keywords.join(', ')],
    ['By', creator],
    ['Rights', copyright],
    ['Place', placeWords(detail)],
    ['Position', detail.hasPosition ? positionSentence(detail, outputs) : null],
    ['Bucket', `${detail.bucket} (${detail.accountName})`],
    ['Folder', detail.frame.folder === '' ? null : detail.frame.folder]
  ]
  return [
    ...ratingFacts(detail),
    ...rows.flatMap(([label, value]): Fact[] => (value === null ? [] : [{ label, value }])),
    ...(detail.sha256 === null ? [] : [{ label: 'SHA-256', value: detail.sha256, isDigest: true }])
  ]
}

function ratingFacts({ rating }: FrameDetail): Fact[] {
  if (rating === null) return []
  if (rating < 1) return [{ label: 'Rating', value: 'Rejected' }]
  const value = '★'.repeat(rating) + '☆'.repeat(MOST_STARS - rating)
  return [{ label: 'Rating', value, spoken: `${rating} of ${MOST_STARS} stars` }]
}

/** For example `57.70890, 11.97460, in home`. Five decimals are a metre. */
function placeWords({ position, frame: { zones = [] } }: FrameDetail): string | null {
  if (position === null) return null
  const degrees = `${position.latitude.toFixed(5)}, ${position.longitude.toFixed(5)}`
  return zones.length === 0 ? degrees : `${degrees}, in ${zones.join(' and ')}`
}

/** @returns for example `0:07`, `12:30`, `1:02:05`. */
function formatLength(seconds: number): string {
  const whole = Math.round(seconds)
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  const rest = String(whole % 60).padStart(2, '0')
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`
}

/** What becomes of the position in the file: "Inside: copies lose it, the original goes with it". */
function positionSentence({ frame: { uploads } }: FrameDetail, outputs: ReadonlyArray<Output>): string {
  // Of a frame that was taken under other rules, only what both know is spoken of.
  const made = outputs.filter(({ id }) => uploads.length === 0 || uploads.some(({ outputId }) => outputId === id))
  const copies = made.filter((output) => output.kind === 'rendition')
  const keeping = copies.filter(({ keepsPosition }) => keepsPosition).map(({ id }) => id)
  const words = [
    ...(copies.length === 0 ? [] : [copiesWords(copies.length, keeping)]),
    originalWords(made.find((output) => output.kind === 'original'))
  ]
  return `Inside: ${words.join(', ')}`
}

/** It stays byte-identical (rule 9 of the design), position included, unless the person asked for a copy without. */
function originalWords(original: Extract<Output, { kind: 'original' }> | undefined): string {
  if (original === undefined) return 'the original is not sent'
  return original.removesPosition ? 'the original goes as a copy without it' : 'the original goes with it'
}

function copiesWords(copies: number, keeping: ReadonlyArray<string>): string {
  if (keeping.length === 0) return 'copies lose it'
  return keeping.length === copies
    ? 'copies keep it'
    : `${keeping.join(' and ')} ${keeping.length === 1 ? 'keeps' : 'keep'} it, other copies lose it`
}

/**
 * A capture time as the camera's clock showed it, never shifted to this computer's zone.
 *
 * @param text `2026-11-21T15:42:10`, perhaps with `+01:00`.
 * @returns For example `21 Nov 2026, 15:42 +01:00`; the text itself if it is something else.
 */
export function formatCapture(text: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(.*)$/.exec(text)
  const [, day, time, offset] = parts ?? []
  const date = new Date(`${day}T00:00:00Z`)
  if (day === undefined || time === undefined || Number.isNaN(date.getTime())) return text
  const words = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  return `${words}, ${time}${offset === undefined || offset === '' ? '' : ` ${offset === 'Z' ? 'UTC' : offset}`}`
}

/** What makes us sure, in one line: "SHA-256 matches, 21 Nov 2026, 16:03". */
export function proofSentence({ how, provedAtMs }: Proof): string {
  const when = formatMoment(provedAtMs)
  return how === 'found' ? `Was there already, same content, ${when}` : `SHA-256 matches, ${when}`
}
