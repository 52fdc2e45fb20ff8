import { z } from 'zod'

/** Every way the app can fail, and whether the same request can succeed later without anyone doing anything. */
export const errorPolicy = {
  // What a store answers
  'access-denied': { retryable: false },
  'account-unknown': { retryable: false }, // the access key id is not known to R2
  'secret-wrong': { retryable: false }, // the signature does not match
  'secret-missing': { retryable: false }, // the vault holds none, or cannot be opened
  'not-entitled': { retryable: false }, // the Cloudflare account has no R2 subscription
  'bucket-missing': { retryable: false },
  'endpoint-wrong': { retryable: false }, // something answered, but it was not R2
  'clock-skewed': { retryable: false }, // the computer's clock is more than 15 minutes off
  'object-missing': { retryable: false },
  'upload-missing': { retryable: false }, // NoSuchUpload: aborted, completed or expired
  'upload-lost': { retryable: true }, // again and again: it is sent from the beginning, after a pause
  'part-rejected': { retryable: false }, // InvalidPart at completion
  'digest-mismatch': { retryable: true }, // bytes changed on the way: they are read and sent again
  conflict: { retryable: false }, // someone else wrote this key first
  'key-invalid': { retryable: false },
  'key-too-long': { retryable: false },
  'metadata-too-large': { retryable: false },
  locked: { retryable: false }, // a bucket lock forbids overwriting or deleting
  network: { retryable: true },
  timeout: { retryable: true },
  'rate-limited': { retryable: true },
  'server-error': { retryable: true },
  'not-supported': { retryable: false }, // the store says 501: unknown, never "none"
  'proof-failed': { retryable: true }, // the object in the bucket is not what was sent
  // What the disk answers
  'file-missing': { retryable: false },
  'file-unreadable': { retryable: false },
  'file-in-use': { retryable: true }, // it was to be moved, and a program has it open
  'file-changed': { retryable: true }, // edited while it was read: sent again, never half
  'file-empty': { retryable: false },
  'file-too-large': { retryable: false },
  'file-elsewhere': { retryable: false }, // a cloud placeholder: size without blocks
  'folder-unreadable': { retryable: false },
  'folder-missing': { retryable: false },
  'name-not-utf8': { retryable: false },
  'disk-full': { retryable: true },
  // What the darkroom answers
  'picture-damaged': { retryable: false },
  'picture-unsupported': { retryable: false },
  'picture-too-large': { retryable: false },
  'position-stays': { retryable: false }, // an original that was to go without it
  'render-timeout': { retryable: false },
  'render-crashed': { retryable: false },
  // Our own
  'not-in-bucket': { retryable: false }, // asked for a link to what has not arrived
  'link-impossible': { retryable: false },
  'here-only': { retryable: false }, // a link that opens on this computer alone
  'template-invalid': { retryable: false },
  'settings-damaged': { retryable: false },
  'record-damaged': { retryable: false }, // a stored row no longer parses; set aside and shown
  'engine-stopped': { retryable: true },
  stopped: { retryable: false }, // by the person, who needs no telling
  'already-running': { retryable: false }, // another Silverdrop works on this collection
  'bad-request': { retryable: false },
  forbidden: { retryable: false },
  internal: { retryable: false }
} as const satisfies Record<string, { retryable: boolean }>

export type ErrorCode = keyof typeof errorPolicy

export const errorCodeSchema = z.enum(Object.keys(errorPolicy) as [ErrorCode, ...ErrorCode[]])

/** A failure as it is stored and shown: the window and the terminal word the code, `detail` is for experts. */
export const problemSchema = z.strictObject({
  code: errorCodeSchema,
  /** Technical text, one line or more. Carries no secret and no signed URL. */
  detail: z.string()
})
export type Problem = z.infer<typeof problemSchema>

/** `message` is for the log and names the thing that failed; the window words the code. Carries no secret. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  /** When the other side says how long to wait (`Retry-After`), in ms; otherwise null. */
  readonly retryAfterMs: number | null

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(message, options)
    this.code = code
    this.retryAfterMs = options?.retryAfterMs ?? null
  }

  get isRetryable(): boolean {
    return errorPolicy[this.code].retryable
  }
}

/** Whether the catalog cannot be written for now: the disk is full, or another process keeps it locked. */
export function isUnwritable(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'disk-full' || error.code === 'already-running')
}

/** What was thrown, as a problem. What is neither an AppError nor an abort is our own bug and says so. */
export function toProblem(error: unknown): Problem {
  if (error instanceof AppError) {
    const cause = error.cause instanceof Error ? `\n${error.cause.name}: ${error.cause.message}` : ''
    return { code: error.code, detail: error.message + cause }
  }
  if (isAbort(error)) return { code: 'stopped', detail: 'Stopped' }
  return { code: 'internal', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

/** An abort is not a failure: it is passed on, never shown. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

/** Closes a union: a new member does not compile until it is handled. */
export function assertNever(value: never): never {
  throw new AppError('internal', `Not handled: ${JSON.stringify(value)}`)
}
