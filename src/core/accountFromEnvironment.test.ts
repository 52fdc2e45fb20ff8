import { describe, expect, it } from 'vitest'
import { AppError } from '../shared/errors.ts'
import { accountFromEnvironment, LOCAL_ACCOUNT } from './accountFromEnvironment.ts'

const accountId = '0123456789abcdef0123456789abcdef'
const complete = {
  R2_ACCOUNT_ID: accountId,
  R2_ACCESS_KEY_ID: 'AKID',
  R2_SECRET_ACCESS_KEY: 'very secret',
  R2_BUCKET_NAME: 'photos'
}

function problemOf(env: Record<string, string>): AppError {
  try {
    accountFromEnvironment(env)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('Expected it to throw')
}

describe('accountFromEnvironment', () => {
  it('finds no account where nothing is said', () => {
    expect(accountFromEnvironment({})).toBeNull()
    expect(accountFromEnvironment({ PATH: '/bin', R2_BUCKET_NAME: ' ', R2_REGION: 'auto' })).toBeNull()
  })

  it('makes the endpoint of the account id', () => {
    expect(accountFromEnvironment(complete)).toEqual({
      account: {
        id: 'env',
        kind: 'r2',
        name: 'From the environment',
        prefix: '',
        endpoint: `https://${accountId}.r2.cloudflarestorage.com`,
        region: 'auto',
        bucket: 'photos',
        accessKeyId: 'AKID',
        publicBaseUrl: null
      },
      secret: { secretAccessKey: 'very secret' }
    })
  })

  it.each(['R2_ENDPOINT', 'R2_ENDPOINT_URL'])('prefers %s to the account id', (name) => {
    const found = accountFromEnvironment({ ...complete, [name]: 'http://127.0.0.1:9000/s3/' })
    expect(found?.account).toMatchObject({ endpoint: 'http://127.0.0.1:9000/s3' })
  })

  it('takes the bucket off the address that the dashboard shows', () => {
    const R2_ENDPOINT = `https://${accountId}.eu.r2.cloudflarestorage.com/photos`
    expect(accountFromEnvironment({ ...complete, R2_ENDPOINT })?.account).toMatchObject({
      endpoint: `https://${accountId}.eu.r2.cloudflarestorage.com`
    })
  })

  it.each(['R2_PUBLIC_BASE_URL', 'R2_CDN_URL'])('takes the public address from %s', (name) => {
    const found = accountFromEnvironment({ ...complete, [name]: 'https://cdn.example.com' })
    expect(found?.account).toMatchObject({ publicBaseUrl: 'https://cdn.example.com' })
  })

  it('takes the region, and drops blanks around what it reads', () => {
    const found = accountFromEnvironment({ ...complete, R2_REGION: 'weur', R2_SECRET_ACCESS_KEY: ' very secret\n' })
    expect(found?.account).toMatchObject({ region: 'weur' })
    expect(found?.secret).toEqual({ secretAccessKey: 'very secret' })
  })

  it.each([{ R2_MOCK_MODE: 'true' }, { R2_MOCK_MODE: '1' }, { R2_ENABLED: 'false' }])(
    'means the local R2 by %j',
    (flags) => {
      expect(accountFromEnvironment({ ...complete, ...flags })).toEqual({ account: LOCAL_ACCOUNT, secret: null })
      expect(accountFromEnvironment(flags)).toEqual({ account: LOCAL_ACCOUNT, secret: null })
    }
  )

  it('goes by the other variables where the flags say nothing special', () => {
    expect(accountFromEnvironment({ ...complete, R2_ENABLED: 'true', R2_MOCK_MODE: 'false' })?.account.id).toBe('env')
    expect(accountFromEnvironment({ R2_ENABLED: 'true' })).toBeNull()
  })

  it.each([
    ['R2_ACCOUNT_ID', 'R2_ENDPOINT or R2_ENDPOINT_URL or R2_ACCOUNT_ID'],
    ['R2_ACCESS_KEY_ID', 'R2_ACCESS_KEY_ID'],
    ['R2_SECRET_ACCESS_KEY', 'R2_SECRET_ACCESS_KEY'],
    ['R2_BUCKET_NAME', 'R2_BUCKET_NAME']
  ])('names what is missing without %s', (name, named) => {
    const problem = problemOf({ ...complete, [name]: '' })
    expect(problem.code).toBe('bad-request')
    expect(problem.message).toContain(`not set: ${named}`)
  })

  it.each([
    ['R2_ACCOUNT_ID', 'not-hex'],
    ['R2_ENDPOINT', 'no address'],
    ['R2_ENDPOINT', 'ftp://example.com'],
    ['R2_BUCKET_NAME', 'Photos!'],
    ['R2_PUBLIC_BASE_URL', 'https://example.com/?a=1'],
    ['R2_MOCK_MODE', 'perhaps']
  ])('names %s where it holds %j', (name, value) => {
    const problem = problemOf({ ...complete, [name]: value })
    expect(problem.code).toBe('bad-request')
    expect(problem.message).toContain(name)
  })

  it('never shows the secret', () => {
    expect(problemOf({ ...complete, R2_BUCKET_NAME: 'NO', R2_PUBLIC_BASE_URL: 'no' }).message).not.toContain('secret')
  })
})
