import type { ErrorCode } from '../../shared/errors.ts'
import { FULL_SIZE_PX, type Output, type Rendition } from '../../shared/model/output.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { isMade } from '../images/isMade.ts'
import type { UploadState } from '../transfer/UploadState.ts'

/** A rendition and what came of it; the size is null until it is made. */
export type Copy = { readonly output: Output; readonly widthPx: number | null; readonly heightPx: number | null }

export const GAIN_MAP_NOTE = 'Its HDR part stays with the original.'

/** A picture within a RAW that is hardly smaller than the RAW itself is no news. */
const WHOLE = 0.95

/** The darkroom ended over it. The problem says so, and not what it means for an original that is to tell no position. */
const ENDED_OVER_IT: ReadonlySet<ErrorCode> = new Set(['render-crashed', 'render-timeout', 'picture-too-large'])

export const NOT_CLEANED_NOTE =
  'Its original is not sent: its position could not be taken out. Another program can, or let originals go as they are.'

/** What goes of a frame, and how far it is. */
type Going = Copy & { readonly state?: UploadState }

/**
 * What is worth knowing of a frame and stops nothing.
 *
 * @param going Its outputs, the original among them.
 * @param zones Names of the privacy zones that it was taken in.
 */
export function frameNotes(
  facts: FrameFacts | null,
  going: ReadonlyArray<Going>,
  zones: ReadonlyArray<string> = []
): ReadonlyArray<string> {
  if (!facts) return []
  const notes: string[] = [...zoneNotes(zones, going), ...going.flatMap((one) => positionNotes(facts, one))]
  const { kind, mismatch, hdr } = facts
  if (mismatch) notes.push(`Named .${mismatch.named}, but the content is ${mismatch.is}. It is sent as what it is.`)
  if (kind === 'photo' && facts.capturedAt === null) notes.push('No capture time inside: the date of the file is used.')
  if (going.some(({ output }) => output.kind === 'rendition')) {
    if (kind === 'raw') {
      notes.push(
        `Copies are made of the picture that the RAW carries for showing${goesAsItIs(going) ? '; the RAW itself goes as it is' : ''}.`,
        ...going.flatMap((copy) => rawSizeNote(facts, copy)).slice(0, 1)
      )
    }
    if (hdr === 'gain-map') notes.push(GAIN_MAP_NOTE)
    if (hdr === 'pq-or-hlg') notes.push('HDR colours: no copies are made.')
  }
  if (facts.problem) notes.push('Its metadata could not be read whole.')
  return notes
}

function goesAsItIs(going: ReadonlyArray<Going>): boolean {
  return going.some(({ output }) => output.kind === 'original' && !isMade(output))
}

/** Marked before they go: whoever reads it can still stop them. */
function zoneNotes(zones: ReadonlyArray<string>, going: ReadonlyArray<Going>): ReadonlyArray<string> {
  if (zones.length === 0) return []
  const tells = going.some(({ output }) => (output.kind === 'original' ? !isMade(output) : keepsPosition(output)))
  return [`Taken within ${zones.join(' and ')}${tells ? '; what is sent tells where' : ''}.`]
}

function keepsPosition({ keepsPosition, metadata }: Rendition): boolean {
  return keepsPosition && metadata !== 'nothing'
}

/** Of the original that is to tell no position. Where the file tells none, it is an ordinary one by then. */
function positionNotes(facts: FrameFacts, { output, state }: Going): ReadonlyArray<string> {
  if (output.kind !== 'original' || !isMade(output)) return []
  if (state?.kind === 'done') return ['Sent without its position.']
  if (state?.kind === 'failed') {
    if (state.problem.code === 'position-stays') return [] // its problem says so
    if (ENDED_OVER_IT.has(state.problem.code)) return [NOT_CLEANED_NOTE]
  }
  return facts.hasPosition ? ['Goes without its position.'] : []
}

/** Where a copy of a RAW is smaller than was asked for, how large the picture within is. At most one. */
export function rawSizeNote(facts: FrameFacts, { output, widthPx, heightPx }: Copy): ReadonlyArray<string> {
  if (facts.kind !== 'raw' || output.kind !== 'rendition' || widthPx === null || heightPx === null) return []
  if (!isSmallerThanAsked(output, facts, { widthPx, heightPx })) return []
  return [`That picture is only ${widthPx} × ${heightPx} px.`]
}

type Size = { readonly widthPx: number; readonly heightPx: number }

/** False too where the size of the result does not tell that of its source: cropped, or enlarged. */
export function isSmallerThanAsked(
  { longEdgePx, box, enlarges }: Rendition,
  source: Pick<FrameFacts, 'widthPx' | 'heightPx'>,
  made: Size
): boolean {
  if (enlarges || box?.fit === 'fill') return false
  if (box) return made.widthPx < box.widthPx && made.heightPx < box.heightPx
  const sourceEdgePx = Math.max(source.widthPx ?? 0, source.heightPx ?? 0)
  const askedPx = longEdgePx === FULL_SIZE_PX ? sourceEdgePx * WHOLE : longEdgePx
  return Math.max(made.widthPx, made.heightPx) < askedPx
}
