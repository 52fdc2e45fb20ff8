import { describe, expect, it } from 'vitest'
import { buildKey, fillTemplate, type KeyValues, keyPrefix, needs, parseTemplate } from './keyTemplate.ts'

const values: KeyValues = {
  collection: 'Smith wedding',
  folder: 'card 1/DCIM',
  file: 'IMG_0001.jpg',
  name: 'IMG_0001',
  ext: 'jpg',
  output: 'web',
  takenAt: { yyyy: '2026', MM: '05', dd: '09', HH: '15', mm: '42', ss: '10' },
  camera: 'X-T5',
  seq: 7,
  sha256: 'ab'.repeat(32),
  user: 'zoë',
  uuid: '7f0c2e4e-2c1e-4f0e-9a63-0a0f6a1f9d11'
}

const fill = (template: string, changed: Partial<KeyValues> = {}) =>
  fillTemplate(parseTemplate(template), { ...values, ...changed })

const build = (template: string, options: { prefix?: string; several?: boolean; changed?: Partial<KeyValues> } = {}) =>
  buildKey({
    accountPrefix: options.prefix ?? '',
    collectionPrefix: '',
    template: parseTemplate(template),
    hasSeveralOutputs: options.several ?? false,
    values: { ...values, ...options.changed }
  })

describe('parseTemplate', () => {
  it.each([
    ['{nmae}.jpg', '{nmae} is not known; did you mean {name}?'],
    ['{fodler}/x', 'did you mean {folder}?'],
    ['{Camera}', 'did you mean {camera}?'],
    ['{coll}', 'did you mean {collection}?'],
    ['{photographer}', 'there are {collection} {folder} {file} {name} {ext}'],
    ['{}', '{} is not known'],
    ['{name', 'never closed'],
    ['{na{me}}', 'never closed'],
    ['name}', 'closes nothing'],
    ['', 'empty'],
    ['{name:4}', '{name}'],
    ['{seq:0}', '{seq:0}'],
    ['{seq:99}', '1 to 12'],
    ['{sha256:65}', '1 to 64'],
    ['{date:}', 'yyyy'],
    ['{date:YYYY}', '{date:YYYY}'],
    ['{constructor}', '{constructor}']
  ])('refuses %j and says why', (text, reason) => {
    expect(() => parseTemplate(text)).toThrow(expect.objectContaining({ code: 'template-invalid' }))
    expect(() => parseTemplate(text)).toThrow(reason)
  })

  it('tells what a template needs', () => {
    expect(needs(parseTemplate('{sha256:8}/{name}'), 'sha256')).toBe(true)
    expect(needs(parseTemplate('sha256/{name}'), 'sha256')).toBe(false)
  })
})

describe('fillTemplate', () => {
  it('fills every token', () => {
    expect(fill('{collection}/{folder}/{name}-{output}.{ext}')).toBe('Smith wedding/card 1/DCIM/IMG_0001-web.jpg')
    expect(fill('{date}/{date:yyyy/MM}/{yyyy}{mm}{dd}/{date:yy-HH.mm.ss}')).toBe(
      '2026-05-09/2026/05/20260509/26-15.42.10'
    )
    expect(fill('{camera}/{seq}/{seq:4}/{sha256:8}/{user}/{uuid}')).toBe(`X-T5/7/0007/abababab/zoë/${values.uuid}`)
    expect(fill('{sha256}')).toBe(values.sha256)
    expect(fill('{folder}/{file}', { folder: '', file: 'CNAME' })).toBe('CNAME')
  })

  it('leaves out the rating of what nobody rated, and has a word for what was rejected', () => {
    expect(fill('{rating}/{name}', { rating: 5 })).toBe('5/IMG_0001')
    expect(fill('{rating}/{name}', { rating: 0 })).toBe('IMG_0001')
    expect(fill('{rating}/{name}', { rating: -1 })).toBe('rejected/IMG_0001')
    expect(fill('{rating}/{name}', { rating: null })).toBe('IMG_0001')
    expect(fill('{rating}/{name}')).toBe('IMG_0001')
  })

  it('never leaves its place, whatever the values say', () => {
    expect(fill('a/{folder}/{name}', { folder: '../../etc', name: '..' })).toBe('a/etc')
    expect(fill('a/{name}/b', { name: '.. / ..' })).toBe('a/-/b')
    expect(fill('{collection}/{name}', { collection: '/', name: 'x\\..\\y' })).toBe('-/x-..-y')
    expect(fill('/a//{camera}/./{name}', { camera: '' })).toBe('a/IMG_0001')
  })

  it('keeps names with control characters apart', () => {
    expect(fill('{name}', { name: 'a\nb\u0000c\u2028d\u0085' })).toBe('a-b-c-d-')
  })

  it('takes dots and blanks from both ends of a segment', () => {
    expect(fill('{collection}/{name}.{ext}', { collection: ' .Smith. ', name: '.hidden', ext: '' })).toBe(
      'Smith/hidden'
    )
  })

  it('keeps Unicode, composed', () => {
    expect(fill('{name}', { name: 'Zoe\u0308 日本 👩🏽‍🚀 #?%+&' })).toBe('Zo\u00eb 日本 👩🏽‍🚀 #?%+&')
    expect(fill('{name}e\u0301', { name: 'a' })).toBe('a\u00e9')
  })

  it('composes across the border of two parts', () => {
    expect(fill('{name}\u0301', { name: 'e' })).toBe('\u00e9')
  })

  it('replaces half a surrogate pair, which no key can hold', () => {
    expect(fill('{name}', { name: 'a\ud83d' })).toBe('a\ufffd')
  })

  it('refuses a key of which nothing is left', () => {
    expect(() => fill('{name}', { name: '...' })).toThrow(expect.objectContaining({ code: 'key-invalid' }))
  })
})

describe('buildKey', () => {
  it.each([
    ['{name}.{ext}', 'IMG_0001-web.jpg'],
    ['{name}', 'IMG_0001-web'],
    ['a.b/{name}', 'a.b/IMG_0001-web'],
    ['v1.{name}', 'v1.IMG_0001-web'],
    ['{name}.jpeg', 'IMG_0001-web.jpeg'],
    ['{name}.tar.gz', 'IMG_0001.tar-web.gz'],
    ['{name}{ext}', 'IMG_0001-webjpg'],
    ['{folder}/x', 'card 1/DCIM/x-web']
  ])('tells several outputs of %j apart', (template, key) => {
    expect(build(template, { several: true })).toBe(key)
  })

  it('leaves a template that tells them apart, or has one output, as it is', () => {
    expect(build('{output}/{name}.{ext}', { several: true })).toBe('web/IMG_0001.jpg')
    expect(build('{name}.{ext}')).toBe('IMG_0001.jpg')
  })

  it('keeps prefixes as typed, but within the bucket', () => {
    expect(build('{name}', { prefix: '.well-known/e\u0301/' })).toBe('.well-known/\u00e9/IMG_0001')
    expect(build('{name}', { prefix: '/../a//./b/' })).toBe('a/b/IMG_0001')
    expect(build('{name}', { prefix: 'without-slash' })).toBe('without-slash/IMG_0001')
  })

  it('begins with the same prefix whatever the file, and with none where nothing is left of what was typed', () => {
    expect(keyPrefix('site', 'assets/')).toBe('site/assets/')
    expect(keyPrefix('', '../..//./')).toBe('')
    expect(build('{name}', { prefix: '../..//./' })).toBe('IMG_0001')
  })

  it('counts bytes, not characters', () => {
    expect(Buffer.byteLength(build('{name}', { changed: { name: 'é'.repeat(512) } }))).toBe(1024)
    const tooLong = () => build('{name}', { changed: { name: `${'é'.repeat(512)}a` } })
    expect(tooLong).toThrow(expect.objectContaining({ code: 'key-too-long', message: expect.stringContaining('1025') }))
    // Decomposed, as an old Mac's disk spells them, they are 1,536 bytes; the key is composed before it is counted.
    expect(Buffer.byteLength(build('{name}', { changed: { name: 'e\u0301'.repeat(512) } }))).toBe(1024)
  })

  it('tells the outputs of a whole name apart before its extension', () => {
    const options = { accountPrefix: '', collectionPrefix: '', template: parseTemplate('{folder}/{file}'), values }
    expect(buildKey({ ...options, hasSeveralOutputs: false })).toBe('card 1/DCIM/IMG_0001.jpg')
    expect(buildKey({ ...options, hasSeveralOutputs: true })).toBe('card 1/DCIM/IMG_0001-web.jpg')
  })
})
