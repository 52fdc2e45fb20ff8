import type { FrameKind } from '../../shared/model/frame.ts'
import type { SelectionRules } from '../../shared/model/selection.ts'
import { formatBytes } from '../../shared/units.ts'
import { createPattern } from './createPattern.ts'

/** What a photographer has noted about a picture. */
export type Marks = {
  /** Stars from 1 to 5, 0: none, -1: rejected. */
  readonly rating: number
  readonly label: string | null
  readonly keywords: ReadonlyArray<string>
}

const leftOutKinds: Readonly<Record<FrameKind, string>> = {
  photo: 'Photos',
  raw: 'RAW files',
  video: 'Videos',
  pdf: 'PDF files',
  sidecar: 'Sidecars',
  other: 'Files that are no picture, film or PDF'
}

export const NO_MARKS: Marks = { rating: 0, label: null, keywords: [] }

/** What is known of a frame before it is opened. */
export type NamedFrame = { readonly relativePath: string; readonly sizeBytes: number }

/** Why the rules leave a frame out by its name or size, in words for its row; null if they do not. */
export function leftOutByName(rules: SelectionRules, { relativePath, sizeBytes }: NamedFrame): string | null {
  const excluded = rules.exclude.find((pattern) => createPattern(pattern)(relativePath))
  if (excluded !== undefined) return `Left out by the pattern ${excluded}.`
  if (rules.include.length > 0 && !rules.include.some((pattern) => createPattern(pattern)(relativePath)))
    return 'It fits none of the patterns of what goes.'
  if (rules.leastBytes !== null && sizeBytes < rules.leastBytes)
    return `Smaller than ${formatBytes(rules.leastBytes)}, the least that goes.`
  if (rules.mostBytes !== null && sizeBytes > rules.mostBytes)
    return `Larger than ${formatBytes(rules.mostBytes)}, the most that goes.`
  return null
}

/** Why the rules leave a frame out for what it is. */
export function leftOutByKind(rules: SelectionRules, kind: FrameKind): string | null {
  return rules.kinds.includes(kind) ? null : `${leftOutKinds[kind]} do not go.`
}

/** Whether the rules ask for what a photographer has noted. */
export function asksForMarks({ leastRating, labels, keywords }: SelectionRules): boolean {
  return leastRating !== null || labels.length > 0 || keywords.length > 0
}

/** Why the rules leave a frame out for how its shot is marked. */
export function leftOutByMarks(rules: SelectionRules, marks: Marks): string | null {
  const { leastRating, labels, keywords } = rules
  if (leastRating !== null && marks.rating < leastRating)
    return marks.rating < 0
      ? 'It is marked as rejected.'
      : `${marks.rating === 0 ? 'Not rated' : `Rated ${marks.rating}`}; what goes is rated ${leastRating} or more.`
  if (labels.length > 0 && !hasOneOf(labels, marks.label === null ? [] : [marks.label]))
    return marks.label === null ? 'It has no colour label.' : `Its label is "${marks.label}".`
  if (keywords.length > 0 && !hasOneOf(keywords, marks.keywords))
    return `It has none of the keywords ${keywords.map((word) => `"${word}"`).join(', ')}.`
  return null
}

function hasOneOf(wanted: ReadonlyArray<string>, given: ReadonlyArray<string>): boolean {
  const own = new Set(given.map(fold))
  return wanted.some((word) => own.has(fold(word)))
}

function fold(word: string): string {
  return word.trim().normalize('NFC').toLowerCase()
}
