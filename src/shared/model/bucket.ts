import { z } from 'zod'
import { problemSchema } from '../errors.ts'

export const objectViewSchema = z.strictObject({
  key: z.string(),
  sizeBytes: z.int(),
  modifiedAtMs: z.int(),
  etag: z.string(),
  /** Silverdrop has a proof of it. */
  isProved: z.boolean(),
  /** Path below the page's own origin of a small WebP where one is known at once; otherwise ask `bucket:preview`. */
  previewUrl: z.string().nullable(),
  /** As in `frameViewSchema`, where it was sent from here. */
  thumbhash: z.string().max(60).optional()
})
export type ObjectView = z.infer<typeof objectViewSchema>

export const bucketPageSchema = z.strictObject({
  /** Common prefixes below the asked one, each ending in `/`. */
  folders: z.array(z.string()),
  objects: z.array(objectViewSchema),
  /** Ask with this for what follows; null at the end. */
  next: z.string().nullable()
})
export type BucketPage = z.infer<typeof bucketPageSchema>

/** Keys and folders (prefixes ending in `/`) that a person chose. */
export const bucketSelectionSchema = z.strictObject({
  accountId: z.string(),
  keys: z.array(z.string().min(1)).max(10_000),
  folders: z.array(z.string().regex(/\/$/)).max(1_000)
})
export type BucketSelection = z.infer<typeof bucketSelectionSchema>

export const bucketMeasureSchema = z.strictObject({
  objects: z.int(),
  bytes: z.int(),
  /** The first few names, for the confirmation. */
  names: z.array(z.string()),
  /** Larger than a copy can be (5 GiB): these cannot be put in the trash first. */
  tooLargeForTrash: z.int()
})
export type BucketMeasure = z.infer<typeof bucketMeasureSchema>

export const deletedSchema = z.strictObject({
  deleted: z.int(),
  /** Gives it all back while the trash holds it; null if nothing was put there. */
  undo: z.string().nullable(),
  failed: z.array(z.strictObject({ key: z.string(), problem: problemSchema }))
})
export type Deleted = z.infer<typeof deletedSchema>
