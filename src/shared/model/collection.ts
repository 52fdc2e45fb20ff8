import { z } from 'zod'
import { problemSchema } from '../errors.ts'
import { linkKindSchema } from './link.ts'
import { outputsSchema } from './output.ts'
import { quietRulesSchema, selectionRulesSchema, sentFolderSchema } from './selection.ts'

/** The kinds of content that get a `Cache-Control` of their own. */
export const cacheKinds = ['image', 'video', 'pdf', 'other'] as const
export type CacheKind = (typeof cacheKinds)[number]

export const cacheControlSchema = z.partialRecord(
  z.enum(cacheKinds),
  z
    .string()
    .max(200)
    .regex(/^[\x20-\x7e]*$/)
)

/**
 * What happens when the key is taken by other content:
 * `keep-both` gives the new object a suffix, `replace` overwrites exactly what was seen (`If-Match`), `skip` leaves
 * what is there, `ask` stops and asks. The same content is never sent twice, whatever the rule.
 */
export const conflictRules = ['keep-both', 'replace', 'skip', 'ask'] as const
export type ConflictRule = (typeof conflictRules)[number]

export const DEFAULT_KEY_TEMPLATE = '{collection}/{date}/{name}-{output}.{ext}'

/** What a person chooses for a collection, and what a new one starts with. */
export const collectionRulesSchema = z.strictObject({
  /** See `core/shots/keyTemplate.ts`. Contains `{output}`, or one is put before the extension. */
  keyTemplate: z.string().min(1).max(1024),
  outputs: outputsSchema,
  conflict: z.enum(conflictRules),
  /** How its links are made. */
  link: linkKindSchema,
  /** Overrides by kind; what is absent has the default of `core/transfer/objectHeaders.ts`. */
  cacheControl: cacheControlSchema,
  /** Fills `{user}` in the template. */
  user: z.string().max(80),
  /** Absent: every frame goes. */
  selection: selectionRulesSchema.optional(),
  /** Absent: every kind goes at once. */
  quiet: quietRulesSchema.optional(),
  /** Files whose names say that they are copies of another (`IMG_1-2.jpg`, `IMG_1_1.tif`) belong to its shot. */
  joinsNumbered: z.boolean().optional(),
  /** Where files go after proof. Absent: they stay where they are. Only of a watched folder. */
  sentFolder: sentFolderSchema.optional()
})
export type CollectionRules = z.infer<typeof collectionRulesSchema>

export const collectionKinds = ['drop', 'watch', 'push'] as const

export const collectionSchema = z.strictObject({
  id: z.uuid(),
  kind: z.enum(collectionKinds),
  name: z.string().min(1).max(120),
  /** The watched or pushed folder; null for a drop, which may come from many places. */
  rootPath: z.string().nullable(),
  accountId: z.string(),
  /** Put after the account's prefix and before the template; `''` or ends in `/`. */
  prefix: z.string().max(512),
  rules: collectionRulesSchema,
  isPaused: z.boolean(),
  createdAtMs: z.int()
})
export type Collection = z.infer<typeof collectionSchema>

/** How the collection is doing, in a word; `problem` says why where it is not well. */
export const collectionStates = [
  'working',
  'watching',
  'done',
  'waiting',
  'paused',
  'attention',
  'not-connected',
  'empty'
] as const
export type CollectionState = (typeof collectionStates)[number]

export const collectionViewSchema = collectionSchema.extend({
  state: z.enum(collectionStates),
  frames: z.int(),
  /** How many of them the rules leave out; absent: none. `queue:left-out` lists them. */
  leftOut: z.int().optional(),
  problem: problemSchema.nullable(),
  /** Of a watched folder whose changes are not announced: why, what is done instead, and what a person can do about it. */
  watchNote: z.string().optional()
})
export type CollectionView = z.infer<typeof collectionViewSchema>
