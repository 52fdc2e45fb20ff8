import { describe, expect, it } from 'vitest'
import { toObjectUrl } from './toObjectUrl.ts'

describe('toObjectUrl', () => {
  it('takes a base with and without slash, and with a path', () => {
    expect(toObjectUrl('https://x.org', 'a/b.jpg')).toBe('https://x.org/a/b.jpg')
    expect(toObjectUrl('https://x.org/', 'a/b.jpg')).toBe('https://x.org/a/b.jpg')
    expect(toObjectUrl('https://x.org/photos/', 'a.jpg')).toBe('https://x.org/photos/a.jpg')
  })

  it('escapes each segment, so that the URL names this key and no other', () => {
    for (const key of ['a b', 'a+b', 'a%20b', 'a#b?c&d=e', 'ö/📷', '100%', `!'()*~`, 'a//b', 'a\\b', 'a:b@c;d,e$f']) {
      const url = new URL(toObjectUrl('https://x.org', key))
      expect(decodeURIComponent(url.pathname.slice(1))).toBe(key)
      expect(url.search + url.hash).toBe('')
      expect(url.href).toMatch(/^[\w:/.%~-]+$/)
    }
  })
})
