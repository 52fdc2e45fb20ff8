import { z } from 'zod'
import { KiB, MiB } from '../units.ts'

/** Which waiting upload goes next. `as-dropped` is the order of the queue; `newest` by the file's own time. */
export const transferOrders = ['as-dropped', 'newest', 'smallest', 'by-name'] as const
export type TransferOrder = (typeof transferOrders)[number]

/** A few KiB a second is no upload: less than this is more likely a slip of the unit. */
const LEAST_LIMIT = 16 * KiB

/** Bytes a second. */
const limitSchema = z.int().min(LEAST_LIMIT)

/** A part of the week with a limit of its own, in this computer's local time. */
export const timetableEntrySchema = z.strictObject({
  /** 0 is Sunday, as `Date.getDay` counts. */
  days: z.array(z.int().min(0).max(6)).min(1).max(7),
  /** Minutes after midnight. Where `toMinute` is not after `fromMinute`, it ends on the next day. */
  fromMinute: z.int().min(0).max(1439),
  toMinute: z.int().min(0).max(1440),
  /** `null`: no limit; 0: nothing is sent in these hours. */
  bytesPerSecond: z.union([limitSchema, z.literal(0)]).nullable()
})
export type TimetableEntry = z.infer<typeof timetableEntrySchema>

/** The limit on what goes out, all accounts together. */
export const bandwidthSchema = z.strictObject({
  /** Where no entry of the timetable holds. Null: as fast as the line goes. */
  bytesPerSecond: limitSchema.nullable(),
  /** The first entry that holds at the moment decides. */
  timetable: z.array(timetableEntrySchema).max(50)
})
export type Bandwidth = z.infer<typeof bandwidthSchema>

/** How the whole queue is sent. */
export const transferSettingsSchema = z.strictObject({
  order: z.enum(transferOrders),
  /** Web copies go before originals, so that links come early. */
  renditionsFirst: z.boolean(),
  /** Part size of new multipart uploads; null: chosen by the size of the file. Uploads under way keep theirs. */
  partBytes: z
    .int()
    .min(8 * MiB)
    .max(512 * MiB)
    .multipleOf(MiB)
    .nullable(),
  /** Bytes of files in memory at once, whatever their number and size. */
  bufferBytes: z
    .int()
    .min(64 * MiB)
    .max(4096 * MiB),
  bandwidth: bandwidthSchema
})
export type TransferSettings = z.infer<typeof transferSettingsSchema>

export const defaultTransferSettings: TransferSettings = {
  order: 'as-dropped',
  renditionsFirst: false,
  partBytes: null,
  bufferBytes: 256 * MiB,
  bandwidth: { bytesPerSecond: null, timetable: [] }
}
