import { describe, expect, it } from 'vitest'
import { cacheKindOf, objectHeaders } from './objectHeaders.ts'

const picture = {
  contentType: 'image/jpeg',
  sourcePath: '/card/Zoe\u0308.JPG',
  sourceSha256: 'source',
  sha256: 'own',
  widthPx: 30,
  heightPx: null,
  outputId: 'web',
  cacheControl: {},
  nowMs: 0
}

describe('objectHeaders', () => {
  it('says where an object comes from, by its name alone and in NFC', () => {
    expect(objectHeaders(picture)).toEqual({
      contentType: 'image/jpeg',
      cacheControl: 'public, max-age=31536000, immutable',
      metadata: {
        'source-name': 'Zoë.JPG',
        'uploaded-at': '1970-01-01T00:00:00.000Z',
        'source-sha256': 'source',
        sha256: 'own',
        output: 'web',
        width: '30'
      }
    })
  })

  it('takes what the person chose for a kind, and sends none where that is empty', () => {
    expect(objectHeaders({ ...picture, cacheControl: { image: 'no-store' } }).cacheControl).toBe('no-store')
    expect(objectHeaders({ ...picture, cacheControl: { image: '' } }).cacheControl).toBeNull()
    expect(objectHeaders({ ...picture, cacheControl: { video: 'no-store' } }).cacheControl).toMatch(/immutable/)
  })

  it('knows kinds by type', () => {
    expect(['image/x-canon-cr3', 'video/mp4', 'application/pdf', 'text/plain'].map(cacheKindOf)).toEqual([
      'image',
      'video',
      'pdf',
      'other'
    ])
  })
})
