import { frameKinds } from '../../../shared/model/frame.ts'
import { type SelectionRules, selectionRulesSchema } from '../../../shared/model/selection.ts'
import { formatBytes } from '../../../shared/units.ts'
import { kindWords } from '../../../shared/words/kindWords.ts'
import { countOf } from '../../../shared/words/stateWords.ts'

/** Decimal, as sizes are shown everywhere in the window. */
const MB = 1_000_000

export const everyFrame: SelectionRules = selectionRulesSchema.parse({})

/** What is wrong with each field; null where nothing is. */
export type SelectionErrors = Readonly<Record<keyof SelectionRules, string | null>>

const errorWords: SelectionErrors = {
  include: 'Each line names a file or a folder, in up to 300 letters; up to 200 lines',
  exclude: 'Each line names a file or a folder, in up to 300 letters; up to 200 lines',
  kinds: 'Choose at least one kind',
  leastBytes: 'A size in MB like 0.5, or nothing',
  mostBytes: 'A size in MB like 200, or nothing',
  leastRating: 'From 1 to 5 stars',
  labels: 'Up to 50 labels, each of up to 100 letters',
  keywords: 'Up to 50 keywords, each of up to 200 letters'
}

export function selectionErrors(rules: SelectionRules): SelectionErrors {
  const { shape } = selectionRulesSchema
  const wordsFor = (field: keyof SelectionRules) =>
    shape[field].safeParse(rules[field]).success ? null : errorWords[field]
  const { leastBytes, mostBytes } = rules
  const isEmptySpan = leastBytes !== null && mostBytes !== null && mostBytes < leastBytes
  return {
    include: wordsFor('include'),
    exclude: wordsFor('exclude'),
    kinds: wordsFor('kinds'),
    leastBytes: wordsFor('leastBytes'),
    mostBytes: isEmptySpan ? 'Less than the smallest size: nothing would go' : wordsFor('mostBytes'),
    leastRating: wordsFor('leastRating'),
    labels: wordsFor('labels'),
    keywords: wordsFor('keywords')
  }
}

/** Whether they leave nothing out. */
export function takesEverything(rules: SelectionRules): boolean {
  return JSON.stringify(selectionRulesSchema.safeParse(rules).data) === JSON.stringify(everyFrame)
}

/** For example `RAW, Sidecars (XMP) · rated 3 or more`. */
export function selectionSummary(rules: SelectionRules): string {
  const { include, exclude, kinds, leastBytes, mostBytes, leastRating, labels, keywords } = rules
  const patterns = include.length + exclude.length
  const parts = [
    ...(kinds.length === frameKinds.length ? [] : [kinds.map((kind) => kindWords[kind]).join(', ')]),
    ...(patterns === 0 ? [] : [countOf(patterns, 'pattern')]),
    ...(leastBytes ? [`from ${formatBytes(leastBytes)}`] : []),
    ...(mostBytes ? [`up to ${formatBytes(mostBytes)}`] : []),
    ...(leastRating === null ? [] : [leastRating === 5 ? 'rated 5' : `rated ${leastRating} or more`]),
    ...(labels.length === 0 ? [] : [labels.join(', ')]),
    ...(keywords.length === 0 ? [] : [countOf(keywords.length, 'keyword')])
  ]
  return parts.length === 0 ? 'Every photo goes' : parts.join(' · ')
}

/** Bytes; null for nothing typed, `NaN` for what is no size. */
export function readMB(text: string): number | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  return /^\d{1,7}(?:[.,]\d{1,6})?$/.test(trimmed) ? Math.round(Number(trimmed.replace(',', '.')) * MB) : Number.NaN
}

export function formatMB(bytes: number | null): string {
  return bytes === null ? '' : String(bytes / MB)
}

/** One a line. */
export function readLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** One after the other, with commas between. */
export function readList(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}
