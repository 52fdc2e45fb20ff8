import type { Problem } from '../shared/errors.ts'

/** What the engine's process tells main besides answers and events. */
export type EngineNotice =
  /** The engine cannot start, and ends. Instead of `ready`. */
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** The engine runs, and the person should know of something. After `ready`. */
  | { readonly kind: 'noted'; readonly problem: Problem }
