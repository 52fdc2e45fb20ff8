import { AppError, type ErrorCode } from '../../../shared/errors.ts'

/** S3's and R2's own codes. @see https://developers.cloudflare.com/r2/api/error-codes/ */
const codes: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: 'access-denied',
  Unauthorized: 'account-unknown',
  InvalidAccessKeyId: 'account-unknown',
  SignatureDoesNotMatch: 'secret-wrong',
  NotEntitled: 'not-entitled',
  NoSuchBucket: 'bucket-missing',
  InvalidBucketName: 'bucket-missing',
  RouteNotFound: 'endpoint-wrong',
  RequestTimeTooSkewed: 'clock-skewed',
  ExpiredRequest: 'clock-skewed', // a header signature that was just made can only be old by a wrong clock
  NoSuchKey: 'object-missing',
  NoSuchUpload: 'upload-missing',
  InvalidPart: 'part-rejected',
  InvalidPartOrder: 'part-rejected',
  EntityTooSmall: 'part-rejected',
  EntityTooLarge: 'file-too-large',
  BadDigest: 'digest-mismatch',
  InvalidDigest: 'digest-mismatch',
  XAmzContentSHA256Mismatch: 'digest-mismatch',
  PreconditionFailed: 'conflict',
  InvalidObjectName: 'key-invalid',
  KeyTooLongError: 'key-too-long',
  MetadataTooLarge: 'metadata-too-large',
  ObjectLockedByBucketPolicy: 'locked',
  IncompleteBody: 'network',
  ClientDisconnect: 'network',
  RequestTimeout: 'timeout',
  TooManyRequests: 'rate-limited',
  TooMuchConcurrency: 'rate-limited',
  SlowDown: 'rate-limited',
  ServiceUnavailable: 'rate-limited', // R2 says so when a bucket has too much at once
  InternalError: 'server-error',
  NotImplemented: 'not-supported',
  InvalidRange: 'bad-request',
  InvalidArgument: 'bad-request',
  InvalidRequest: 'bad-request',
  MalformedXML: 'bad-request',
  MissingContentLength: 'bad-request'
}

/** For an answer without a body (HEAD), and for whatever is neither R2 nor quite something else. */
const statuses: Readonly<Record<number, ErrorCode>> = {
  400: 'bad-request',
  401: 'account-unknown',
  403: 'access-denied',
  404: 'object-missing',
  408: 'timeout',
  412: 'conflict',
  416: 'bad-request',
  429: 'rate-limited',
  501: 'not-supported',
  503: 'rate-limited'
}

/** Statuses that a proxy or a gateway answers in R2's place while R2 itself is all right, or soon will be. */
const PASSING_STATUSES = new Set([408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530])

/** What the SDK puts on its errors. All of it is absent where the request got no answer. */
type SdkError = Error & {
  readonly code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> }
}

/**
 * What the SDK threw, as ours.
 *
 * @param what What was tried, for the log: `put weddings/a.jpg`.
 * @param answersWithBody False for HEAD, whose status is all there is to go by.
 */
export function toAppError(error: unknown, what: string, answersWithBody = true): AppError {
  if (error instanceof AppError) return error
  if (!(error instanceof Error)) return new AppError('internal', `${what}: ${String(error)}`)
  const { $metadata, $response, code } = error as SdkError
  const status = $response?.statusCode ?? $metadata?.httpStatusCode
  if (status === undefined) return new AppError(networkCode(error, code), `${what}: ${error.message}`, { cause: error })

  const ray = $response?.headers?.['cf-ray']
  const message = `${what}: ${status} ${error.name}: ${error.message}${ray ? ` (cf-ray ${ray})` : ''}`
  const retryAfterMs = parseRetryAfter($response?.headers?.['retry-after'])
  return new AppError(codeOf(error.name, error.message, status, answersWithBody), message, {
    cause: error,
    ...(retryAfterMs === null ? {} : { retryAfterMs })
  })
}

/** One entry of the error list that DeleteObjects answers. */
export function toListedError(code: string, message: string, what: string): AppError {
  return new AppError(codeOf(code, message, 200, true), `${what}: ${code}: ${message}`)
}

function codeOf(name: string, message: string, status: number, answersWithBody: boolean): ErrorCode {
  // R2 looks at the length of an access key id before it looks for the key.
  if (name === 'InvalidArgument' && /access key/i.test(message)) return 'account-unknown'
  const known = codes[name]
  if (known) return known
  if (PASSING_STATUSES.has(status)) return statuses[status] ?? 'server-error'
  // Every refusal of R2 has a code in its body. One without came from something that is not R2.
  if (answersWithBody && isWithoutCode(name)) return 'endpoint-wrong'
  return statuses[status] ?? (status >= 500 ? 'server-error' : 'bad-request')
}

/** The SDK's names for a body in which it found no `<Code>`, and for one that it could not parse at all. */
function isWithoutCode(name: string): boolean {
  return (
    ['NotFound', 'Unknown', 'UnknownError', 'Error', 'SyntaxError', 'TypeError'].includes(name) || /^\d+$/.test(name)
  )
}

function networkCode(error: Error, code: unknown): ErrorCode {
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout'
  if (typeof code !== 'string') return error.name === 'TimeoutError' ? 'timeout' : 'internal'
  // A wrong account id has no certificate: the handshake ends with an alert. A captive portal shows its own.
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|HPE_|EPROTO)/.test(code)) return 'endpoint-wrong'
  return /^E[A-Z]|^ERR_STREAM_PREMATURE_CLOSE|^UND_ERR/.test(code) ? 'network' : 'internal'
}

/** `Retry-After` in seconds or as a date, in ms from now; null if there is none to read. */
function parseRetryAfter(header: string | undefined): number | null {
  if (header === undefined) return null
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - Date.now())
}
