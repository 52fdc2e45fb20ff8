import { describe, expect, it } from 'vitest'
import { createSigner } from './signRequest.ts'

// The worked example for PUT Object of
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, with its example keys.
const access = {
  endpoint: 'https://examplebucket.s3.amazonaws.com',
  region: 'us-east-1',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE'
}
const secret = { secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const atMs = Date.UTC(2013, 4, 24)
const request = {
  method: 'PUT',
  path: '/test%24file.text',
  query: '',
  headers: {
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY'
  },
  sha256: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'
}

describe('createSigner', () => {
  it('signs the published example as published', () => {
    const headers = createSigner(access, secret).sign(request, atMs)
    expect(headers['x-amz-date']).toBe('20130524T000000Z')
    expect(headers['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        'SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, ' +
        'Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd'
    )
  })

  it('takes a new key on a new day, and signs a session token where there is one', () => {
    const signer = createSigner(access, secret)
    const first = signer.sign(request, atMs)
    expect(signer.sign(request, atMs + 86_400_000)['authorization']).toContain('/20130525/')
    expect(signer.sign(request, atMs)).toEqual(first)
    const withToken = createSigner(access, { ...secret, sessionToken: 'token' }).sign(request, atMs)
    expect(withToken).toMatchObject({ 'x-amz-security-token': 'token' })
    expect(withToken['authorization']).toContain('x-amz-security-token')
  })
})
