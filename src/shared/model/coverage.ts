import { z } from 'zod'
import { problemSchema } from '../errors.ts'

/**
 * How a file of a folder stands to the bucket. `missing`: something of it is not there. `stale`: what is there is another
 * version of it. `unreadable`: it cannot be looked at, or nothing can be made of it. `there`: all of it is in the bucket.
 * `only-remote`: an object that no file of the folder has, told and never deleted for it.
 */
export const coverageStates = ['missing', 'stale', 'unreadable', 'only-remote', 'there'] as const
export type CoverageState = (typeof coverageStates)[number]

export const coverageRowSchema = z.strictObject({
  state: z.enum(coverageStates),
  /** Below the folder, with `/`; of an object that is only in the bucket, its key. */
  name: z.string(),
  sizeBytes: z.int(),
  /** Keys of what it has, or should have, in the bucket. */
  keys: z.array(z.string()),
  problem: problemSchema.nullable()
})
export type CoverageRow = z.infer<typeof coverageRowSchema>

/** How a folder and the bucket compare at one moment. */
export const coverageSchema = z.strictObject({
  /** Absolute. */
  folder: z.string(),
  accountName: z.string(),
  bucket: z.string(),
  /** The collection by whose rules it was compared; null for a folder of none, compared by path and content. */
  collectionId: z.uuid().nullable(),
  collectionName: z.string().nullable(),
  /** Below which objects count as only remote; null where no place in the bucket belongs to the folder. */
  prefix: z.string().nullable(),
  madeAtMs: z.int(),
  /** Files left out by the ignore rules. */
  ignored: z.int(),
  rows: z.array(coverageRowSchema)
})
export type Coverage = z.infer<typeof coverageSchema>
