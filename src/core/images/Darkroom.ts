import type { Problem } from '../../shared/errors.ts'
import type { FrameKind } from '../../shared/model/frame.ts'
import type { Rendition } from '../../shared/model/output.ts'

/** What a look at a frame's bytes tells. Nulls where the file does not say. */
export type FrameFacts = {
  readonly kind: FrameKind
  /** By signature first, extension second: `image/jpeg`. */
  readonly contentType: string
  /** The usual extension of that type, without dot, lower case. */
  readonly extension: string
  /** Set where the name claims another type than the bytes: `{ named: 'png', is: 'jpg' }`. */
  readonly mismatch: { readonly named: string; readonly is: string } | null
  /** Upright, as a person sees it. */
  readonly widthPx: number | null
  readonly heightPx: number | null
  /** Wall-clock `2026-11-21T15:42:10`, followed by `+01:00` or `Z` only where the file says so. */
  readonly capturedAt: string | null
  readonly camera: string | null
  readonly lens: string | null
  /** `1/250 s · f/2.8 · ISO 400 · 50 mm`. */
  readonly exposure: string | null
  readonly creator: string | null
  readonly copyright: string | null
  readonly hasPosition: boolean
  /** What could not be read, for a note on the row; the rest stands. */
  readonly problem: Problem | null
}

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

export type RenderResult = {
  readonly renditions: ReadonlyArray<Rendered>
  readonly preview: { readonly ok: true } | { readonly ok: false; readonly problem: Problem } | null
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
  close(): Promise<void>
}
