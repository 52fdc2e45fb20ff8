import { describe, expect, it } from 'vitest'
import { accountSchema } from '../../../shared/model/account.ts'
import { fakeAccounts } from '../testing/fakeData.ts'
import { type AccountDraft, accountOf, draftErrors, draftOf, emptyDraft, withAddress } from './accountDraft.ts'

const ID = '0123456789abcdef0123456789abcdef'
const whole: AccountDraft = {
  ...emptyDraft('r2', 'one'),
  name: 'Studio',
  address: ID,
  bucket: 'clients',
  accessKeyId: 'key',
  secret: 'secret'
}

describe('withAddress', () => {
  it('takes the address that the dashboard shows apart into account, jurisdiction and bucket', () => {
    const draft = withAddress(emptyDraft('r2', 'one'), `https://${ID}.eu.r2.cloudflarestorage.com/clients`)
    expect(draft).toMatchObject({ address: ID, jurisdiction: 'eu', bucket: 'clients' })
  })

  it('keeps another server’s address and the bucket that was typed', () => {
    const draft = withAddress({ ...whole, address: '' }, 'http://127.0.0.1:9000')
    expect(draft).toMatchObject({ address: 'http://127.0.0.1:9000', bucket: 'clients' })
  })

  it('takes one name behind another server’s address for the bucket, and keeps a longer path', () => {
    const draft = withAddress(emptyDraft('r2', 'one'), 'https://s3.example.com/clients')
    expect(draft).toMatchObject({ address: 'https://s3.example.com', bucket: 'clients' })
    const below = withAddress({ ...whole, address: '' }, 'http://127.0.0.1:9000/local/r2/s3')
    expect(below).toMatchObject({ address: 'http://127.0.0.1:9000/local/r2/s3', bucket: 'clients' })
    expect(draftErrors(below, true)).toEqual({})
  })

  it('leaves half-typed text as it is', () => {
    expect(withAddress(whole, 'https:/').address).toBe('https:/')
  })
})

describe('accountOf', () => {
  it('makes an account that the contract takes, without the secret', () => {
    const account = accountOf({ ...whole, jurisdiction: 'eu', prefix: '/2026', publicBaseUrl: ' https://p.example ' })
    expect(accountSchema.parse(account)).toMatchObject({
      endpoint: `https://${ID}.eu.r2.cloudflarestorage.com`,
      prefix: '2026/',
      publicBaseUrl: 'https://p.example'
    })
    expect(JSON.stringify(account)).not.toContain('secret')
  })

  it('brings a stored account back unchanged', () => {
    for (const { account } of fakeAccounts()) {
      const draft = draftOf(account)
      expect(draft && accountOf(draft)).toEqual(account)
    }
  })
})

describe('draftErrors', () => {
  it('names every field that is missing', () => {
    expect(Object.keys(draftErrors(emptyDraft('r2', 'one'), false)).sort()).toEqual([
      'accessKeyId',
      'address',
      'bucket',
      'name',
      'secret'
    ])
    expect(Object.keys(draftErrors(emptyDraft('folder', 'one'), false)).sort()).toEqual(['name', 'path'])
  })

  it('asks for the secret only where none is stored', () => {
    expect(draftErrors({ ...whole, secret: '' }, true)).toEqual({})
    expect(draftErrors({ ...whole, secret: '' }, false)).toHaveProperty('secret')
  })

  it.each([
    ['bucket', { bucket: 'My Photos' }],
    ['bucket', { bucket: 'x' }],
    ['address', { address: 'not an id' }],
    ['address', { address: `${ID}00` }],
    ['publicBaseUrl', { publicBaseUrl: 'photos.example.com' }],
    ['publicBaseUrl', { publicBaseUrl: 'https://p.example/?a=1' }],
    ['publicBaseUrl', { publicBaseUrl: 'javascript:alert(1)' }]
  ])('finds %s wrong in %o', (field, change) => {
    expect(draftErrors({ ...whole, ...change }, false)).toHaveProperty(field)
  })
})
