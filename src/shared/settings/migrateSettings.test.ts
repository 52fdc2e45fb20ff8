import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../model/settings.ts'
import { migrateSettings } from './migrateSettings.ts'

const studio = {
  id: 'studio',
  name: 'Studio',
  prefix: '',
  kind: 'r2',
  endpoint: 'https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com',
  region: 'auto',
  bucket: 'photos',
  publicBaseUrl: null
}

describe('migrateSettings', () => {
  it.each([[undefined], [{}]])('gives the defaults for a file that is not there yet: %j', (raw) => {
    expect(migrateSettings(raw)).toEqual(defaultSettings)
  })

  it('returns settings of the present version as they are', () => {
    const settings = { ...defaultSettings, appearance: 'dark', lastFolder: '/photos' }
    expect(migrateSettings(structuredClone(settings))).toEqual(settings)
  })

  it('brings version 1 up: keyId becomes accessKeyId and the density has its default', () => {
    const { density: _density, ...rest } = defaultSettings
    const version1 = { ...rest, version: 1, accounts: [{ ...studio, keyId: 'AKID' }], defaultAccountId: 'studio' }
    expect(migrateSettings(version1)).toEqual({
      ...defaultSettings,
      accounts: [{ ...studio, accessKeyId: 'AKID' }],
      defaultAccountId: 'studio'
    })
  })

  it('leaves what it was given as it was', () => {
    const version1 = { version: 1, accounts: [{ ...studio, keyId: 'AKID' }] }
    const before = structuredClone(version1)
    migrateSettings(version1)
    expect(version1).toEqual(before)
  })

  it('keeps an account of version 1 that has no access key, such as a folder', () => {
    const folder = { id: 'here', name: 'Here', prefix: '', kind: 'folder', path: '/bucket', publicBaseUrl: null }
    expect(migrateSettings({ version: 1, accounts: [folder] }).accounts).toEqual([folder])
  })

  it.each([
    ['null', null],
    ['a list', []],
    ['a word', 'settings'],
    ['no version', { appearance: 'dark' }],
    ['a version that is no number', { version: '2' }],
    ['a version before the first', { version: 0 }],
    ['a version of a newer Silverdrop', { ...defaultSettings, version: 3 }],
    ['an appearance nobody knows', { ...defaultSettings, appearance: 'sepia' }],
    ['a key nobody knows', { ...defaultSettings, secretAccessKey: 'x' }],
    ['accounts of version 1 that are no list', { version: 1, accounts: 'studio' }],
    ['an account without a bucket', { version: 1, accounts: [{ id: 'a', name: 'A', kind: 'r2', keyId: 'k' }] }]
  ])('refuses %s rather than guess', (_what, raw) => {
    expect(() => migrateSettings(raw)).toThrowError(expect.objectContaining({ code: 'settings-damaged' }))
  })
})
