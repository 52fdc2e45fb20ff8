import { z } from 'zod'
import { frameKinds } from './frame.ts'

/** A pattern of `core/shots/createPattern.ts`: `*.tif`, `Export/`, `cards/**\/*.MOV`. */
const patternSchema = z
  .string()
  .min(1)
  .max(300)
  .refine((pattern) => !pattern.includes('\0') && /[^/]/.test(pattern), 'A pattern names a file or a folder')

/** Which frames of a collection go. What is left out has a row that says why, and is looked at anew when this changes. */
export const selectionRulesSchema = z.strictObject({
  /** A frame that fits one of these may go. Empty: all may. */
  include: z.array(patternSchema).max(200).default([]),
  /** A frame that fits one of these does not go, whatever `include` says. */
  exclude: z.array(patternSchema).max(200).default([]),
  kinds: z
    .array(z.enum(frameKinds))
    .min(1)
    .default([...frameKinds]),
  /** Of the file on disk. Null: no limit. */
  leastBytes: z.int().min(0).nullable().default(null),
  mostBytes: z.int().min(1).nullable().default(null),
  /** Stars. Null: whatever the rating is, rejected ones too. */
  leastRating: z.int().min(1).max(5).nullable().default(null),
  /** A frame needs one of these colour labels; as the photographer's program spells them. Empty: none is needed. */
  labels: z.array(z.string().trim().min(1).max(100)).max(50).default([]),
  /** A frame needs one of these keywords. Empty: none is needed. */
  keywords: z.array(z.string().trim().min(1).max(200)).max(50).default([])
})
export type SelectionRules = z.infer<typeof selectionRulesSchema>

/** Hours of the week, in this computer's local time. */
export const hoursSchema = z.strictObject({
  /** 0 is Sunday, as `Date.getDay` counts. */
  days: z.array(z.int().min(0).max(6)).min(1).max(7),
  /** Minutes after midnight. Where `toMinute` is not after `fromMinute`, they end on the next day. */
  fromMinute: z.int().min(0).max(1439),
  toMinute: z.int().min(0).max(1440)
})
export type Hours = z.infer<typeof hoursSchema>

/** Kinds that wait for the quiet hours, as RAW does for the night. What has begun when the hours end is finished. */
export const quietRulesSchema = z.strictObject({
  kinds: z.array(z.enum(frameKinds)).min(1),
  hours: z.array(hoursSchema).min(1).max(50)
})
export type QuietRules = z.infer<typeof quietRulesSchema>

/**
 * The folder below the collection's root that a file is moved to once all that is made of it is proved to be in the
 * bucket; names within keep their folders. One plain name, which is left out of the watch.
 */
export const sentFolderSchema = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^/\\:*?"<>|\p{Cc}]+$/u)
  .refine((name) => !name.startsWith('.') && !name.endsWith('.'), 'A name that begins or ends with a dot is none')
