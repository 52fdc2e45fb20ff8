import { describe, expect, it } from 'vitest'
import { toKey, toNames, toPrefix } from './keyPath.ts'

describe('toNames', () => {
  it('leaves ordinary keys as they are', () => {
    expect(toNames('Weddings 2026/Zoë & Max/DSC_0001-web.webp')).toEqual([
      'Weddings 2026',
      'Zoë & Max',
      'DSC_0001-web.webp'
    ])
  })

  it.each([
    ['a//b', ['a', '%', 'b']],
    ['a/', ['a', '%']],
    ['/a', ['%', 'a']],
    ['a%b', ['a%25b']],
    ['a:b?.jpg', ['a%3Ab%3F.jpg']],
    ['../../a', ['.%2E', '.%2E', 'a']],
    ['a/./b', ['a', '%2E', 'b']],
    ['end.', ['end%2E']],
    ['end ', ['end%20']],
    ['CON/com1.txt/console', ['%43ON', '%63om1.txt', 'console']],
    ['.silverdrop/x', ['%2Esilverdrop', 'x']],
    ['.Silverdrop/x', ['%2ESilverdrop', 'x']],
    ['a/.silverdrop', ['a', '.silverdrop']],
    ['a\\b\u0000', ['a%5Cb%00']]
  ])('makes %j safe', (key, names) => {
    expect(toNames(key)).toEqual(names)
    expect(toKey(names)).toBe(key)
  })

  it('divides names that are too long for a file system, between characters', () => {
    const key = `a/${'📷'.repeat(120)}/${'%'.repeat(130)}/b`
    const names = toNames(key)
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(202)
    expect(names.every((name) => name.isWellFormed())).toBe(true)
    expect(toKey(names)).toBe(key)
  })

  it('gives every key its own names, and the key back', () => {
    const pieces = ['a', '%', '%~', '/', '.', ' ', '~', 'CON', 'x'.repeat(199), 'é', ':', '25']
    const seen = new Map<string, string>()
    for (const one of pieces) {
      for (const two of pieces) {
        for (const three of pieces) {
          const key = `${one}${two}${three}`
          const names = toNames(key)
          expect(toKey(names)).toBe(key)
          const path = names.join('/')
          expect(seen.get(path) ?? key).toBe(key)
          seen.set(path, key)
        }
      }
    }
  })
})

describe('toPrefix', () => {
  it('is what all keys below a folder begin with', () => {
    expect(toPrefix([])).toBe('')
    expect(toPrefix(['a', '%', 'b%25'])).toBe('a//b%/')
    const [folder = ''] = toNames('x'.repeat(300))
    expect(toPrefix([folder])).toBe('x'.repeat(200))
  })
})
