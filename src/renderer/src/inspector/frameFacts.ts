import type { FrameDetail, Proof } from '../../../shared/model/frame.ts'
import type { Output } from '../../../shared/model/output.ts'
import { formatMoment } from '../links/linksSentence.ts'

export type Fact = { readonly label: string; readonly value: string; readonly isDigest?: boolean }

/**
 * What is known of a frame, as lines; what is not known has none.
 *
 * @param outputs What its collection makes of frames.
 */
export function frameFacts(detail: FrameDetail, outputs: ReadonlyArray<Output>): Fact[] {
  const { widthPx, heightPx, capturedAt, camera, lens, exposure, creator, copyright, hasPosition, sha256 } = detail
  const size = widthPx !== null && heightPx !== null ? `${widthPx} × ${heightPx}` : null
  const rows: ReadonlyArray<readonly [string, string | null]> = [
    ['Taken', capturedAt === null ? null : formatCapture(capturedAt)],
    ['Camera', camera],
    ['Lens', lens],
    ['Exposure', exposure],
    ['Size', size],
    ['By', creator],
    ['Rights', copyright],
    ['Position', hasPosition ? positionSentence(detail, outputs) : null],
    ['Bucket', `${detail.bucket} (${detail.accountName})`],
    ['Folder', detail.frame.folder === '' ? null : detail.frame.folder]
  ]
  const facts = rows.flatMap(([label, value]): Fact[] => (value === null ? [] : [{ label, value }]))
  return sha256 === null ? facts : [...facts, { label: 'SHA-256', value: sha256, isDigest: true }]
}

/** What becomes of the position in the file: "Inside: copies lose it, the original goes with it". */
function positionSentence({ frame: { uploads } }: FrameDetail, outputs: ReadonlyArray<Output>): string {
  // Of a frame that was taken under other rules, only what both know is spoken of.
  const made = outputs.filter(({ id }) => uploads.length === 0 || uploads.some(({ outputId }) => outputId === id))
  const copies = made.filter((output) => output.kind === 'rendition')
  const keeping = copies.filter(({ keepsPosition }) => keepsPosition).map(({ id }) => id)
  const words = [
    ...(copies.length === 0 ? [] : [copiesWords(copies.length, keeping)]),
    // It stays byte-identical (rule 9 of the design), so its position stays as well.
    made.some(({ kind }) => kind === 'original') ? 'the original goes with it' : 'the original is not sent'
  ]
  return `Inside: ${words.join(', ')}`
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
