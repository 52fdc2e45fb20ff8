import { z } from 'zod'
import { problemSchema } from '../errors.ts'
import { accountSchema, accountSecretSchema, accountViewSchema, testReportSchema } from '../model/account.ts'
import { bucketMeasureSchema, bucketPageSchema, bucketSelectionSchema, deletedSchema } from '../model/bucket.ts'
import { collectionRulesSchema, collectionViewSchema } from '../model/collection.ts'
import { coverageSchema } from '../model/coverage.ts'
import {
  forecastSchema,
  frameDetailSchema,
  frameSelectionSchema,
  frameViewSchema,
  queueFilters,
  totalsSchema
} from '../model/frame.ts'
import { linkFormats, linkKindSchema, linksSchema } from '../model/link.ts'
import { renditionSchema } from '../model/output.ts'
import { receiptFormats, receiptSchema } from '../model/receipt.ts'
import { appearances, densities, previewCacheBytesSchema, settingsSchema } from '../model/settings.ts'
import { transferSettingsSchema } from '../model/transfer.ts'
import { privacyZonesSchema } from '../model/zone.ts'

const nothing = z.null()
const none = z.strictObject({})
const changed = z.strictObject({ changed: z.int() })
const collectionId = z.strictObject({ collectionId: z.uuid() })
const pathSchema = z.string().min(1).max(32_768)
const folderInput = z.strictObject({ folder: pathSchema, accountId: z.string().nullable() })

/** Questions that main answers: windows, dialogs, settings, the vault. */
export const shellCalls = {
  'app:state': {
    input: none,
    output: z.strictObject({
      version: z.string(),
      platform: z.enum(['linux', 'darwin', 'win32', 'other']),
      /** `basic`: the system offers no vault, only an obfuscated file; the person is asked before anything is written. */
      vault: z.enum(['system', 'basic', 'none']),
      engine: z.enum(['starting', 'running', 'stopped']),
      /** Whether the local R2 can be had in this build. */
      hasLocalR2: z.boolean()
    })
  },
  /** Whether the page sees a network: told at its start and whenever that changes. */
  'app:network': { input: z.strictObject({ isOnline: z.boolean() }), output: nothing },
  'settings:get': { input: none, output: settingsSchema },
  'settings:change': {
    input: z.strictObject({
      appearance: z.enum(appearances).optional(),
      density: z.enum(densities).optional(),
      newCollection: collectionRulesSchema.optional(),
      transfer: transferSettingsSchema.optional(),
      privacyZones: privacyZonesSchema.optional(),
      previewCacheBytes: previewCacheBytesSchema.optional()
    }),
    output: settingsSchema
  },
  'accounts:list': { input: none, output: z.array(accountViewSchema) },
  /** `secret` null keeps the one that is stored. `keep` says where the person allowed it to be written. */
  'accounts:save': {
    input: z.strictObject({
      account: accountSchema,
      secret: accountSecretSchema.nullable(),
      keep: z.enum(['vault', 'memory', 'plain'])
    }),
    output: accountViewSchema
  },
  'accounts:remove': { input: z.strictObject({ accountId: z.string() }), output: nothing },
  'accounts:make-default': { input: z.strictObject({ accountId: z.string() }), output: nothing },
  /** Tries an account as typed. `secret` null uses the stored one. */
  'accounts:test': {
    input: z.strictObject({ account: accountSchema, secret: accountSecretSchema.nullable() }),
    output: testReportSchema
  },
  /** "Try it here": makes the local R2 (or, where it cannot be had, a folder) an account and the default. */
  'accounts:try-here': { input: none, output: accountViewSchema },
  /** The system's dialogs; empty if the person cancelled. */
  'dialog:choose-files': { input: none, output: z.array(z.string()) },
  'dialog:choose-folder': { input: z.strictObject({ title: z.string().max(120) }), output: z.array(z.string()) },
  /** Asks where to, and writes a text file there. @returns the path, or null if the person cancelled. */
  'dialog:save-text': {
    input: z.strictObject({ fileName: z.string().min(1).max(255), text: z.string().max(200_000_000) }),
    output: z.string().nullable()
  },
  'clipboard:write': { input: z.strictObject({ text: z.string().max(50_000_000) }), output: nothing },
  'shell:open-link': { input: z.strictObject({ url: z.url({ protocol: /^https?$/ }) }), output: nothing },
  'shell:show-file': { input: z.strictObject({ path: pathSchema }), output: nothing }
} as const satisfies CallTable

/** Questions that the engine answers; main passes them on after checking them. */
export const engineCalls = {
  /** Counts what a drop holds without queueing it. */
  'drop:forecast': {
    input: z.strictObject({ paths: z.array(pathSchema).min(1).max(100_000) }),
    output: forecastSchema
  },
  /** Files and folders into the queue: of a new drop, or of a collection that exists. */
  'queue:add': {
    input: z.strictObject({ paths: z.array(pathSchema).min(1).max(100_000), collectionId: z.uuid().nullable() }),
    output: z.strictObject({
      collectionId: z.uuid(),
      added: z.int(),
      /** Already in this collection, unchanged. */
      known: z.int(),
      /** Left out by the ignore rules. */
      ignored: z.int(),
      /** What could not be taken, with its reason. */
      refused: z.array(z.strictObject({ path: z.string(), problem: problemSchema }))
    })
  },
  /** Rows `offset` to `offset + limit` of what the filter shows, oldest first; `total` is the length of the whole list. */
  'queue:page': {
    input: z.strictObject({
      collectionId: z.uuid().nullable(),
      filter: z.enum(queueFilters),
      offset: z.int().min(0),
      limit: z.int().min(1).max(500),
      /** `shot`: offset, limit and total count shots, and all frames of each come together (`shotStatus`). */
      groupBy: z.enum(['frame', 'shot']).optional()
    }),
    output: z.strictObject({ total: z.int(), frames: z.array(frameViewSchema) })
  },
  /** Frames that the rules of the collection leave out, each with its reason. */
  'queue:left-out': {
    input: collectionId.extend({ offset: z.int().min(0), limit: z.int().min(1).max(500) }),
    output: z.strictObject({ total: z.int(), frames: z.array(frameViewSchema) })
  },
  /** The ids of those rows alone, for choosing a range that is not on screen. */
  'queue:ids': {
    input: z.strictObject({
      collectionId: z.uuid().nullable(),
      filter: z.enum(queueFilters),
      offset: z.int().min(0),
      limit: z.int().min(1).max(100_000)
    }),
    output: z.array(z.uuid())
  },
  'queue:totals': { input: z.strictObject({ collectionId: z.uuid().nullable() }), output: totalsSchema },
  'queue:pause': { input: frameSelectionSchema, output: changed },
  'queue:continue': { input: frameSelectionSchema, output: changed },
  /** Failed, cancelled and waiting-to-retry frames start anew at once. */
  'queue:retry': { input: frameSelectionSchema, output: changed },
  /** Stops what is under way; what is in the bucket stays there. `queue:retry` takes it back. */
  'queue:cancel': { input: frameSelectionSchema, output: changed },
  /** Frames that the rules leave out, or whose files are in the cloud only, go all the same: the person says so. */
  'queue:take-anyway': { input: frameSelectionSchema, output: changed },
  /** Answers conflicts. */
  'queue:resolve': {
    input: z.strictObject({ select: frameSelectionSchema, answer: z.enum(['replace', 'keep-both', 'skip']) }),
    output: changed
  },
  /** The strip's pause: everything, until it is switched back. */
  'queue:hold': { input: z.strictObject({ isHeld: z.boolean() }), output: nothing },
  'frames:detail': { input: z.strictObject({ frameId: z.uuid() }), output: frameDetailSchema.nullable() },
  /** `outputId` null: of every output that is in the bucket. `link` null: as the collection says. */
  'links:make': {
    input: z.strictObject({
      select: frameSelectionSchema,
      outputId: z.string().nullable(),
      link: linkKindSchema.nullable(),
      format: z.enum(linkFormats)
    }),
    output: linksSchema
  },
  'collections:list': { input: none, output: z.array(collectionViewSchema) },
  'collections:watch': {
    input: z.strictObject({
      path: pathSchema,
      name: z.string().min(1).max(120).nullable(),
      accountId: z.string().nullable()
    }),
    output: collectionViewSchema
  },
  /** Rules reach frames that are taken from now on. */
  'collections:change': {
    input: collectionId.extend({
      name: z.string().min(1).max(120).optional(),
      rules: collectionRulesSchema.optional(),
      isPaused: z.boolean().optional()
    }),
    output: collectionViewSchema
  },
  /** Out of the list and of the watch; nothing in the bucket or on disk changes. `collections:restore` takes it back. */
  'collections:remove': { input: collectionId, output: nothing },
  'collections:restore': { input: collectionId, output: collectionViewSchema },
  /** Three keys as the template would make them, or the problem with it. */
  'collections:try-template': {
    input: z.strictObject({ rules: collectionRulesSchema, collectionId: z.uuid().nullable() }),
    output: z.strictObject({ keys: z.array(z.string()), problem: problemSchema.nullable() })
  },
  /**
   * Makes a rendition to look at, of the frame given; without one, or where that is no picture, of the newest picture of
   * the collection, or else of the queue. One at a time: a call before it fails as aborted, and its files go. Null while
   * there is no picture to try it on.
   */
  'renditions:try': {
    input: z.strictObject({
      rendition: renditionSchema,
      collectionId: z.uuid().nullable(),
      frameId: z.uuid().nullable()
    }),
    output: z
      .strictObject({
        /** File name of the source. */
        name: z.string(),
        /** Below the page's own origin: the source made small enough to be shown, and the rendition as it would be sent. */
        sourceUrl: z.string(),
        renditionUrl: z.string(),
        sourceBytes: z.int(),
        renditionBytes: z.int(),
        /** Of the rendition. */
        widthPx: z.int(),
        heightPx: z.int(),
        notes: z.array(z.string())
      })
      .nullable()
  },
  /** What the catalog and the folder on disk say of a collection, without asking the bucket. */
  'receipts:make': { input: collectionId, output: receiptSchema },
  /** The same after looking at every object in the bucket once more; `receipts:progressed` tells how far it is. */
  'receipts:prove': { input: collectionId, output: receiptSchema },
  /** Ends a proving under way, whose call then fails as aborted. */
  'receipts:stop': { input: collectionId, output: nothing },
  /** The last receipt made or proved for the collection, as the text of a file. */
  'receipts:export': {
    input: collectionId.extend({ format: z.enum(receiptFormats) }),
    output: z.strictObject({ fileName: z.string(), text: z.string() })
  },
  /** How a folder stands to the bucket, asking both. `accountId` null: the default account. */
  'coverage:make': { input: folderInput, output: coverageSchema },
  /**
   * Sends what of the folder is missing or another version in the bucket, into its collection, or, where it has none, as
   * a drop of the folder. Nothing else is touched.
   */
  'coverage:send': {
    input: folderInput,
    output: z.strictObject({ collectionId: z.uuid(), files: z.int() })
  },
  'bucket:list': {
    input: z.strictObject({
      accountId: z.string(),
      prefix: z.string().max(1024),
      after: z.string().nullable(),
      limit: z.int().min(1).max(1000)
    }),
    output: bucketPageSchema
  },
  /** A small WebP of an object that is a picture, made if need be; null if it cannot be shown. */
  'bucket:preview': {
    input: z.strictObject({ accountId: z.string(), key: z.string(), etag: z.string(), sizeBytes: z.int() }),
    output: z.strictObject({ previewUrl: z.string().nullable() })
  },
  'bucket:links': {
    input: z.strictObject({
      accountId: z.string(),
      keys: z.array(z.string()).min(1).max(10_000),
      link: linkKindSchema,
      format: z.enum(linkFormats)
    }),
    output: linksSchema
  },
  /** What a deletion would take, for the confirmation. */
  'bucket:measure': { input: bucketSelectionSchema, output: bucketMeasureSchema },
  /** Into the trash of the bucket, whence `bucket:restore` brings it back. */
  'bucket:delete': { input: bucketSelectionSchema, output: deletedSchema },
  'bucket:restore': {
    input: z.strictObject({ accountId: z.string(), undo: z.string() }),
    output: z.strictObject({
      restored: z.int(),
      failed: z.array(z.strictObject({ key: z.string(), problem: problemSchema }))
    })
  }
} as const satisfies CallTable

type CallTable = Record<string, { input: z.ZodType; output: z.ZodType }>

/** Every question the window may ask. A key is a channel name: `subject:verb`. */
export const calls = { ...shellCalls, ...engineCalls } as const

/** What is announced, in the past tense. Payloads are lists, so ten changes can travel as one. */
export const events = {
  /** Rows that are different now. A row that is not on screen can be ignored. */
  'queue:changed': z.array(frameViewSchema),
  /** Frames came, went or moved between filters: what is on screen should be asked for again. */
  'queue:reordered': z.array(z.strictObject({ collectionId: z.uuid() })),
  'queue:measured': z.array(totalsSchema),
  'collections:changed': z.array(collectionViewSchema),
  'receipts:progressed': z.array(z.strictObject({ collectionId: z.uuid(), looked: z.int(), objects: z.int() })),
  'accounts:changed': z.array(accountViewSchema),
  'settings:changed': z.array(settingsSchema),
  'engine:changed': z.array(z.enum(['starting', 'running', 'stopped'])),
  /** A menu, the tray or the system asks the window to do something. */
  'menu:chosen': z.array(
    z.enum([
      'add-files',
      'add-folder',
      'watch-folder',
      'copy-links',
      'pause',
      'continue',
      'retry-all',
      'show-queue',
      'show-bucket',
      'show-accounts',
      'show-settings',
      'palette',
      'toggle-sidebar',
      'toggle-inspector'
    ])
  )
} as const satisfies Record<string, z.ZodType>

export type ShellCallName = keyof typeof shellCalls
export type EngineCallName = keyof typeof engineCalls
export type CallName = keyof typeof calls
export type CallInput<K extends CallName> = z.infer<(typeof calls)[K]['input']>
export type CallOutput<K extends CallName> = z.infer<(typeof calls)[K]['output']>
export type EventName = keyof typeof events
export type EventPayload<K extends EventName> = z.infer<(typeof events)[K]>

/** A thrown error crosses IPC as its message alone, so failures travel as values. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: z.infer<typeof problemSchema> }

/** One answer per call: a missing or misspelt one does not compile. */
export type Answers<K extends CallName> = { readonly [N in K]: (input: CallInput<N>) => Promise<CallOutput<N>> }

/** What preload puts on `window.silverdrop`: the window's only way out. */
export type WindowApi = {
  call<K extends CallName>(name: K, input: CallInput<K>): Promise<Reply<CallOutput<K>>>
  /** @returns a function that stops listening. */
  on<K extends EventName>(name: K, listener: (payload: EventPayload<K>) => void): () => void
  /** Absolute paths of dropped or chosen files; those that exist only in the page are left out. */
  pathsOf(...files: File[]): string[]
}
