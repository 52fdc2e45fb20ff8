import type { RequestKind, S3Request } from './s3Request.ts'

/** What happens to a request instead of what should. */
export type Fault =
  /** The connection is reset and the server has seen nothing: before the body, in the middle of it, or after it. */
  | { readonly kind: 'reset'; readonly when: 'before-body' | 'in-body' | 'after-body' }
  /** The server has acted, and the connection is reset before its answer. */
  | { readonly kind: 'answer-lost' }
  /** The server has acted, and the connection ends in the middle of its answer. */
  | { readonly kind: 'answer-cut' }
  /** Nothing is answered until the client gives up; `acts`: the server has acted. */
  | { readonly kind: 'stall'; readonly acts: boolean }
  /** A refusal in S3's form; `acts`: the server has acted all the same. */
  | {
      readonly kind: 'refusal'
      readonly status: number
      readonly code: string
      readonly headers?: Readonly<Record<string, string>>
      readonly acts?: boolean
    }
  /** The server has acted, and its answer names another ETag. */
  | { readonly kind: 'etag-wrong' }
  /** One bit of the body is another when it arrives. */
  | { readonly kind: 'bit-flipped' }
  /** It arrives when this has happened; where this rejects, the connection breaks instead. */
  | { readonly kind: 'late'; readonly after: () => Promise<unknown> }
  /** The body trickles. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }

/** Which requests a fault meets; what is left out is of no matter. */
export type Match = { readonly kind?: RequestKind; readonly key?: string; readonly part?: number }

export type Rule = {
  readonly on: Match
  readonly fault: Fault
  /** The first matching request that it meets, from 1. */
  readonly nth?: number
  /** How many it meets from there; one by default. */
  readonly times?: number
}

/** Faults to come, in the order in which they were added. A request meets the first that is for it. */
export class FaultScript {
  #rules: Array<Rule & { seen: number }> = []

  add(rule: Rule): void {
    this.#rules.push({ ...rule, seen: 0 })
  }

  clear(): void {
    this.#rules = []
  }

  /** The fault that this request meets, or null. Each call counts as one request. */
  take(request: S3Request): Fault | null {
    let met: Fault | null = null
    for (const rule of this.#rules) {
      if (!matches(rule.on, request)) continue
      rule.seen += 1
      const first = rule.nth ?? 1
      if (rule.seen >= first && rule.seen < first + (rule.times ?? 1)) met ??= rule.fault
    }
    return met
  }
}

/** Whether a request is one of those that are meant. */
export function matches({ kind, key, part }: Match, request: Pick<S3Request, 'kind' | 'key' | 'part'>): boolean {
  return (
    (kind === undefined || kind === request.kind) &&
    (key === undefined || key === request.key) &&
    (part === undefined || part === request.part)
  )
}
