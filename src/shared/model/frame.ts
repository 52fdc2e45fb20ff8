import { z } from 'zod'
import { problemSchema } from '../errors.ts'

/** What a frame is, by signature first and extension second. */
export const frameKinds = ['photo', 'raw', 'video', 'pdf', 'sidecar', 'other'] as const
export type FrameKind = (typeof frameKinds)[number]

/**
 * Where a frame is on its way. `attention`: something of it is in the bucket and something could not be made or needs
 * an answer; `failed`: nothing of it is there.
 */
export const frameStatuses = [
  'settling',
  'waiting',
  'working',
  'paused',
  'done',
  'attention',
  'failed',
  'cancelled'
] as const
export type FrameStatus = (typeof frameStatuses)[number]

export const uploadStatuses = [
  'waiting', // for its turn
  'rendering', // in the darkroom
  'sending',
  'retrying', // waits until `retryAtMs`
  'paused',
  'proving',
  'done',
  'conflict', // needs an answer
  'failed',
  'skipped', // the person's rule left what was there
  'cancelled'
] as const
export type UploadStatus = (typeof uploadStatuses)[number]

/** What shows that the object in the bucket is the bytes that were meant. */
export const proofSchema = z.strictObject({
  sizeBytes: z.int(),
  /** Of the object's bytes, lower-case hex. */
  sha256: z.string(),
  /** Without quotes. */
  etag: z.string(),
  provedAtMs: z.int(),
  /** `sent`: we sent it. `found`: the same content was there already. */
  how: z.enum(['sent', 'found'])
})
export type Proof = z.infer<typeof proofSchema>

/** What stands at a key that we wanted, as `head` told. */
export const occupantSchema = z.strictObject({
  sizeBytes: z.int(),
  etag: z.string(),
  modifiedAtMs: z.int(),
  sha256: z.string().nullable(),
  /** `other`: it is other content. `shrinks`: the rule would replace it, by something under a tenth of its size. */
  reason: z.enum(['other', 'shrinks']).default('other')
})
export type Occupant = z.infer<typeof occupantSchema>

export const uploadViewSchema = z.strictObject({
  id: z.uuid(),
  outputId: z.string(),
  status: z.enum(uploadStatuses),
  /** Null until the frame is prepared. */
  key: z.string().nullable(),
  /** Null until the rendition is made. */
  sizeBytes: z.int().nullable(),
  sentBytes: z.int(),
  /** For uploads of several parts. */
  parts: z.strictObject({ done: z.int(), total: z.int() }).nullable(),
  widthPx: z.int().nullable(),
  heightPx: z.int().nullable(),
  contentType: z.string().nullable(),
  attempt: z.int(),
  retryAtMs: z.int().nullable(),
  /** Why it is where it is; while it is sent again, why the attempt before failed. */
  problem: problemSchema.nullable(),
  /** Why it began again from the first byte, for example that R2 no longer knew the multipart upload; else null. */
  restart: problemSchema.nullable(),
  /** What stands at its key, in `conflict` and `skipped`. */
  occupant: occupantSchema.nullable(),
  proof: proofSchema.nullable()
})
export type UploadView = z.infer<typeof uploadViewSchema>

/** A row of the queue. */
export const frameViewSchema = z.strictObject({
  id: z.uuid(),
  collectionId: z.uuid(),
  /** File name without its folder, as the disk spells it. */
  name: z.string(),
  /** Folder below the collection's root, `''` at the root; with `/`. */
  folder: z.string(),
  /** Absolute path on this computer. */
  path: z.string(),
  kind: z.enum(frameKinds),
  sizeBytes: z.int(),
  status: z.enum(frameStatuses),
  /** Why the frame as a whole is where it is; an upload's own problem is in `uploads`. */
  problem: problemSchema.nullable(),
  /** Something worth knowing that stops nothing: "a JPEG named .png", "date taken from the file". */
  notes: z.array(z.string()),
  /** Path below the page's own origin of a small WebP, or null while there is none. */
  previewUrl: z.string().nullable(),
  /** The picture in 25 bytes or so, base64, to be drawn while there is no preview. @see https://evanw.github.io/thumbhash/ */
  thumbhash: z.string().max(60).optional(),
  /** Names of the privacy zones that it was taken in; absent: none. */
  zones: z.array(z.string()).optional(),
  /** While it is settling: since when it is being written, as far as was seen. */
  settlingSinceMs: z.int().optional(),
  uploads: z.array(uploadViewSchema),
  /** The picture it belongs to; `key` is unique within the collection. Absent for a moment after it was found. */
  shot: z.strictObject({ key: z.string(), name: z.string(), frames: z.int() }).optional(),
  /** Why the rules of its collection leave it out, in words; its status is `cancelled` then. */
  leftOut: z.string().optional(),
  /** Its original waits for the quiet hours of its collection. */
  waitsForQuiet: z.literal(true).optional()
})
export type FrameView = z.infer<typeof frameViewSchema>

/** What the inspector shows beside the row. */
export const frameDetailSchema = z.strictObject({
  frame: frameViewSchema,
  widthPx: z.int().nullable(),
  heightPx: z.int().nullable(),
  /** Wall-clock time of the capture, `2026-11-21T15:42:10`, with the offset (`+01:00`) where the camera wrote one. */
  capturedAt: z.string().nullable(),
  camera: z.string().nullable(),
  lens: z.string().nullable(),
  /** For example `1/250 s · f/2.8 · ISO 400 · 50 mm`. */
  exposure: z.string().nullable(),
  creator: z.string().nullable(),
  copyright: z.string().nullable(),
  /** The source carries a GPS position. */
  hasPosition: z.boolean(),
  /** Where, in degrees (WGS 84); null without one, or where it cannot be read. */
  position: z.strictObject({ latitude: z.number(), longitude: z.number() }).nullable(),
  /** Stars from 1 to 5, -1: rejected; null: none. */
  rating: z.int().min(-1).max(5).nullable(),
  label: z.string().nullable(),
  keywords: z.array(z.string()),
  /** Of a film. */
  durationSeconds: z.number().nullable(),
  sha256: z.string().nullable(),
  accountName: z.string(),
  bucket: z.string()
})
export type FrameDetail = z.infer<typeof frameDetailSchema>

/** The queue's filters, as chips above it. */
export const queueFilters = ['all', 'waiting', 'working', 'done', 'needs-you', 'cancelled'] as const
export type QueueFilter = (typeof queueFilters)[number]

/** Which frames a command means: some by id, or all that a filter shows (`collectionId` null: of every collection). */
export const frameSelectionSchema = z.union([
  z.strictObject({ ids: z.array(z.uuid()).min(1).max(100_000) }),
  z.strictObject({ collectionId: z.uuid().nullable(), filter: z.enum(queueFilters) })
])
export type FrameSelection = z.infer<typeof frameSelectionSchema>

/**
 * Why nothing is being sent although something waits. `timetable`: the person's timetable says "nothing" at this hour.
 * `resting`: an account has asked to be left alone for a while (`Retry-After`).
 */
export const holds = ['paused', 'offline', 'account', 'disk-full', 'timetable', 'resting'] as const

export const totalsSchema = z.strictObject({
  /** Null: all collections together. */
  collectionId: z.uuid().nullable(),
  frames: z.int(),
  waiting: z.int(),
  working: z.int(),
  done: z.int(),
  /** Attention and failed together. */
  needsYou: z.int(),
  cancelled: z.int(),
  /** Source bytes of all frames but the cancelled ones, and of those that are done. Totals never run backwards by themselves. */
  totalBytes: z.int(),
  doneBytes: z.int(),
  bytesPerSecond: z.number(),
  /** Null until it is known to within a third. */
  secondsLeft: z.number().nullable(),
  /** What the person allows at this hour; null: no limit. */
  limitBytesPerSecond: z.number().nullable(),
  hold: z.enum(holds).nullable()
})
export type Totals = z.infer<typeof totalsSchema>

/** What a drop will do, told before the first byte goes. */
export const forecastSchema = z.strictObject({
  files: z.int(),
  bytes: z.int(),
  /** Left out by the ignore rules. */
  ignored: z.int(),
  /** `bucket/prefix` where they go, as far as the template is fixed. */
  target: z.string(),
  outputs: z.array(z.string()),
  /** Class A requests: puts, parts, opens and completions. */
  requests: z.int(),
  /** US$ a month for storage, and once for requests, beyond no free tier (r2-facts §8). */
  storageUsdMonth: z.number(),
  requestsUsd: z.number()
})
export type Forecast = z.infer<typeof forecastSchema>
