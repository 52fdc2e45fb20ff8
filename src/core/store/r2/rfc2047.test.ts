import { describe, expect, it } from 'vitest'
import { decodeMetadataValue, encodeMetadataValue } from './rfc2047.ts'

describe('encodeMetadataValue', () => {
  it('leaves plain ASCII alone', () => {
    for (const value of ['', 'DSC_0001.jpg', 'a = b? yes', '100% "sure" <x>']) {
      expect(encodeMetadataValue(value)).toBe(value)
    }
  })

  it('makes words of at most 75 ASCII characters, divided between characters', () => {
    for (const value of ['é'.repeat(500), '👩🏽‍🎨'.repeat(80), `a${'文'.repeat(300)}`, 'ü']) {
      const words = encodeMetadataValue(value).split(' ')
      for (const word of words) {
        expect(word).toMatch(/^=\?UTF-8\?B\?[A-Za-z0-9+/=]+\?=$/)
        expect(word.length).toBeLessThanOrEqual(75)
        expect(decodeMetadataValue(word)).not.toContain('\ufffd')
      }
    }
  })

  it('writes the example that any reader knows', () => {
    expect(encodeMetadataValue('Grüße')).toBe('=?UTF-8?B?R3LDvMOfZQ==?=')
  })

  it('never puts a control character into a header', () => {
    expect(encodeMetadataValue('a\r\nx-amz-acl: public')).toMatch(/^[\x20-\x7e]*$/)
  })
})

describe('decodeMetadataValue', () => {
  it('gives back whatever was encoded', () => {
    const values = [
      '=?UTF-8?B?aGk=?=',
      '=?',
      '?=',
      '=?x?Q?y?= é',
      ' a',
      'a ',
      '\t',
      'a\nb',
      'ö =?UTF-8?B?eA==?= ö',
      '\ufeffbom'
    ]
    for (const value of values) expect(decodeMetadataValue(encodeMetadataValue(value))).toBe(value)
  })

  it.each([
    ['Q, as mail programs write it', '=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=', 'Grüße aus Köln'],
    ['Latin-1', '=?ISO-8859-1?Q?Andr=E9?=', 'André'],
    ['lower case', '=?utf-8?b?w7w=?=', 'ü'],
    ['a language', '=?US-ASCII*EN?Q?Keith_Moore?=', 'Keith Moore'],
    ['words within text', 'From =?UTF-8?Q?Zo=C3=AB?= with love', 'From Zoë with love'],
    ['two words, of which the space is no part', '=?UTF-8?B?w6k=?=  =?UTF-8?B?w6g=?=', 'éè']
  ])('reads %s', (_what, header, value) => {
    expect(decodeMetadataValue(header)).toBe(value)
  })

  it.each(['=?nonsense-8?B?w7w=?=', '=?UTF-8?B?/w==?=', '=?UTF-8?X?abc?=', '=?UTF-8?B', 'a ?= b =? c'])(
    'leaves %j, which it cannot decode',
    (header) => {
      expect(decodeMetadataValue(header)).toBe(header)
    }
  )
})
