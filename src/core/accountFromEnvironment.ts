import { AppError } from '../shared/errors.ts'
import { type Account, type AccountSecret, accountSchema, endpointFor } from '../shared/model/account.ts'
import { LOCAL_ACCOUNT_ID } from '../shared/model/settings.ts'

/** The local R2: what development, the demo and the tests upload to. */
export const LOCAL_ACCOUNT: Extract<Account, { kind: 'local' }> = {
  id: LOCAL_ACCOUNT_ID,
  kind: 'local',
  name: 'This computer',
  bucket: 'photos',
  prefix: ''
}

export const ENVIRONMENT_ACCOUNT_ID = 'env'

/** Of these one is enough to mean "take the account from here", and then each is needed. */
const required = {
  endpoint: ['R2_ENDPOINT', 'R2_ENDPOINT_URL', 'R2_ACCOUNT_ID'],
  accessKeyId: ['R2_ACCESS_KEY_ID'],
  secretAccessKey: ['R2_SECRET_ACCESS_KEY'],
  bucket: ['R2_BUCKET_NAME']
} as const

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The account that the `R2_*` variables describe (listed in design.md and in the terminal's help), or null where there
 * are none. `R2_ENABLED=false` and `R2_MOCK_MODE=true` mean the local R2, whatever else is set.
 *
 * @throws AppError `bad-request` naming the variables that are missing or wrong, never what is in them.
 */
export function accountFromEnvironment(env: Environment): { account: Account; secret: AccountSecret | null } | null {
  if (flag(env, 'R2_ENABLED') === false || flag(env, 'R2_MOCK_MODE') === true) {
    return { account: LOCAL_ACCOUNT, secret: null }
  }
  const missing = Object.values(required).filter((names) => read(env, ...names) === null)
  if (missing.length === Object.keys(required).length) return null
  if (missing.length > 0) {
    const names = missing.map((alternatives) => alternatives.join(' or ')).join(', ')
    throw new AppError('bad-request', `The environment describes an R2 account, but these are not set: ${names}`)
  }

  const parsed = accountSchema.safeParse({
    id: ENVIRONMENT_ACCOUNT_ID,
    kind: 'r2',
    name: 'From the environment',
    prefix: '',
    endpoint: readEndpoint(env),
    region: read(env, 'R2_REGION') ?? 'auto',
    bucket: read(env, 'R2_BUCKET_NAME'),
    accessKeyId: read(env, 'R2_ACCESS_KEY_ID'),
    publicBaseUrl: readAddress(env, 'R2_PUBLIC_BASE_URL', 'R2_CDN_URL')
  })
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${variableOf(path[0])}: ${message}`)
    throw new AppError('bad-request', faults.join('; '))
  }
  return { account: parsed.data, secret: { secretAccessKey: read(env, 'R2_SECRET_ACCESS_KEY') ?? '' } }
}

/** The first of the variables that says something. Blanks around it come from files and shells, and are dropped. */
function read(env: Environment, ...names: ReadonlyArray<string>): string | null {
  for (const name of names) {
    const value = env[name]?.trim()
    if (value) return value
  }
  return null
}

function flag(env: Environment, name: string): boolean | null {
  const value = read(env, name)?.toLowerCase()
  if (value === undefined) return null
  if (['true', '1', 'yes', 'on'].includes(value)) return true
  if (['false', '0', 'no', 'off'].includes(value)) return false
  throw new AppError('bad-request', `${name} is neither true nor false`)
}

function readAddress(env: Environment, ...names: readonly [string, ...string[]]): string | null {
  const text = read(env, ...names)
  if (text !== null && !URL.canParse(text)) throw new AppError('bad-request', `${names[0]} is not an address`)
  return text
}

/**
 * Without trailing slash, and without the bucket, which the dashboard's "S3 API" address ends in.
 * @see https://developers.cloudflare.com/r2/api/s3/api/
 */
function readEndpoint(env: Environment): string {
  const text = readAddress(env, 'R2_ENDPOINT', 'R2_ENDPOINT_URL')
  if (text === null) {
    const accountId = read(env, 'R2_ACCOUNT_ID') ?? ''
    if (!/^[0-9a-f]{32}$/i.test(accountId)) throw new AppError('bad-request', 'R2_ACCOUNT_ID is not 32 hex digits')
    return endpointFor(accountId.toLowerCase(), 'default')
  }
  const bare = text.replace(/\/+$/, '')
  const bucket = read(env, 'R2_BUCKET_NAME')
  const isR2 = new URL(bare).hostname.endsWith('.r2.cloudflarestorage.com')
  return isR2 && bucket && bare.endsWith(`/${bucket}`) ? bare.slice(0, -bucket.length - 1) : bare
}

function variableOf(field: PropertyKey | undefined): string {
  switch (field) {
    case 'endpoint':
      return 'R2_ENDPOINT'
    case 'bucket':
      return 'R2_BUCKET_NAME'
    case 'publicBaseUrl':
      return 'R2_PUBLIC_BASE_URL'
    default:
      return 'R2_*'
  }
}
