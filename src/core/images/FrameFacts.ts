import { z } from 'zod'
import { problemSchema } from '../../shared/errors.ts'
import { frameKinds } from '../../shared/model/frame.ts'
import { pictureMarksSchema } from './marks.ts'

/** What a look at a frame's bytes tells, as the darkroom answers it and the catalog keeps it. Nulls where the file does not say. */
export const frameFactsSchema = z
  .strictObject({
    kind: z.enum(frameKinds),
    /** By signature first, extension second: `image/jpeg`. */
    contentType: z.string(),
    /** The usual extension of that type, without dot, lower case. */
    extension: z.string(),
    /** Set where the name claims another type than the bytes: `{ named: 'png', is: 'jpg' }`. */
    mismatch: z.strictObject({ named: z.string(), is: z.string() }).readonly().nullable(),
    /** Upright, as a person sees it. */
    widthPx: z.number().nullable(),
    heightPx: z.number().nullable(),
    /** Wall-clock `2026-11-21T15:42:10`, followed by `+01:00` or `Z` only where the file says so. */
    capturedAt: z.string().nullable(),
    camera: z.string().nullable(),
    lens: z.string().nullable(),
    /** `1/250 s · f/2.8 · ISO 400 · 50 mm`. */
    exposure: z.string().nullable(),
    creator: z.string().nullable(),
    copyright: z.string().nullable(),
    hasPosition: z.boolean(),
    /**
     * Absent for an ordinary picture. `gain-map`: an ordinary one with more for an HDR display, which renditions do without.
     * `pq-or-hlg`: for an HDR display only, so none are made.
     */
    hdr: z.enum(['gain-map', 'pq-or-hlg']).optional(),
    /** Absent where the photographer, or the program, noted nothing. Of an XMP sidecar: what it notes about its picture. */
    marks: pictureMarksSchema.optional(),
    /** In degrees, WGS 84. Absent without one, where it cannot be read, and in rows of an older Silverdrop. */
    position: z.strictObject({ latitude: z.number(), longitude: z.number() }).readonly().optional(),
    /** Of a film; absent for everything else. */
    durationSeconds: z.number().positive().optional(),
    /** What could not be read, for a note on the row; the rest stands. */
    problem: problemSchema.nullable()
  })
  .readonly()
export type FrameFacts = z.infer<typeof frameFactsSchema>
