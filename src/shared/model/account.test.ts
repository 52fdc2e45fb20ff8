import { describe, expect, it } from 'vitest'
import { bucketNameSchema, endpointFor, publicBaseUrlSchema } from './account.ts'

describe('publicBaseUrlSchema', () => {
  it.each(['https://photos.example.com', 'https://example.com/galleries/', 'http://127.0.0.1:8080'])(
    'takes %s',
    (url) => {
      expect(publicBaseUrlSchema.safeParse(url).success).toBe(true)
    }
  )
  it.each([
    '',
    'photos.example.com',
    'ftp://example.com',
    'https://example.com/?a=1',
    'https://example.com/#a',
    'https://me:pw@example.com'
  ])('refuses %j without throwing', (url) => {
    expect(publicBaseUrlSchema.safeParse(url).success).toBe(false)
  })
})

describe('bucketNameSchema', () => {
  it.each(['photos', 'a-1', 'x'.repeat(63)])('takes %s', (name) =>
    expect(bucketNameSchema.safeParse(name).success).toBe(true)
  )
  it.each(['', 'ab', 'Photos', '-photos', 'photos-', 'my.photos', 'x'.repeat(64)])('refuses %j', (name) =>
    expect(bucketNameSchema.safeParse(name).success).toBe(false)
  )
})

describe('endpointFor', () => {
  it('puts the jurisdiction between account and host', () => {
    const id = 'a'.repeat(32)
    expect(endpointFor(id, 'default')).toBe(`https://${id}.r2.cloudflarestorage.com`)
    expect(endpointFor(id, 'eu')).toBe(`https://${id}.eu.r2.cloudflarestorage.com`)
  })
})
