import { z } from 'zod'
import { problemSchema } from '../errors.ts'

export const receiptFormats = ['json', 'csv'] as const
export type ReceiptFormat = (typeof receiptFormats)[number]

/**
 * Why a file is not proved to be in the bucket:
 * `not-taken`: it is on disk and not in the collection. `waiting`: it is on its way. `failed`, `conflict`, `skipped`,
 * `cancelled`: as the queue says. `changed`: the file on disk is another than the one that was proved.
 * `no-original`: only copies were made of it, the file itself was not sent. `gone`: the object is no longer in the
 * bucket. `differs`: the object in the bucket is no longer the one that was proved.
 * `elsewhere`: it was proved in another bucket than the one that the account leads to now.
 * `unreadable`: a file or folder that is on disk and cannot be looked at. `unknown`: the bucket could not be asked.
 */
export const lackReasons = [
  'not-taken',
  'waiting',
  'failed',
  'conflict',
  'skipped',
  'cancelled',
  'changed',
  'no-original',
  'gone',
  'differs',
  'elsewhere',
  'unreadable',
  'unknown'
] as const
export type LackReason = (typeof lackReasons)[number]

/** A file, or one output of it, that is not proved to be in the bucket. */
export const lackSchema = z.strictObject({
  /** Null where the file is not in the collection. */
  frameId: z.uuid().nullable(),
  /** Absolute path on this computer; of a folder where that could not be read. */
  path: z.string(),
  /** Null: the file as a whole. */
  outputId: z.string().nullable(),
  key: z.string().nullable(),
  reason: z.enum(lackReasons),
  problem: problemSchema.nullable()
})
export type Lack = z.infer<typeof lackSchema>

/** What shows that a collection has arrived. Made from the catalog; `reproved` where every object was looked at again. */
export const receiptSchema = z.strictObject({
  collectionId: z.uuid(),
  collectionName: z.string(),
  accountName: z.string(),
  bucket: z.string(),
  /** When the disk was looked at: what came to it later is not in the receipt. */
  madeAtMs: z.int(),
  /** Files of the collection that are on disk or were taken from it, sidecars included. */
  frames: z.int(),
  /** Of these, the ones whose original is proved, byte for byte, and whose every other output is too. */
  proved: z.int(),
  /** Source bytes of the proved ones. */
  provedBytes: z.int(),
  /** Outputs of the files that were taken, proved or not. */
  objects: z.int(),
  /**
   * Every file is proved, and the folder was there to be compared: its card may be formatted. Never so for loose files,
   * since nobody knows what else lies beside them.
   */
  isSafe: z.boolean(),
  /** Whether the collection's folder could be read just now and was not empty; null where it has none. */
  isFolderRead: z.boolean().nullable(),
  lacks: z.array(lackSchema),
  /** How many objects were looked at again, and when that was over. */
  reproved: z.strictObject({ objects: z.int(), atMs: z.int() }).nullable()
})
export type Receipt = z.infer<typeof receiptSchema>
