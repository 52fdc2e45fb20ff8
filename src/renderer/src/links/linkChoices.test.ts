import { describe, expect, it } from 'vitest'
import { fakeAccounts, localAccount } from '../testing/fakeData.ts'
import { usualLinkChoice } from './linkChoices.ts'

const [studio, folder] = fakeAccounts().map(({ account }) => account)

describe('usualLinkChoice', () => {
  it('is public only where the account has a public address', () => {
    expect(usualLinkChoice({ kind: 'public' }, studio ?? null)).toBe('public')
    expect(usualLinkChoice({ kind: 'public' }, folder ?? null)).toBe('week')
    expect(usualLinkChoice(null, localAccount(true).account)).toBe('public')
  })

  it('follows the length that the collection says, and never makes a private one public', () => {
    expect(usualLinkChoice({ kind: 'signed', seconds: 600 }, null)).toBe('hour')
    expect(usualLinkChoice({ kind: 'signed', seconds: 604_800 }, null)).toBe('week')
    expect(usualLinkChoice({ kind: 'private' }, null)).not.toBe('public')
  })
})
