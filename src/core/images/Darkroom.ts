import type { Problem } from '../../shared/errors.ts'
import type { FrameKind } from '../../shared/model/frame.ts'
import type { Rendition } from '../../shared/model/output.ts'
import type { FrameFacts } from './FrameFacts.ts'

export type RenderJob = {
  readonly path: string
  readonly kind: FrameKind
  readonly contentType: string
  /** Each is written to `path` given with it, by way of a temporary name: the file is whole or absent. */
  readonly renditions: ReadonlyArray<{ readonly rendition: Rendition; readonly path: string }>
  /** Where a WebP of at most 320 × 320 goes, for rows and pages; null for none. */
  readonly previewPath: string | null
}

export type Rendered =
  | {
      readonly outputId: string
      readonly ok: true
      readonly path: string
      readonly sizeBytes: number
      readonly widthPx: number
      readonly heightPx: number
      readonly contentType: string
    }
  | { readonly outputId: string; readonly ok: false; readonly problem: Problem }

/** A file, and where a copy of it goes that tells no position, by way of a temporary name. */
export type CleanJob = { readonly path: string; readonly kind: FrameKind; readonly target: string }

/** `path` null: the file tells no position, and nothing was written. */
export type Cleaned = { readonly path: string; readonly sizeBytes: number } | { readonly path: null }

export type RenderResult = {
  readonly renditions: ReadonlyArray<Rendered>
  /** `thumbhash`: what it looks like in some 25 bytes, base64. */
  readonly preview:
    | { readonly ok: true; readonly thumbhash: string }
    | { readonly ok: false; readonly problem: Problem }
    | null
}

/**
 * Decodes and renders in processes of its own, one small one per core. A frame that takes too long or too much memory
 * costs its own rendering and nothing else: its process is killed and another takes its place.
 */
export interface Darkroom {
  /** Reads type and metadata; never decodes pixels. @throws AppError `file-missing`, `file-unreadable`. */
  inspect(path: string, signal: AbortSignal): Promise<FrameFacts>
  /** One decode feeds all outputs. Rejects only for aborts and a full disk; what goes wrong with the picture is in the result. */
  render(job: RenderJob, signal: AbortSignal): Promise<RenderResult>
  /**
   * A copy of a file without its position; pixels and everything else stay as they are.
   *
   * @throws AppError `picture-unsupported` where a position would stay, or nobody can tell; `render-…`, `file-…`,
   *   `disk-full`.
   */
  removePosition(job: CleanJob, signal: AbortSignal): Promise<Cleaned>
  close(): Promise<void>
}
