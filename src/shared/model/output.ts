import { z } from 'zod'

/** Part of the object key, so two outputs of a frame can never overwrite each other. */
export const outputIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,23}$/, 'Up to 24 lower-case letters, digits and hyphens')

export const renditionFormats = ['webp', 'jpeg', 'avif', 'png'] as const
export type RenditionFormat = (typeof renditionFormats)[number]

/** Longer than any side that is rendered: with it, a rendition has the size of its source. */
export const FULL_SIZE_PX = 65_535

const MIN_SIDE_PX = 16
const sidePxSchema = z.int().min(MIN_SIDE_PX).max(FULL_SIZE_PX)

/** `fit`: as large as goes into the box. `fill`: of the box's shape, cropped to what draws the eye. */
export const boxFits = ['fit', 'fill'] as const

export const boxSchema = z.strictObject({ widthPx: sidePxSchema, heightPx: sidePxSchema, fit: z.enum(boxFits) })
export type Box = z.infer<typeof boxSchema>

/** `srgb` and `p3` convert; `keep` leaves an RGB picture in its own colours, with its profile. All are tagged. */
export const renditionColours = ['srgb', 'p3', 'keep'] as const
export type RenditionColour = (typeof renditionColours)[number]

export const sharpenings = ['none', 'low', 'standard', 'high'] as const
export type Sharpening = (typeof sharpenings)[number]

/**
 * What a rendition tells of its source, each level with all of the one after it:
 * `everything` (but the place, the thumbnail and what belongs to the source's own pixels), `description` (caption,
 * keywords, credit, camera, lens and exposure; no serial number, no maker notes), `rights` (creator, copyright, terms of
 * use, capture time), `nothing`. The place is a switch of its own.
 */
export const metadataPolicies = ['everything', 'description', 'rights', 'nothing'] as const
export type MetadataPolicy = (typeof metadataPolicies)[number]

export const watermarkPositions = [
  'top-left',
  'top',
  'top-right',
  'left',
  'centre',
  'right',
  'bottom-left',
  'bottom',
  'bottom-right'
] as const
export type WatermarkPosition = (typeof watermarkPositions)[number]

const percentSchema = z.number().min(0).max(100)

const watermarkPlace = {
  position: z.enum(watermarkPositions).default('bottom-right'),
  /** From the edges, in percent of the rendition's shorter side. */
  marginPercent: percentSchema.max(50).default(3),
  /** The mark fits into this much of the rendition's width and of its height. */
  sizePercent: percentSchema.min(1).default(25),
  opacityPercent: percentSchema.min(1).default(50)
}

/** Drawn over the finished, upright rendition. */
export const watermarkSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: z.string().trim().min(1).max(200), ...watermarkPlace }),
  z.strictObject({
    kind: z.literal('image'),
    /** Absolute path of a picture on this computer, as a rule a PNG with transparency. */
    path: z.string().min(1).max(4096),
    ...watermarkPlace
  })
])
export type Watermark = z.infer<typeof watermarkSchema>

export const renditionSchema = z.strictObject({
  kind: z.literal('rendition'),
  id: outputIdSchema.refine((id) => id !== 'original', 'The name "original" is taken'),
  /** Longest side of the upright picture. Not looked at where there is a `box`. */
  longEdgePx: sidePxSchema,
  /** Size by width and height instead. */
  box: boxSchema.nullable().default(null),
  /** Smaller pictures are made larger, too. */
  enlarges: z.boolean().default(false),
  /** `keep`: the source's, if browsers show it (JPEG, PNG, WebP, AVIF, GIF); else JPEG. */
  format: z.enum([...renditionFormats, 'keep']),
  /** Of the encoder; PNG and GIF have none. */
  quality: z.int().min(1).max(100),
  /** The file is made no larger than this, by a lower quality than `quality` where it takes that. */
  maxSizeBytes: z.int().min(1_000).nullable().default(null),
  sharpening: z.enum(sharpenings).default('none'),
  colour: z.enum(renditionColours).default('srgb'),
  metadata: z.enum(metadataPolicies).default('rights'),
  /** GPS position kept, and the names of the place. Off unless the person asks (rule 9 of the design). */
  keepsPosition: z.boolean().default(false),
  watermark: watermarkSchema.nullable().default(null)
})
export type Rendition = z.infer<typeof renditionSchema>

export const originalSchema = z.strictObject({
  kind: z.literal('original'),
  id: z.literal('original'),
  /** A copy without the position goes instead of the file itself, its pixels untouched. Absent: byte-identical. */
  removesPosition: z.literal(true).optional()
})

/** One thing made of a frame. */
export const outputSchema = z.discriminatedUnion('kind', [originalSchema, renditionSchema])
export type Output = z.infer<typeof outputSchema>

export const ORIGINAL: Output = { kind: 'original', id: 'original' }
export const WEB: Rendition = {
  kind: 'rendition',
  id: 'web',
  longEdgePx: 2048,
  box: null,
  enlarges: false,
  format: 'webp',
  quality: 85,
  maxSizeBytes: null,
  sharpening: 'none',
  colour: 'srgb',
  metadata: 'rights',
  keepsPosition: false,
  watermark: null
}

export const outputsSchema = z
  .array(outputSchema)
  .min(1)
  .max(16)
  .refine((outputs) => new Set(outputs.map(({ id }) => id)).size === outputs.length, 'Two outputs have one name')
