import type { ErrorCode, Problem } from '../../shared/errors.ts'
import type { Cleaned, CleanJob, RenderJob, RenderResult } from './Darkroom.ts'
import type { FrameFacts } from './FrameFacts.ts'

/** What a darkroom process is asked. */
export type Task =
  | { readonly kind: 'inspect'; readonly path: string }
  /** Type alone, for a frame whose metadata brought a process down; `problem` goes into its facts. */
  | { readonly kind: 'identify'; readonly path: string; readonly problem: Problem }
  | { readonly kind: 'render'; readonly job: RenderJob }
  /** `part`: where the copy is until it is whole. */
  | { readonly kind: 'clean'; readonly job: CleanJob; readonly part: string }

type Outcomes = {
  readonly inspect: FrameFacts
  readonly identify: FrameFacts
  readonly render: RenderResult
  readonly clean: Cleaned
}

export type Outcome = Outcomes[keyof Outcomes]

export type OutcomeOf<T extends Task> = Outcomes[T['kind']]

/** To a darkroom process, in lists; `id` comes back with the answer. */
export type Request = { readonly id: number; readonly task: Task }

/** From a darkroom process, in lists. An error loses its class on the way, so it travels as code and words. */
export type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'memory'; readonly rssBytes: number }
  | { readonly kind: 'done'; readonly id: number; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly id: number; readonly code: ErrorCode; readonly message: string }
