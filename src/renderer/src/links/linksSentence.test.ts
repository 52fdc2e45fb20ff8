import { describe, expect, it } from 'vitest'
import type { Links, LinkView } from '../../../shared/model/link.ts'
import { isOnlyHere, isTroubled, linksSentence } from './linksSentence.ts'

function link(change: Partial<LinkView> = {}): LinkView {
  return {
    name: 'a.jpg',
    key: 'a.jpg',
    outputId: 'web',
    url: 'https://p.example/a.jpg',
    opensUntilMs: null,
    problem: null,
    ...change
  }
}

function links(list: LinkView[], tried: Links['tried'] = 'opens'): Links {
  return { text: '', links: list, tried, problems: [] }
}

const late = link({ url: null, problem: { code: 'not-in-bucket', detail: '' } })
const never = link({ url: null, problem: { code: 'link-impossible', detail: '' } })

describe('linksSentence', () => {
  it('says how many and that they open', () => {
    expect(linksSentence(links(Array.from({ length: 22 }, () => link())))).toBe(
      '22 links copied · tried just now: they open'
    )
    expect(linksSentence(links([link()]))).toBe('1 link copied · tried just now: it opens')
  })

  it('does not claim what was not tried, and says so if it did not open', () => {
    expect(linksSentence(links([link()], 'untried'))).toBe('1 link copied')
    expect(linksSentence(links([link()], 'fails'))).toBe('1 link copied · tried just now: it did not open')
    expect(isTroubled(links([link()], 'fails'))).toBe(true)
  })

  it('tells what is missing, and why nothing was copied', () => {
    expect(linksSentence(links([link(), late, late, late]))).toMatch(/· 3 are not in the bucket$/)
    expect(linksSentence(links([late], 'untried'))).toBe('No links copied: 1 is not in the bucket')
    expect(linksSentence(links([never], 'untried'))).toBe('No links copied: 1 cannot have such a link')
    expect(linksSentence(links([], 'untried'))).toBe('There are no links to copy')
  })

  it('is honest about links that open only on this computer, and about those that end', () => {
    expect(linksSentence(links([link({ url: 'http://127.0.0.1:8787/a' })]))).toMatch(/on this computer only/)
    const ends = link({ opensUntilMs: new Date(2026, 10, 28, 16, 3).getTime() })
    expect(linksSentence(links([link(), ends]))).toMatch(/until 28 Nov 2026, 16:03/)
  })
})

describe('isOnlyHere', () => {
  it('knows this computer by its names', () => {
    for (const url of ['http://localhost:1/x', 'http://[::1]:1/x', 'file:///srv/x.jpg'])
      expect(isOnlyHere(url)).toBe(true)
    for (const url of ['https://p.example/localhost', null]) expect(isOnlyHere(url)).toBe(false)
  })
})
