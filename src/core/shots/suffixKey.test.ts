import { describe, expect, it } from 'vitest'
import { foldKey, suffixKey } from './suffixKey.ts'

describe('foldKey', () => {
  it.each([
    ['a/IMG_1.JPG', 'a/img_1.jpg'],
    ['Zoe\u0308', 'ZO\u00cb'],
    ['Straße', 'STRASSE'],
    ['ΣΑΣ', 'σας']
  ])('takes %j and %j for twins', (a, b) => {
    expect(foldKey(a)).toBe(foldKey(b))
  })

  it('keeps different names apart', () => {
    expect(foldKey('resume')).not.toBe(foldKey('résumé'))
  })
})

describe('suffixKey', () => {
  it.each([
    ['a/name.ext', 2, 'a/name-2.ext'],
    ['a/name', 13, 'a/name-13'],
    ['a.b/name', 2, 'a.b/name-2'],
    ['a/.hidden', 2, 'a/.hidden-2'],
    ['.hidden', 2, '.hidden-2'],
    ['x.tar.gz', 3, 'x.tar-3.gz'],
    ['x. a long ending', 2, 'x. a long ending-2']
  ])('makes of %j the %ith', (key, n, expected) => {
    expect(suffixKey(key, n)).toBe(expected)
  })

  it('stays within 1,024 bytes and cuts between characters', () => {
    const family = '👩‍👩‍👧'
    const key = suffixKey(`${family.repeat(56)}aaaaaaaaaaaa.jpg`, 2)
    expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1024)
    expect(key).toBe(`${family.repeat(56)}aaaaaaaaaa-2.jpg`)
    const cut = suffixKey(`${family.repeat(56)}👩‍👩‍👧.jpg`, 2)
    expect(cut).toBe(`${family.repeat(56)}-2.jpg`)
  })

  it.each([1, 0, 2.5, Number.NaN])('refuses to count from %d', (n) => {
    expect(() => suffixKey('a', n)).toThrow(RangeError)
  })
})
