import { z } from 'zod'

/** Part of the object key, so two outputs of a frame can never overwrite each other. */
export const outputIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,23}$/, 'Up to 24 lower-case letters, digits and hyphens')

export const renditionFormats = ['webp', 'jpeg', 'avif', 'png'] as const
export type RenditionFormat = (typeof renditionFormats)[number]

export const renditionSchema = z.strictObject({
  kind: z.literal('rendition'),
  id: outputIdSchema.refine((id) => id !== 'original', 'The name "original" is taken'),
  /** Longest side of the upright picture; smaller pictures are not enlarged. */
  longEdgePx: z.int().min(16).max(16_384),
  format: z.enum(renditionFormats),
  quality: z.int().min(1).max(100),
  /** GPS position kept. Off unless the person asks (rule 9 of the design). */
  keepsPosition: z.boolean().default(false)
})
export type Rendition = z.infer<typeof renditionSchema>

export const originalSchema = z.strictObject({ kind: z.literal('original'), id: z.literal('original') })

/** One thing made of a frame. `original` is byte-identical. */
export const outputSchema = z.discriminatedUnion('kind', [originalSchema, renditionSchema])
export type Output = z.infer<typeof outputSchema>

export const ORIGINAL: Output = { kind: 'original', id: 'original' }
export const WEB: Rendition = {
  kind: 'rendition',
  id: 'web',
  longEdgePx: 2048,
  format: 'webp',
  quality: 85,
  keepsPosition: false
}

export const outputsSchema = z
  .array(outputSchema)
  .min(1)
  .max(16)
  .refine((outputs) => new Set(outputs.map(({ id }) => id)).size === outputs.length, 'Two outputs have one name')
