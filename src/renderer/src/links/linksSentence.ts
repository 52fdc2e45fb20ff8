import type { Links, LinkView } from '../../../shared/model/link.ts'
import { countOf } from '../../../shared/words/stateWords.ts'

const LOCAL_HOSTS = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * What is said after copying: how many, whether they open, for whom and until when, and what is missing.
 * For example "22 links copied · tried just now: they open" or "No links copied: 3 are not in the bucket".
 */
export function linksSentence(links: Links): string {
  const made = links.links.filter(({ url }) => url !== null)
  const missing = missingSentence(links.links.filter(({ url }) => url === null))
  if (made.length === 0) return missing === '' ? 'There are no links to copy' : `No links copied: ${missing}`

  const they = made.length === 1 ? 'it' : 'they'
  const parts = [`${countOf(made.length, 'link')} copied`]
  if (links.tried === 'opens') parts.push(`tried just now: ${they} ${made.length === 1 ? 'opens' : 'open'}`)
  if (links.tried === 'fails') parts.push('tried just now: it did not open')
  if (made.some(({ url }) => isOnlyHere(url))) parts.push('on this computer only')
  const until = made.flatMap(({ opensUntilMs }) => (opensUntilMs === null ? [] : [opensUntilMs]))
  if (until.length > 0) parts.push(`until ${formatMoment(Math.min(...until))}`)
  if (missing !== '') parts.push(missing)
  return parts.join(' · ')
}

/** Whether the sentence tells of trouble, for its colour. */
export function isTroubled(links: Links): boolean {
  return links.tried === 'fails' || links.links.length === 0 || links.links.some(({ url }) => url === null)
}

/** A link that nobody else can open. */
export function isOnlyHere(url: string | null): boolean {
  if (url === null) return false
  const parsed = URL.parse(url)
  return parsed === null || parsed.protocol === 'file:' || LOCAL_HOSTS.test(parsed.hostname)
}

/** For example `28 Nov 2026, 16:03`, in the computer's own time. */
export function formatMoment(ms: number): string {
  return new Date(ms).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit'
  })
}

function missingSentence(missing: ReadonlyArray<LinkView>): string {
  const late = missing.filter(({ problem }) => problem === null || problem.code === 'not-in-bucket').length
  const never = missing.length - late
  const parts = [
    ...(late > 0 ? [`${late} ${late === 1 ? 'is' : 'are'} not in the bucket`] : []),
    ...(never > 0 ? [`${never} cannot have such a link`] : [])
  ]
  return parts.join(', ')
}
